"""Which files get deltas from which: decided with the publication, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import Q

from boardpack.domain import clock
from boardpack.domain.dossier import PDF, Document, DocumentVersion, Dossier
from boardpack.domain.likeness import FACTOR, MOST_SIBLINGS, Likeness, likeness
from sync.server.actions.delta_job import compute_deltas
from sync.server.models import DeltaPair, Mandate, PublishedVersion

#: So many versions before the new one.
VERSIONS: Final = 3
#: A sibling sent longer ago is hardly on a device that lacks the new file.
RECENT: Final = timedelta(days=400)
#: Rows that are looked at for one document.
_LOOKED_AT: Final = 200


def plan_dossier(dossier: Dossier, before: Dossier | None) -> None:
    """Ask for the deltas of every version that this revision brings."""
    known = set(_versions(before.documents)) if before else set()
    assemblies = _shared_assemblies(dossier.assembly_id)
    for document in dossier.documents:
        if document.withdrawn or document.current.sha256 in known:
            continue
        bases = [each.sha256 for each in document.versions[-1 - VERSIONS : -1]]
        _plan(document.current.sha256, [*bases, *_siblings(document, assemblies)])
        _remember(document, dossier.assembly_id)


def plan_version(versions: tuple[DocumentVersion, ...]) -> None:
    """Ask for the deltas of the last version from those before it."""
    _plan(versions[-1].sha256, [each.sha256 for each in versions[-1 - VERSIONS : -1]])


def _versions(documents: Iterable[Document]) -> Iterable[str]:
    return (version.sha256 for document in documents for version in document.versions)


def _shared_assemblies(assembly_id: str) -> list[str]:
    """Return the assemblies in which somebody of this one has a mandate, itself among them."""
    people = Mandate.objects.filter(assembly=assembly_id).values("official")
    rows = Mandate.objects.filter(official__in=people).order_by("assembly")
    return list(rows.values_list("assembly_id", flat=True).distinct())


def _siblings(document: Document, assemblies: list[str]) -> list[str]:
    """Return the files of other documents that may be this one, the nearest in size first."""
    mine = _likeness(document)
    if mine.media_type != PDF:
        return []
    marks = Q(pages=mine.pages) if mine.pages else Q()
    for name in ("title", "file_name"):
        if value := getattr(mine, name):
            marks |= Q(**{name: value})
    if not marks:
        return []
    rows = (
        PublishedVersion.objects.filter(
            marks,
            assembly__in=assemblies,
            media_type=mine.media_type,
            published_at__gt=clock.now() - RECENT,
            blob__size__range=(mine.size // FACTOR, mine.size * FACTOR),
        )
        .exclude(document_id=document.document_id)
        .exclude(blob=document.current.sha256)
        .select_related("blob")
        .order_by("-published_at")[:_LOOKED_AT]
    )
    found = {row.blob_id: row.blob.size for row in rows if mine.resembles(_likeness_of(row))}
    return sorted(found, key=lambda each: (abs(found[each] - mine.size), each))[:MOST_SIBLINGS]


def _likeness(document: Document) -> Likeness:
    version = document.current
    names = (document.title, document.file_name)
    return likeness(*names, version.media_type, version.pages, version.size)


def _likeness_of(row: PublishedVersion) -> Likeness:
    return Likeness(row.title, row.file_name, row.media_type, row.pages, row.blob.size)


def _remember(document: Document, assembly_id: str) -> None:
    mine = _likeness(document)
    PublishedVersion.objects.get_or_create(
        document_id=document.document_id,
        blob_id=document.current.sha256,
        defaults={
            "assembly_id": assembly_id,
            "title": mine.title,
            "file_name": mine.file_name,
            "media_type": mine.media_type,
            "pages": mine.pages,
            "published_at": clock.now(),
        },
    )


def _plan(new: str, bases: list[str]) -> None:
    now = clock.now()
    wanted = {each for each in bases if each != new}
    known = set(
        DeltaPair.objects.filter(new=new, base__in=wanted).values_list("base_id", flat=True)
    )
    missing = sorted(wanted - known)
    DeltaPair.objects.bulk_create(
        [DeltaPair(new_id=new, base_id=each, planned_at=now) for each in missing],
        ignore_conflicts=True,
    )
    if missing:
        compute_deltas.enqueue(new)
