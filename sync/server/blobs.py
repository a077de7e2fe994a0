"""Files named by their SHA-256: their bytes in the store, who may read them in the database."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path

from boardpack.domain import clock, ids
from sync.protocol.errors import BlobLostError
from sync.server import parts
from sync.server.models import Blob, BlobGrant, Feed
from sync.server.storage.chosen import store


def read(sha256: str) -> bytes:
    """Return the whole of a file.

    Raises:
        BlobLostError: its bytes are gone.
        StorageUnavailableError: the store does not answer.
    """
    return b"".join(pieces(sha256, 0, Blob.objects.get(sha256=sha256).size))


def pieces(sha256: str, start: int, length: int) -> Iterator[bytes]:
    """Return `length` bytes of a file from `start`, a piece at a time; raises as `read`."""
    return store().pieces(sha256, start, length)


def as_file(sha256: str) -> AbstractContextManager[Path]:
    """Give a file's bytes as a file of this machine, only to be read; raises as `read`."""
    return store().as_file(sha256)


@contextmanager
def mapped(sha256: str) -> Iterator[mmap | bytes]:
    """Give the whole of a file, which may be larger than memory; raises as `read`."""
    with as_file(sha256) as path, path.open("rb") as file:
        # An empty file cannot be mapped.
        if not os.fstat(file.fileno()).st_size:
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            yield content


def grant(digests: Iterable[str], names: Iterable[str]) -> None:
    """Let whoever reads one of the feeds `names` read the files `digests`."""
    feeds = sorted(set(names))
    Feed.objects.bulk_create([Feed(name=each) for each in feeds], ignore_conflicts=True)
    pairs = [(sha256, feed) for sha256 in sorted(set(digests)) for feed in feeds]
    rows = [BlobGrant(blob_id=sha256, feed_id=feed) for sha256, feed in pairs]
    # Who uploaded it and is now named as its reader keeps it for good.
    BlobGrant.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["uploaded"],
        unique_fields=["blob", "feed"],
    )


def put(sha256: str, data: bytes) -> None:
    """Keep the bytes that the server made, whose digest is `sha256`; `record` comes next.

    Raises:
        StorageFullError, StorageUnavailableError: they are not kept.
    """
    made = ids.new_id()
    parts.write(made, 0, data)
    try:
        store().put(parts.path(made), sha256)
    finally:
        parts.drop(made)


def record(sha256: str, size: int) -> None:
    """Record verified bytes that lie in the store.

    To be called in a transaction: the file's row is locked, so that nobody collects it meanwhile.

    Raises:
        BlobLostError: they were collected before the row was locked; put them again.
    """
    now = clock.now()
    Blob.objects.update_or_create(sha256=sha256, defaults={"size": size, "created_at": now})
    if not lies_there(sha256, size):
        raise BlobLostError(sha256=sha256)


def keep(sha256: str, size: int, feed: str) -> None:
    """Record verified bytes, as `record`, and who uploaded them and may read them first."""
    record(sha256, size)
    Feed.objects.get_or_create(name=feed)
    given = BlobGrant(blob_id=sha256, feed_id=feed, uploaded=True)
    BlobGrant.objects.bulk_create([given], ignore_conflicts=True)


def lies_there(sha256: str, size: int) -> bool:
    """Return whether the store has the file at its size."""
    return store().size(sha256) == size
