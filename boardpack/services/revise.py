"""From a plan to the next revision of a dossier. Pure, but for new identifiers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from boardpack.domain.dossier import (
    AgendaItem,
    Document,
    DocumentKind,
    DocumentVersion,
    Dossier,
)
from boardpack.domain.ids import new_id
from boardpack.services.draft import DraftFile
from boardpack.services.draft_models import FileRole
from boardpack.services.plan import Plan, PlannedFile, PlannedItem


@dataclass(frozen=True)
class Header:
    """What stands above the agenda."""

    sitting_id: str
    assembly_id: str
    title: str
    starts_at: datetime
    place: str


def revise(header: Header, plan: Plan, base: Dossier | None, now: datetime) -> Dossier:
    """Return the revision that sending the plan makes, one above `base`."""
    item_ids = _item_ids(plan, base)
    items = tuple(
        AgendaItem(item_ids[each.number], each.number, each.title, each.reporter, each.closed)
        for each in plan.items
    )
    return Dossier(
        sitting_id=header.sitting_id,
        assembly_id=header.assembly_id,
        revision=base.revision + 1 if base else 1,
        title=header.title,
        starts_at=header.starts_at.astimezone(UTC),
        place=header.place,
        items=items,
        documents=_documents(plan, base, item_ids, now),
        first_sent_at=base.first_sent_at if base else now,
        revised_at=now,
    )


def count_changes(header: Header, plan: Plan, base: Dossier | None) -> int:
    """Return how many things differ from the last revision, as a person would count them."""
    changed = sum(each.change != "unchanged" for each in plan.files) + len(plan.withdrawn)
    if base is None:
        return changed
    before = (base.title, base.starts_at, base.place)
    after = (header.title, header.starts_at, header.place)
    changed += sum(one != other for one, other in zip(before, after, strict=True))
    agenda = {(each.number, each.title, each.reporter, each.closed) for each in plan.items}
    earlier = {(each.number, each.title, each.reporter, each.closed) for each in base.items}
    kinds = sum(_kind_changed(each, item) for item in plan.items for each in item.files)
    # A retitled item differs on both sides and is one change.
    return changed + kinds + max(len(agenda - earlier), len(earlier - agenda))


def _kind_changed(planned: PlannedFile, item: PlannedItem) -> bool:
    return (
        planned.change == "unchanged"
        and planned.place.role is FileRole.REPORT
        and planned.document is not None
        and planned.document.kind is not item.kind
    )


def _item_ids(plan: Plan, base: Dossier | None) -> dict[int, str]:
    """Keep an item's identity where its report (else its number) is the same."""
    taken: dict[int, str] = {}
    earlier = {item.number: item.item_id for item in base.items} if base else {}
    known = set(earlier.values())
    for item in plan.items:
        report = next((each for each in item.files if each.place.role is FileRole.REPORT), None)
        item_id = report.document.item_id if report and report.document else None
        if item_id in known and item_id not in taken.values():
            taken[item.number] = item_id
    for item in plan.items:
        if item.number not in taken:
            item_id = earlier.get(item.number)
            free = item_id is not None and item_id not in taken.values()
            taken[item.number] = item_id if item_id and free else new_id()
    return taken


def _documents(
    plan: Plan, base: Dossier | None, item_ids: dict[int, str], now: datetime
) -> tuple[Document, ...]:
    kinds = {item.number: item.kind for item in plan.items}
    placed = [
        _document(each, item_ids.get(each.place.item_number), kinds, now) for each in plan.files
    ]
    known = {each.document_id for each in placed}
    earlier = base.documents if base else ()
    staying = [each for each in earlier if each.document_id not in known]
    kept = [
        replace(each, withdrawn=each.withdrawn or each.document_id in plan.withdrawn)
        for each in staying
    ]
    order = {item_id: number for number, item_id in item_ids.items()}
    everything = sorted([*placed, *kept], key=lambda each: _rank(each, order))
    return tuple(replace(each, position=at) for at, each in enumerate(everything))


def _rank(document: Document, order: dict[str, int]) -> tuple[int, int]:
    if document.kind is DocumentKind.CONVOCATION:
        return 0, 0
    if document.item_id in order:
        # A sort keeps the order of equals: annexes stand as the plan has them, then those kept.
        return order[document.item_id], int(document.kind is DocumentKind.ANNEX)
    return max(order.values(), default=0) + 1, 0


def _document(
    planned: PlannedFile, item_id: str | None, kinds: dict[int, DocumentKind], now: datetime
) -> Document:
    place, document = planned.place, planned.document
    versions = document.versions if document else ()
    if not versions or versions[-1].sha256 != planned.file.sha256:
        versions = (*versions, _version(planned.file, len(versions) + 1, now))
    return Document(
        document_id=document.document_id if document else new_id(),
        kind=_kind(planned, kinds),
        title=place.title,
        file_name=planned.file.path.rsplit("/", 1)[-1],
        position=0,
        versions=versions,
        item_id=item_id,
    )


def _kind(planned: PlannedFile, kinds: dict[int, DocumentKind]) -> DocumentKind:
    match planned.place.role:
        case FileRole.CONVOCATION:
            return DocumentKind.CONVOCATION
        case FileRole.REPORT:
            return kinds[planned.place.item_number]
        case FileRole.ANNEX:
            return DocumentKind.ANNEX
        case _:
            return DocumentKind.OTHER


def _version(file: DraftFile, number: int, now: datetime) -> DocumentVersion:
    return DocumentVersion(
        sha256=file.sha256,
        number=number,
        size=file.size,
        media_type=file.media_type,
        pages=file.pages,
        pages_without_text=file.pages_without_text,
        created_at=now,
    )
