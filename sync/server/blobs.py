"""The folder of files: content-addressed, written under another name, renamed when verified.

``ab/cd/<sha256>`` holds verified bytes and never changes; ``incoming/<upload>`` holds bytes under
way. Both are on one file system, so that the rename is atomic.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from boardpack.domain import clock
from boardpack.domain.refusals import BlobWrongDigestError
from sync.protocol.errors import StorageFullError
from sync.server.models import Blob, BlobGrant, Feed

PIECE: Final = 256 * 1024


def path_of(sha256: str) -> Path:
    """Return where the verified bytes of `sha256` are."""
    return Path(settings.BLOB_FOLDER, relative_path(sha256))


def relative_path(sha256: str) -> str:
    """Return the path below the folder of files, as a web server redirects to it."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def part_path(upload_id: str) -> Path:
    """Return where the bytes of an upload under way are."""
    return Path(settings.BLOB_FOLDER, "incoming", upload_id)


def _sync_folder(folder: Path) -> None:
    # A rename is durable once its folder is; Windows cannot open folders and needs no such step.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_part(upload_id: str, offset: int, data: bytes) -> None:
    """Write `data` at `offset`, drop whatever stood beyond, and make it durable.

    Raises:
        StorageFullError: no room on the disk.
    """
    path = part_path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.seek(offset)
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError from error
        raise


def part_size(upload_id: str) -> int:
    """Return how many bytes of an upload are on the disk."""
    path = part_path(upload_id)
    return path.stat().st_size if path.exists() else 0


def drop_part(upload_id: str) -> None:
    """Forget the bytes of an upload."""
    part_path(upload_id).unlink(missing_ok=True)


def commit_part(upload_id: str, sha256: str) -> int:
    """Verify an upload's bytes and give them their name; return their number.

    Raises:
        BlobWrongDigestError: they are not those of `sha256`; they are dropped.
    """
    part = part_path(upload_id)
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    if digest != sha256:
        part.unlink()
        raise BlobWrongDigestError(sha256=sha256)
    target = path_of(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
    _sync_folder(target.parent)
    return size


def read(sha256: str) -> bytes:
    """Return the whole of a file."""
    return path_of(sha256).read_bytes()


def pieces(sha256: str, start: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes of a file from `start`, a piece at a time."""
    with path_of(sha256).open("rb") as file:
        file.seek(start)
        while length > 0:
            piece = file.read(min(PIECE, length))
            if not piece:
                return
            length -= len(piece)
            yield piece


def grant(digests: Iterable[str], names: Iterable[str]) -> None:
    """Let whoever reads one of the feeds `names` read the files `digests`."""
    feeds = sorted(set(names))
    Feed.objects.bulk_create([Feed(name=each) for each in feeds], ignore_conflicts=True)
    pairs = [(sha256, feed) for sha256 in sorted(set(digests)) for feed in feeds]
    rows = [BlobGrant(blob_id=sha256, feed_id=feed) for sha256, feed in pairs]
    BlobGrant.objects.bulk_create(rows, ignore_conflicts=True)


def keep(sha256: str, size: int, feed: str) -> None:
    """Record verified bytes and who may read them first."""
    Blob.objects.get_or_create(sha256=sha256, defaults={"size": size, "created_at": clock.now()})
    grant([sha256], [feed])
