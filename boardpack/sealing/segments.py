"""Sealed files: read anywhere, written once from start to end. `cipher` has the format."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self

from boardpack.sealing.cipher import (
    HEADER_SIZE,
    KEY_SIZE,
    SEGMENT_SIZE,
    TAG_SIZE,
    Bytes,
    Seal,
    give_room,
    read_into,
    seal_of,
    take_room,
    write_all,
)
from boardpack.sealing.errors import DamagedSealError, UnreadableSealError


def new_key() -> bytes:
    """Return a random key for one file."""
    return os.urandom(KEY_SIZE)


def sealed_size(size: int, segment_size: int = SEGMENT_SIZE) -> int:
    """Return how many bytes a sealed file takes on disk for `size` bytes of content."""
    return HEADER_SIZE + size + TAG_SIZE * max(1, -(-size // segment_size))


def _place(number: int, seal: Seal) -> int:
    """Where segment `number` begins in the file."""
    return HEADER_SIZE + number * (seal.segment_size + TAG_SIZE)


class SealedWriter:
    """Seals what is written to it, segment by segment.

    A full segment is written when more content follows it; `finish` writes the last one. It never
    syncs by itself: the caller decides when bytes must be on the disk.
    """

    def __init__(self, file: IO[bytes], key: bytes, *, segment_size: int = SEGMENT_SIZE) -> None:
        """Write the header to `file`, an empty file open for binary writing.

        Raises:
            OSError: the disk refuses, here and in every method that writes.
        """
        self._begin(file, Seal(key, segment_size), kept=0)
        write_all(file, self._seal.header)

    def _begin(self, file: IO[bytes], seal: Seal, kept: int) -> None:
        self._file = file
        self._seal = seal
        self._number = kept
        self._written = kept * seal.segment_size
        self._waiting = take_room(seal.segment_size + TAG_SIZE)
        self._filled = 0
        self._finished = False

    @classmethod
    def resume(
        cls, path: Path, key: bytes, seen: Callable[[memoryview], object] | None = None
    ) -> tuple[Self, int]:
        """Take up a file whose writing was interrupted.

        Whole segments that open are kept and the rest is cut off; a finished file loses its last
        segment. A file without a readable header starts again from nothing.

        Args:
            path: the unfinished file; it must exist.
            key: the key it was begun with; the same content must follow.
            seen: called with the content of each kept segment, in order (`hash.update`); the
                view is valid during the call only.

        Returns:
            The writer, which owns the open file (see `close`), and how many bytes of content it
            holds: go on writing from there.

        Raises:
            WrongKeyError: begun with another key.
            OSError: the disk refuses.
        """
        file = path.open("r+b", buffering=0)
        try:
            writer = cls._resumed(file, key, seen)
        except BaseException:
            file.close()
            raise
        return writer, writer.size

    @classmethod
    def _resumed(
        cls, file: io.FileIO, key: bytes, seen: Callable[[memoryview], object] | None
    ) -> Self:
        writer = cls.__new__(cls)
        try:
            seal = seal_of(file, key)
        except DamagedSealError:
            seal = Seal(key, SEGMENT_SIZE)
            file.seek(0)
            file.truncate(0)
            write_all(file, seal.header)
        size = 0
        for content in _kept_segments(file, seal):
            size += len(content)
            if seen:
                seen(content)
        kept = size // seal.segment_size
        file.truncate(_place(kept, seal))
        writer._begin(file, seal, kept=kept)  # noqa: SLF001 our own class
        return writer

    @property
    def size(self) -> int:
        """Bytes of content so far."""
        return self._written + self._filled

    @property
    def unwritten(self) -> bytes:
        """The end of the content, which waits for more and is not in the file yet."""
        return bytes(self._waiting[: self._filled])

    def write(self, data: Bytes) -> int:
        """Add content, of any size; return its length."""
        if self._finished:
            raise ValueError("the sealed file is finished")
        left = memoryview(data).cast("B")
        segment = self._seal.segment_size
        while left:
            if self._filled == segment:
                self._write_segment(self._waiting[:segment], last=False)
                self._filled = 0  # as late as this: after a refused write it is still waiting
            if not self._filled and len(left) > segment:
                # More follows, so this one is full and not the last: no need to copy it.
                self._write_segment(left[:segment], last=False)
                left = left[segment:]
                continue
            taken = left[: segment - self._filled]
            self._waiting[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            left = left[len(taken) :]
        return memoryview(data).nbytes

    def _write_segment(self, content: memoryview, *, last: bool) -> None:
        sealed = self._seal.close_segment(self._number, content, last=last)
        # After a refused write (disk full) `size` still holds, and the same place is tried again.
        self._file.seek(_place(self._number, self._seal))
        write_all(self._file, sealed)
        self._number += 1
        self._written += len(content)

    def finish(self) -> int:
        """Write the last segment; return the size of the content. The file stays open."""
        if not self._finished:
            self._write_segment(self._waiting[: self._filled], last=True)
            self._filled = 0
            self._finished = True
        self._file.flush()
        return self.size

    def sync(self) -> None:
        """Return when everything written so far is on the disk (what waits for more is not)."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file, finished or not; nothing can be written any more."""
        if not self._file.closed:
            self._finished = True
            give_room(self._waiting)
            give_room(self._seal.sealed)
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _kept_segments(file: io.FileIO, seal: Seal) -> Iterator[memoryview]:
    """Yield the contents of the whole segments, none of them the last, that open from the start."""
    content = memoryview(bytearray(seal.segment_size))
    number = 0
    while read_into(file, seal.sealed) == len(seal.sealed):
        try:
            seal.open_segment(number, seal.sealed, content, last=False)
        except DamagedSealError:
            return
        yield content
        number += 1


