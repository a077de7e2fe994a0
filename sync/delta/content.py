"""Bytes that can be read from anywhere: a sealed file, or what is in memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Protocol

#: What is read and handed on at a time.
PIECE: Final = 256 * 1024
_KEPT: Final = 8


class Content(Protocol):
    """`boardpack.sealing.segments.SealedReader` is one."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer only at the end."""
        ...


class Memory:
    """Content in memory."""

    def __init__(self, data: bytes) -> None:
        """Give out `data`."""
        self._data = data
        self.size = len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer only at the end."""
        return self._data[offset : offset + length]


class Nearby:
    """Another content with the pieces last read kept.

    A sealed file opens a whole segment for every byte of it: copies come in runs, so that most fall
    into a piece that was just opened. Eight pieces are two megabytes.
    """

    def __init__(self, content: Content) -> None:
        """Read from `content`."""
        self._content = content
        self.size = content.size
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def read_at(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset`, none beyond the end of the piece that has it."""
        number, skip = divmod(offset, PIECE)
        piece = self._kept.pop(number, None)
        if piece is None:
            piece = self._content.read_at(number * PIECE, PIECE)
        self._kept[number] = piece
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return piece[skip : skip + length]
