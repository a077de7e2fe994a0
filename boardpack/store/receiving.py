"""One file on its way into the store. Any one thread may write it; it never sees the database."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final, NamedTuple, Self

from boardpack.sealing.cipher import Bytes
from boardpack.sealing.errors import WrongKeyError
from boardpack.sealing.segments import SealedWriter, new_key
from boardpack.store import disk, errors

#: No file is written any more when less is free: what the ballast gave up on a full disk is for the
#: person's own actions, not for files that are under way at that moment.
FLOOR: Final = 16 * 1024 * 1024
#: Asking costs as much as sealing some kilobytes.
_CHECK_EACH: Final = 1024 * 1024


class Tail(NamedTuple):
    """The end of an unfinished file, from offset `at`, which its part cannot hold yet."""

    at: int
    data: bytes


NO_TAIL: Final = Tail(0, b"")


class Receiving:
    """Seals what is written, as it arrives, under a temporary name.

    Attributes:
        sha256, size: what the whole content must have.
        key: of the sealed file; another one after `restart`, since a key seals one content.
        part: the temporary file.
        tail: once closed, what the part does not hold.
        finished: the content is verified and on the disk; `BlobStore.commit` gives it its name.
    """

    def __init__(
        self,
        part: Path,
        sha256: str,
        size: int,
        key: bytes | None,
        *,
        tail: Tail = NO_TAIL,
        floor: int = FLOOR,
    ) -> None:
        """Take up the part that was sealed with `key`, and its `tail`; or begin a new one (None).

        Writing stops when less than `floor` bytes are free on the disk.

        Raises:
            DiskFullError, DiskRefusedError: the disk refuses.
        """
        self.sha256 = sha256
        self.size = size
        self.finished = False
        self.part = part
        self._floor = floor
        self._unchecked = 0
        self._hash = hashlib.sha256()
        self._writer: SealedWriter | None = None
        self.tail = NO_TAIL
        self.key = key or new_key()
        try:
            if key is None or not self.part.exists() or not self._take_up(tail):
                self._begin()
        except OSError as error:
            raise errors.disk_error(error) from error

    def _take_up(self, tail: Tail) -> bool:
        try:
            self._writer, held = SealedWriter.resume(self.part, self.key, self._hash.update)
        except WrongKeyError:
            return False
        if tail.at == held:
            self._hash.update(tail.data)
            self._writer.write(tail.data)
        if self._writer.size > self.size:
            self.close()
            return False
        return True

    def _begin(self) -> None:
        self.close()
        self.tail = NO_TAIL
        self.key = new_key()
        self._hash = hashlib.sha256()
        file = self.part.open("wb", buffering=0)
        try:
            self._writer = SealedWriter(file, self.key)
        except BaseException:
            file.close()
            raise

    @property
    def offset(self) -> int:
        """Bytes of content already here: go on from there."""
        return self._open_writer.size

    @property
    def _open_writer(self) -> SealedWriter:
        if self._writer is None:
            raise ValueError("closed")
        return self._writer

    def restart(self) -> None:
        """Begin again from nothing: the other side sends the file from its start.

        Raises:
            DiskFullError, DiskRefusedError: the disk refuses.
        """
        if self.offset == 0:
            return
        try:
            self._begin()
        except OSError as error:
            raise errors.disk_error(error) from error

    def write(self, data: Bytes) -> None:
        """Add content.

        Raises:
            DamagedBlobError: it is longer than announced; what was written is given up.
            DiskFullError, DiskRefusedError: the disk refuses; what is there is kept.
        """
        if self.offset + len(data) > self.size:
            self.discard()
            raise errors.DamagedBlobError(sha256=self.sha256)
        self._refuse_without_room(len(data))
        try:
            self._hash.update(data)
            self._open_writer.write(data)
        except OSError as error:
            raise errors.disk_error(error) from error

    def _refuse_without_room(self, coming: int) -> None:
        self._unchecked += coming
        if self._unchecked >= _CHECK_EACH:
            self._unchecked = 0
            if errors.free_bytes(self.part.parent) < self._floor:
                raise errors.DiskFullError

    def finish(self) -> None:
        """Check the digest of the whole and bring it to the disk.

        Raises:
            DamagedBlobError: not the size or the digest; what was written is given up.
            DiskFullError, DiskRefusedError: the disk refuses.
        """
        writer = self._open_writer
        if writer.size != self.size or self._hash.hexdigest() != self.sha256:
            self.discard()
            raise errors.DamagedBlobError(sha256=self.sha256)
        try:
            writer.finish()
            writer.sync()
        except OSError as error:
            raise errors.disk_error(error) from error
        self.close()
        self.finished = True

    def discard(self) -> None:
        """Remove what was written."""
        self.close()
        self.tail = NO_TAIL
        disk.remove(self.part)

    def close(self) -> None:
        """Close the file; what is not finished stays to be taken up. Harmless when done twice."""
        if self._writer is not None:
            data = self._writer.unwritten
            self.tail = Tail(self._writer.size - len(data), data)
            self._writer.close()
            self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
