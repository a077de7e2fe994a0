"""Uploads that nobody went on with are forgotten, with the files that belong to no upload."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from boardpack.domain import clock
from sync.server import audit, parts
from sync.server.models import Upload
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
PATIENCE: Final = timedelta(days=7)


def do_forget_uploads(actor: Acting, *, dry_run: bool = False) -> int:
    """Drop uploads without a chunk for `PATIENCE`, or only count them; return how many."""
    operator = require_operator(actor)
    stale = list(Upload.objects.filter(updated_at__lt=clock.now() - PATIENCE))
    if dry_run:
        return len(stale)
    for upload in stale:
        parts.drop(upload.id)
        Upload.objects.filter(id=upload.id).delete()
        audit.record(operator, "forget_upload", upload.sha256[:16], offset=upload.offset)
    _sweep()
    return len(stale)


def _sweep() -> None:
    known = set(Upload.objects.values_list("id", flat=True))
    for name in parts.names(older_than=clock.now() - PATIENCE):
        if name not in known:
            parts.drop(name)
