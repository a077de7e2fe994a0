"""Bytes of uploads under way, in a folder of this machine until they are whole and verified.

Also with S3: an upload comes in chunks of any size over days, is hashed once, and only then sent
to the bucket. Multipart uploads of S3 would tie the chunks to its rules (five megabytes at least)
and leave invisible parts behind.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from boardpack.domain.refusals import BlobWrongDigestError
from sync.protocol.errors import StorageFullError


def path(upload_id: str) -> Path:
    """Return where the bytes of an upload under way are."""
    return Path(settings.BLOB_FOLDER, "incoming", upload_id)


def write(upload_id: str, offset: int, data: bytes) -> None:
    """Write `data` at `offset`, drop whatever stood beyond, and make it durable.

    Raises:
        StorageFullError: no room on the disk.
    """
    target = path(upload_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("r+b" if target.exists() else "w+b") as file:
            file.seek(offset)
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError from error
        raise


def size(upload_id: str) -> int:
    """Return how many bytes of an upload are on the disk."""
    try:
        return path(upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def verify(upload_id: str, sha256: str) -> int:
    """Check the digest of a whole upload; return its size.

    Raises:
        BlobWrongDigestError: it is another one; the bytes are dropped.
        FileNotFoundError: there are no bytes.
    """
    with path(upload_id).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        length = file.tell()
    if digest != sha256:
        drop(upload_id)
        raise BlobWrongDigestError(sha256=sha256)
    return length


def drop(upload_id: str) -> None:
    """Forget the bytes of an upload."""
    path(upload_id).unlink(missing_ok=True)


def names(older_than: datetime) -> Iterator[str]:
    """Yield uploads, and what crashed copies left, that nobody wrote to since `older_than`."""
    folder = Path(settings.BLOB_FOLDER, "incoming")
    for each in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if each.stat().st_mtime < older_than.timestamp():
                yield each.name
