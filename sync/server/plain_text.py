"""Text that people typed elsewhere: nothing hidden in it."""

from __future__ import annotations

import unicodedata


def printable(value: str) -> bool:
    """Tell whether text has no control characters but line ends and tabs."""
    return not any(
        unicodedata.category(each) in ("Cc", "Cs") for each in value if each not in "\n\t"
    )
