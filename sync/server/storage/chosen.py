"""The store that the settings choose."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from sync.server.storage.folder import FolderStore
from sync.server.storage.port import BlobStore
from sync.server.storage.s3 import S3Store


def store() -> BlobStore:
    """Return the store of this installation (BOARDPACK_BLOBS)."""
    if settings.BLOB_BUCKET:
        return S3Store(settings.BLOB_BUCKET, Path(settings.BLOB_FOLDER, "incoming"))
    return FolderStore(Path(settings.BLOB_FOLDER))
