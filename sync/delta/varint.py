"""Numbers in as few bytes as they need: seven bits each, the lowest first (LEB128)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sync.delta.errors import BadDeltaError

_LONGEST: Final = 9


def write(number: int) -> bytes:
    """Return the bytes of a number that is not negative."""
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 seven bits
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def write_signed(number: int) -> bytes:
    """Return the bytes of any number: the sign is the lowest bit."""
    return write(number << 1 if number >= 0 else (-number << 1) - 1)


def read(take: Callable[[], int]) -> int:
    """Read a number from a source of bytes.

    Raises:
        BadDeltaError: longer than 63 bits.
    """
    number = 0
    for place in range(_LONGEST):
        byte = take()
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return number
    raise BadDeltaError(reason="number")


def read_signed(take: Callable[[], int]) -> int:
    """Read a number that `write_signed` wrote; raises as `read`."""
    number = read(take)
    return -((number + 1) >> 1) if number & 1 else number >> 1
