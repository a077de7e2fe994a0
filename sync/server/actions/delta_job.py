"""The job: read both files, make what is worth keeping, record it."""

from __future__ import annotations

from typing import Final

from sync.delta import artefacts
from sync.server import blobs
from sync.server.actions.do_keep_deltas import do_keep_deltas
from sync.server.jobs.definition import job
from sync.server.models import DeltaPair
from sync.server.permission import Operator

#: Who the audit would name: the server itself.
SERVER: Final = Operator("boardpack")


@job(attempts=4, priority=-10)
def compute_deltas(sha256: str) -> None:
    """Make the deltas of file `sha256` from every base that was planned and is not done."""
    for pair in DeltaPair.objects.filter(new=sha256, computed_at=None).order_by("id"):
        with blobs.mapped(pair.base_id) as old, blobs.mapped(pair.new_id) as new:
            made = artefacts.make(old, new)
        do_keep_deltas(SERVER, pair, made)
