"""The server offers members the sealed files of a dossier that waits for its instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from boardpack.domain import clock
from sync.protocol.messages import assembly_feed
from sync.server import audit, blobs, transactions
from sync.server.actions import sealed_ahead
from sync.server.models import SealedPack, Sitting
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


@dataclass(frozen=True)
class Made:
    """A pack whose bytes lie in the store: its digest, size, key, and the files within."""

    sha256: str
    size: int
    key: bytes = field(repr=False)
    files: Sequence[str]


def do_offer_pack(actor: Acting, sitting_id: str, made: Made) -> None:
    """Offer a pack, unless members were told meanwhile; the key stays with the server."""
    operator = require_operator(actor)

    def act() -> None:
        sitting = Sitting.objects.select_for_update().get(id=sitting_id)
        if sitting.told_at is not None or sealed_ahead.is_called_back(sitting):
            return
        blobs.record(made.sha256, made.size)
        SealedPack.objects.create(
            sitting=sitting,
            blob_id=made.sha256,
            key=made.key,
            files=list(made.files),
            offered_at=clock.now(),
        )
        blobs.grant([made.sha256], [assembly_feed(sitting.assembly_id)])
        sealed_ahead.offer(sitting)
        audit.record(operator, "offer_pack", sitting_id, size=made.size, files=len(made.files))

    transactions.run(act)
