"""A folder of this machine: ``ab/cd/<sha256>``, never changed; nginx sends from it directly."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sync.protocol.errors import BlobLostError, StorageFullError
from sync.server.storage.port import PIECE, Stored, digest_at, relative_path


class FolderStore:
    """Files below `root`."""

    def __init__(self, root: Path) -> None:
        """Use the folder `root`; parts of uploads lie beside, on the same file system."""
        self._root = root

    def put(self, file: Path, sha256: str) -> None:
        """Rename `file`, which was written durably."""
        target = self._path(sha256)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFullError from error
            raise
        _sync_folder(target.parent)

    def size(self, sha256: str) -> int | None:
        """Return the size on the disk."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def pieces(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Read from the disk; the file is opened for the first piece."""
        return _read(self._known(sha256), start, length)

    @contextlib.contextmanager
    def as_file(self, sha256: str) -> Generator[Path]:
        """Give the file itself."""
        yield self._known(sha256)

    def delete(self, sha256: str) -> None:
        """Unlink it; who is reading it goes on reading."""
        self._path(sha256).unlink(missing_ok=True)

    def stored(self) -> Iterator[Stored]:
        """Walk the folder."""
        for path in self._root.glob("??/??/*"):
            sha256 = digest_at(path.relative_to(self._root).as_posix())
            if sha256 is not None:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Stored(sha256, written)

    def address(self, sha256: str) -> str:
        """Return its path below the folder."""
        return f"/{relative_path(sha256)}"

    def _path(self, sha256: str) -> Path:
        return self._root / relative_path(sha256)

    def _known(self, sha256: str) -> Path:
        if self.size(sha256) is None:
            raise BlobLostError(sha256=sha256)
        return self._path(sha256)


def _sync_folder(folder: Path) -> None:
    # A rename is durable once its folder is; Windows cannot open folders and needs no such step.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0:
            piece = file.read(min(PIECE, length))
            if not piece:
                return
            length -= len(piece)
            yield piece
