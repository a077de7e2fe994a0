"""What a store of files can do.

A file's name is its SHA-256, checked before it is put: two writers of one name write the same
bytes, so that nothing depends on conditional writes (OpenStack Swift has none).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from sync.server.plain_text import is_digest

PIECE: Final = 256 * 1024


class Stored(NamedTuple):
    """A file that lies in the store, and since when."""

    sha256: str
    written_at: datetime


class BlobStore(Protocol):
    """A store of verified files.

    Every method raises StorageUnavailableError when the store does not answer.
    """

    def put(self, file: Path, sha256: str) -> None:
        """Keep `file`, whose digest was checked, for good; `file` itself may be gone then.

        Bytes that lie there already are replaced: they may be damaged.

        Raises:
            FileNotFoundError: no such `file`.
            StorageFullError: no room.
        """

    def size(self, sha256: str) -> int | None:
        """Return how many bytes lie there, None without the file."""

    def pieces(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Return `length` bytes from `start`, a piece at a time.

        A missing file is found before this returns, while a status can still be answered.

        Raises:
            BlobLostError: no such file.
        """

    def as_file(self, sha256: str) -> AbstractContextManager[Path]:
        """Give the bytes as a file of this machine, only to be read, while the block lasts.

        Raises:
            BlobLostError: no such file.
        """

    def delete(self, sha256: str) -> None:
        """Remove a file; one that is not there is no failure."""

    def stored(self) -> Iterator[Stored]:
        """Yield what lies there; other names are not ours and are left out."""

    def address(self, sha256: str) -> str:
        """Return the path and query below the internal location from which nginx sends it."""


def relative_path(sha256: str) -> str:
    """Return the path of a file in its store: not too many in one folder."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest_at(path: str) -> str | None:
    """Return the digest whose path in a store this is, None for any other path."""
    sha256 = path.rpartition("/")[2]
    return sha256 if is_digest(sha256) and path == relative_path(sha256) else None
