"""Text that comes from elsewhere: what may be in it, and what is a digest."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def is_digest(value: str) -> bool:
    """Tell whether text is a SHA-256 in lower-case hexadecimal; only then it may name a file."""
    return _SHA256.fullmatch(value) is not None


def printable(value: str) -> bool:
    """Tell whether text has no control characters but line ends and tabs."""
    return not any(
        unicodedata.category(each) in ("Cc", "Cs") for each in value if each not in "\n\t"
    )
