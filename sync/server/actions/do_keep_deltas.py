"""The server keeps the deltas that it made of a file from another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from boardpack.domain import clock
from boardpack.domain.transfers import DeltaKind
from sync.delta import probe
from sync.delta.artefacts import Artefact
from sync.server import blobs, transactions
from sync.server.models import Delta, DeltaPair
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_keep_deltas(actor: Acting, pair: DeltaPair, made: Sequence[Artefact]) -> None:
    """Keep the artefacts of a pair and count it as computed; once more changes nothing.

    Raises:
        StorageFullError: no room; what was written stays to be found by the next attempt.
    """
    require_operator(actor)
    digests = [_write(each.data) for each in made]

    def act() -> None:
        row = DeltaPair.objects.select_for_update().get(id=pair.id)
        if row.computed_at is not None:
            return
        for artefact, sha256 in zip(made, digests, strict=True):
            _record(row, artefact, sha256)
        row.computed_at = clock.now()
        row.save(update_fields=["computed_at"])

    transactions.run(act)


def _write(data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    blobs.put(sha256, data)
    return sha256


def _record(pair: DeltaPair, artefact: Artefact, sha256: str) -> None:
    blobs.record(sha256, len(artefact.data))
    Delta.objects.create(
        pair=pair,
        kind=artefact.kind.value,
        artefact_id=sha256,
        deflate=probe.own() if artefact.kind is DeltaKind.PDF else "",
    )