class SealedReader:
    """Opens a sealed file anywhere; one thread at a time.

    Attributes:
        size: bytes of content. It can be trusted: the last segment was opened to know it.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Open `path` and check its header and its end.

        Raises:
            DamagedSealError: cut, or altered in what was read.
            WrongKeyError: sealed with another key.
            UnreadableSealError: the disk does not give it.
        """
        try:
            file = path.open("rb", buffering=0)
        except OSError as error:
            raise UnreadableSealError from error
        self._take(file, key)

    @classmethod
    def over(cls, file: io.RawIOBase, key: bytes) -> Self:
        """Read what is sealed within `file`, which it closes; raises as opening a path does."""
        reader = cls.__new__(cls)
        reader._take(file, key)  # noqa: SLF001 our own class
        return reader

    def _take(self, file: io.RawIOBase, key: bytes) -> None:
        self._file = file
        try:
            self._open(key)
        except OSError as error:
            self._file.close()
            raise UnreadableSealError from error
        except BaseException:
            self._file.close()
            raise

    def _open(self, key: bytes) -> None:
        stored = self._file.seek(0, os.SEEK_END) - HEADER_SIZE
        self._file.seek(0)
        self._seal = seal_of(self._file, key)
        step = self._seal.segment_size + TAG_SIZE
        self._count = -(-stored // step)
        self.size = stored - self._count * TAG_SIZE
        ending = self.size - (self._count - 1) * self._seal.segment_size
        if not self._count or ending < 0 or (ending == 0 and self._count > 1):
            raise DamagedSealError
        self._segment(self._count - 1, memoryview(bytearray(ending)))

    def _segment(self, number: int, into: memoryview) -> None:
        """Write the whole content of one segment into `into`, which has its exact size."""
        sealed = self._seal.sealed[: len(into) + TAG_SIZE]
        try:
            self._file.seek(_place(number, self._seal))
            count = read_into(self._file, sealed)
        except OSError as error:
            raise UnreadableSealError from error
        if count < len(sealed):
            raise DamagedSealError
        self._seal.open_segment(number, sealed, into, last=number == self._count - 1)

    def _length(self, number: int) -> int:
        return min(self._seal.segment_size, self.size - number * self._seal.segment_size)

    def read_into(self, into: memoryview, offset: int = 0) -> int:
        """Fill `into` with content from `offset`; return how many bytes there were.

        Raises:
            DamagedSealError: an altered segment.
            UnreadableSealError: the disk does not give it.
        """
        segment = self._seal.segment_size
        end = min(self.size, offset + len(into))
        spare: memoryview | None = None
        at = offset
        while at < end:
            number, skip = divmod(at, segment)
            length = self._length(number)
            taken = min(length - skip, end - at)
            place = into[at - offset : at - offset + taken]
            if taken == length:
                self._segment(number, place)
            else:
                spare = spare if spare is not None else memoryview(bytearray(segment))
                self._segment(number, spare[:length])
                place[:] = spare[skip : skip + taken]
            at += taken
        return max(0, end - offset)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes of content from `offset`; fewer only at the end."""
        if offset < 0 or length < 0:
            raise ValueError("an offset and a length are not negative")
        content = bytearray(max(0, min(length, self.size - offset)))
        self.read_into(memoryview(content), offset)
        return bytes(content)

    def read_all(self) -> bytes:
        """Return the whole content."""
        return self.read_at(0, self.size)

    def segments(self) -> Iterator[memoryview]:
        """Yield the content in order, one segment at a time; a view is valid until the next."""
        content = memoryview(bytearray(self._seal.segment_size))
        for number in range(self._count):
            part = content[: self._length(number)]
            self._segment(number, part)
            yield part

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
