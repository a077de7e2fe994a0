"""Uploads that nobody went on with are forgotten, with the files that belong to no upload."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from boardpack.domain import clock
from sync.server import audit, blobs
from sync.server.models import Upload
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
PATIENCE: Final = timedelta(days=7)


def do_forget_uploads(actor: Acting) -> int:
    """Drop uploads without a chunk for `PATIENCE`; return how many."""
    operator = require_operator(actor)
    stale = list(Upload.objects.filter(updated_at__lt=clock.now() - PATIENCE))
    for upload in stale:
        blobs.drop_part(upload.id)
        Upload.objects.filter(id=upload.id).delete()
        audit.record(operator, "forget_upload", upload.sha256[:16], offset=upload.offset)
    _sweep()
    return len(stale)


def _sweep() -> None:
    folder = Path(settings.BLOB_FOLDER, "incoming")
    known = set(Upload.objects.values_list("id", flat=True))
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)
