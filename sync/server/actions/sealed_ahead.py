"""What members get of a dossier before they are told of it, and the keys when they are."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from boardpack.domain import clock, records
from boardpack.domain.dossier import Dossier, Telling
from sync.protocol.messages import assembly_feed
from sync.server import feeds, records as rows, spreading
from sync.server.models import BlobGrant, DossierRevision, SealedPack, Sitting


def held(sitting: Sitting) -> frozenset[str]:
    """Return the digests of the files that members were sent sealed."""
    rows = SealedPack.objects.filter(sitting=sitting).values_list("files", flat=True)
    return frozenset(sha256 for files in rows for sha256 in files)


def missing(sitting: Sitting, dossier: Dossier) -> dict[str, int]:
    """Return digest → size of the files in force that were not sent sealed yet."""
    already = held(sitting)
    return {
        each.current.sha256: each.current.size
        for each in dossier.documents
        if not each.withdrawn and each.current.sha256 not in already
    }


def offer(sitting: Sitting) -> None:
    """Tell members of the packs, without keys; to be called in a transaction."""
    size = sum(each.blob.size for each in _packs(sitting)[-1:])
    spread = spreading.of_size(sitting.assembly_id, size)
    packs = tuple(records.SealedPack(each.blob_id, each.blob.size) for each in _packs(sitting))
    _tell(sitting, packs, spread, opened=False)


def give_keys(sitting: Sitting) -> None:
    """Give members the keys; to be called in the transaction that tells them."""
    packs = tuple(
        records.SealedPack(each.blob_id, each.blob.size, bytes(each.key))
        for each in _packs(sitting)
    )
    if packs:
        _tell(sitting, packs, 0, opened=True)


def is_called_back(sitting: Sitting) -> bool:
    """Whether its secretariat took back the revision in force."""
    row = DossierRevision.objects.get(sitting=sitting, revision=sitting.revision)
    return rows.dossier(row).telling is Telling.CALLED_BACK


def take_back(sitting: Sitting) -> int:
    """Destroy keys and packs, here and on devices; to be called in a transaction.

    Returns:
        How many there were; their bytes are collected later.
    """
    packs = _packs(sitting)
    feed = assembly_feed(sitting.assembly_id)
    named = [each.blob_id for each in packs]
    SealedPack.objects.filter(sitting=sitting).delete()
    BlobGrant.objects.filter(blob__in=named, feed=feed).delete()
    if packs:
        feeds.append_gone([feed], "sealed_dossier", sitting.id)
    return len(packs)


def _packs(sitting: Sitting) -> list[SealedPack]:
    return list(SealedPack.objects.filter(sitting=sitting).select_related("blob").order_by("id"))


def _tell(
    sitting: Sitting, packs: tuple[records.SealedPack, ...], spread: int, *, opened: bool
) -> None:
    record = records.SealedDossier(
        sitting_id=sitting.id,
        assembly_id=sitting.assembly_id,
        day=_day(sitting),
        packs=packs,
        offered_at=clock.now(),
        spread_s=spread,
        opened=opened,
    )
    feeds.append([assembly_feed(sitting.assembly_id)], record)


def _day(sitting: Sitting) -> date:
    return sitting.starts_at.astimezone(ZoneInfo(sitting.assembly.timezone)).date()
