"""Whether two programs deflate to the same bytes: only then a PDF-aware delta can be applied.

The table has the digest of one text deflated with each of the 18 settings; its own digest is what
a device tells and what the server keeps with each PDF-aware delta that it made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Final

from sync.delta.flate import SETTINGS, Setting, deflate

#: Larger than deflate's window, so that matches, lazy matches and blocks of all kinds occur.
_ROUNDS: Final = 1_500


@cache
def text() -> bytes:
    """Return the text: numbers and operators as a PDF page has them, half of it repeating."""
    lines, state = [], 20_071_113
    for number in range(_ROUNDS):
        state = (state * 1_103_515_245 + 12_345) % (1 << 31)
        x, y = state >> 16 & 1023, state >> 4 & 1023
        lines.append(
            b"BT /F%d %d Tf %d.%02d %d Td <%08x> Tj ET" % (x % 7, 8 + x % 5, x, y % 100, y, state)
        )
        lines.append(
            lines[state % len(lines)] if number % 2 else b"%d %d m %d %d l S" % (y, x, x, y)
        )
    return b"\n".join(lines)


def table(deflating: Callable[[bytes, Setting], bytes] = deflate) -> tuple[str, ...]:
    """Return the digest of `text` deflated with each setting."""
    return tuple(hashlib.sha256(deflating(text(), each)).hexdigest() for each in SETTINGS)


def fingerprint(deflating: Callable[[bytes, Setting], bytes] = deflate) -> str:
    """Return the digest of the table: 64 hexadecimal characters."""
    return hashlib.sha256("\n".join(table(deflating)).encode()).hexdigest()


@cache
def own() -> str:
    """Return the fingerprint of this program; it takes some tens of milliseconds, once."""
    return fingerprint()
