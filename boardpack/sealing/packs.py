"""Files sealed together, for whoever gets the key later: only the size of the whole can be seen.

The content, sealed as `segments` does: four bytes, the length of an index; the index, JSON
`[[digest, size], …]`; the files one after the other. A key seals one pack, ever.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from boardpack.sealing.cipher import KEY_SIZE, SEGMENT_SIZE
from boardpack.sealing.errors import DamagedSealError, WrongKeyError
from boardpack.sealing.segments import SealedReader, SealedWriter

if TYPE_CHECKING:
    from typing_extensions import Buffer

_LENGTH: Final = struct.Struct(">I")
_LONGEST_INDEX: Final = 16 * 1024 * 1024


class Packed(NamedTuple):
    """Where a file lies in the content of a pack."""

    offset: int
    size: int


def write(
    path: Path, key: bytes, files: Sequence[tuple[str, int]], contents: Iterable[Iterable[bytes]]
) -> None:
    """Seal files together at `path`.

    Args:
        path: of a new file.
        key: a new one, for this pack alone.
        files: digest and size of each.
        contents: the pieces of each, in the same order.
    """
    index = json.dumps([list(each) for each in files]).encode()
    with SealedWriter(path.open("wb", buffering=0), key) as writer:
        writer.write(_LENGTH.pack(len(index)) + index)
        for pieces in contents:
            for piece in pieces:
                writer.write(piece)
        writer.finish()
        writer.sync()


class _Within(io.RawIOBase):
    """The content of a sealed file, as a file: what is in it is sealed once more."""

    def __init__(self, outer: SealedReader) -> None:
        super().__init__()
        self._outer = outer
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._outer.size}[whence]
        return self._at

    def readinto(self, into: Buffer) -> int:
        count = self._outer.read_into(memoryview(into), self._at)
        self._at += count
        return count

    def close(self) -> None:
        self._outer.close()
        super().close()


class PackReader:
    """Reads files of a pack that is the content of a sealed file of the store."""

    def __init__(self, outer: SealedReader, key: bytes) -> None:
        """Open it, and take over `outer`.

        Raises:
            WrongKeyError: another key than it was sealed with.
            DamagedSealError: it is no pack, or was altered or cut.
        """
        if len(key) != KEY_SIZE:
            outer.close()
            raise WrongKeyError
        self._reader = SealedReader.over(_Within(outer), key)
        try:
            self.files = self._index()
        except BaseException:
            self.close()
            raise

    def _index(self) -> dict[str, Packed]:
        (length,) = _LENGTH.unpack(self._reader.read_at(0, _LENGTH.size).ljust(4, b"\xff"))
        if length > min(_LONGEST_INDEX, self._reader.size):
            raise DamagedSealError
        found: dict[str, Packed] = {}
        at = _LENGTH.size + length
        with suppress(ValueError, TypeError):
            for sha256, size in json.loads(self._reader.read_at(_LENGTH.size, length)):
                found[str(sha256)] = Packed(at, max(0, int(size)))
                at += found[str(sha256)].size
            if at == self._reader.size:
                return found
        raise DamagedSealError

    def pieces(self, sha256: str, start: int = 0) -> Iterator[bytes]:
        """Yield a file's content from `start`; nothing when it is not in the pack.

        Raises:
            DamagedSealError: altered.
        """
        place = self.files.get(sha256, Packed(0, 0))
        for at in range(start, place.size, SEGMENT_SIZE):
            length = min(SEGMENT_SIZE, place.size - at)
            yield self._reader.read_at(place.offset + at, length)

    def close(self) -> None:
        """Close the pack, and the file that holds it."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
