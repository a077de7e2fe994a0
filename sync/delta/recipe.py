"""Copy/literal recipes: applied in constant memory, from any place on.

Artefact: the magic, then one zstd frame of operations to its end. An operation is a number, twice
the length plus 1 for literals; after it either the literal bytes, or where the copied range begins
in the base, counted from the end of the last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sync.delta import varint, zstd
from sync.delta.content import PIECE, Content, Nearby
from sync.delta.errors import BadDeltaError
from sync.delta.matching import Source, copies

MAGIC: Final = b"bprecip1"
#: The window of literals: what a device needs to apply a recipe of any size, and little more.
_WINDOW_LOG: Final = 20
#: A recipe of shorter operations is not worth its time; a device takes none.
_SHORTEST_MEAN: Final = 128
_FEW: Final = 64


def most_operations(size: int) -> int:
    """Return how many operations the recipe of a file of `size` bytes may have."""
    return _FEW + size // _SHORTEST_MEAN


def make(old: Source, new: Source) -> bytes | None:
    """Return the recipe of `new` from `old`, None when it would have too many operations."""
    operations, count = bytearray(), 0
    done = ended = 0
    for copy in copies(old, new):
        if copy.new > done:
            operations += _literal(new[done : copy.new])
            count += 1
        operations += varint.write(copy.length << 1) + varint.write_signed(copy.old - ended)
        count += 1
        done, ended = copy.new + copy.length, copy.old + copy.length
    if done < len(new):
        operations += _literal(new[done:])
    if count >= most_operations(len(new)):
        return None
    return MAGIC + zstd.compress(bytes(operations), window_log=_WINDOW_LOG)


def _literal(data: bytes) -> bytes:
    return varint.write(len(data) << 1 | 1) + data


class _Reader:
    """The operations as they are decompressed."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._at = 0

    def _more(self) -> bool:
        while self._at == len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._piece, self._at = piece, 0
        return True

    def byte(self) -> int:
        if not self._more():
            raise BadDeltaError(reason="cut")
        self._at += 1
        return self._piece[self._at - 1]

    def take(self, most: int) -> bytes:
        """Return at least one and at most so many bytes."""
        if not self._more():
            raise BadDeltaError(reason="cut")
        part = self._piece[self._at : self._at + most]
        self._at += len(part)
        return part

    @property
    def ended(self) -> bool:
        return not self._more()


def apply(artefact: Content, old: Content, size: int, start: int = 0) -> Iterator[bytes]:
    """Yield the new file's bytes from `start` on, a piece at a time.

    What comes before `start` is neither read from `old` nor yielded again.

    Raises:
        BadDeltaError: malformed, a copy outside the base, or not `size` bytes in all.
    """
    if artefact.read_at(0, len(MAGIC)) != MAGIC:
        raise BadDeltaError(reason="magic")
    frame = zstd.pieces(artefact, start=len(MAGIC), window_log=_WINDOW_LOG)
    reader, base = _Reader(frame), Nearby(old)
    done = ended = 0
    left = most_operations(size)
    while done < size:
        head = varint.read(reader.byte)
        length, left = head >> 1, left - 1
        if not 0 < length <= size - done or left < 0:
            raise BadDeltaError(reason="operation")
        skip = min(length, max(0, start - done))
        if head & 1:
            yield from _literals(reader, length, skip)
        else:
            begins = ended + varint.read_signed(reader.byte)
            ended = begins + length
            if begins < 0 or ended > base.size:
                raise BadDeltaError(reason="range")
            yield from _copied(base, begins + skip, length - skip)
        done += length
    if not reader.ended:
        raise BadDeltaError(reason="longer")


def _literals(reader: _Reader, length: int, skip: int) -> Iterator[bytes]:
    while length:
        part = reader.take(length)
        length -= len(part)
        if skip < len(part):
            yield part[skip:]
        skip = max(0, skip - len(part))


def _copied(base: Nearby, offset: int, length: int) -> Iterator[bytes]:
    while length:
        part = base.read_at(offset, min(length, PIECE))
        if not part:
            raise BadDeltaError(reason="base")
        yield part
        offset += len(part)
        length -= len(part)
