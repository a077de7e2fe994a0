"""The jobs that send a dossier ahead, sealed, and that forget it afterwards."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from boardpack.domain import ids
from boardpack.sealing import packs
from boardpack.sealing.segments import new_key
from sync.server import blobs, parts, records
from sync.server.actions import sealed_ahead
from sync.server.actions.do_forget_packs import do_forget_packs
from sync.server.actions.do_offer_pack import Made, do_offer_pack
from sync.server.jobs.definition import job
from sync.server.models import DossierRevision, Sitting
from sync.server.permission import Operator
from sync.server.storage.chosen import store

SERVER: Final = Operator("boardpack-server")
#: Devices that were off get the files themselves afterwards.
KEPT: Final = timedelta(days=14)


@job(attempts=6, priority=10)
def seal_dossier(sitting_id: str, revision: int) -> None:
    """Seal the files of a revision that waits, those that members do not hold sealed already."""
    sitting = Sitting.objects.get(id=sitting_id)
    if sitting.told_at is not None or sitting.revision != revision:
        return
    row = DossierRevision.objects.get(sitting=sitting, revision=revision)
    files = sealed_ahead.missing(sitting, records.dossier(row))
    if files:
        do_offer_pack(SERVER, sitting_id, _make(files))


def _make(files: dict[str, int]) -> Made:
    key, name = new_key(), ids.new_id()
    path = parts.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        contents = (blobs.pieces(sha256, 0, size) for sha256, size in files.items())
        packs.write(path, key, tuple(files.items()), contents)
        with path.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        store().put(path, digest)
    finally:
        parts.drop(name)
    return Made(digest, size, key, tuple(files))


@job(attempts=6, priority=-50)
def forget_packs(sitting_id: str) -> None:
    """Forget what was sent ahead of a sitting."""
    do_forget_packs(SERVER, sitting_id)
