"""What needs the person, the most urgent first: what ends, refused, to sign, to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from boardpack.domain.dossier import Dossier
from boardpack.services.context import Context
from boardpack.services.library import Library, reading_order
from boardpack.services.read_models import SittingRow, TodoKind, TodoRow
from boardpack.store import deliberations, ended, locks, outbox
from boardpack.store.deliberations import ProjectedDeliberation
from boardpack.store.outbox import OutboxRow
from boardpack.workflow.transitions import Verb


def todo(context: Context, library: Library, rows: tuple[SittingRow, ...]) -> tuple[TodoRow, ...]:
    """Return what needs the person; `rows` are the sittings by date."""
    return (
        *_replaced(context, library),
        *_ended(context, library),
        *_rejected(context, library),
        *_to_sign(context, library),
        *_to_acknowledge(rows),
        *_modified(library, rows),
    )


def _replaced(context: Context, library: Library) -> Iterator[TodoRow]:
    known = ended.load(context.store.connection)
    if known is not None and known.replaced:
        yield TodoRow(
            kind=TodoKind.REPLACED,
            title="",
            assembly=library.badge(""),
            starts_at=None,
            sitting_id="",
        )


def _ended(context: Context, library: Library) -> Iterator[TodoRow]:
    for assembly_id, since in sorted(locks.endings(context.store.connection).items()):
        badge = library.badge(assembly_id)
        yield TodoRow(
            kind=TodoKind.ENDED,
            title=badge.name,
            assembly=badge,
            starts_at=library.local(since + locks.GRACE, assembly_id),
            sitting_id="",
        )


def _rejected(context: Context, library: Library) -> Iterator[TodoRow]:
    for row in outbox.rejected(context.store.connection):
        found = library.find(row.sitting_id) if row.sitting_id else None
        dossier = found.dossier if found else None
        yield TodoRow(
            kind=TodoKind.REJECTED,
            title=_title(context, dossier, row),
            assembly=library.badge(dossier.assembly_id if dossier else ""),
            starts_at=_start(library, dossier),
            sitting_id=row.sitting_id or "",
            document_id=row.document_id or "",
            deliberation_id=row.subject_id if row.kind.startswith("deliberation_") else "",
            event_id=row.event_id,
            code=row.code,
        )


def _title(context: Context, dossier: Dossier | None, row: OutboxRow) -> str:
    if row.kind.startswith("deliberation_"):
        found = deliberations.one(context.store.connection, row.subject_id)
        if found:
            return found.deliberation.title
    if dossier is None:
        return ""
    for document in dossier.documents:
        if document.document_id == row.document_id:
            return document.title
    return dossier.title


def _start(library: Library, dossier: Dossier | None) -> datetime | None:
    return library.local(dossier.starts_at, dossier.assembly_id) if dossier else None


def _to_sign(context: Context, library: Library) -> Iterator[TodoRow]:
    for each in deliberations.projected(context.store.connection):
        if not _is_mine(each, context.official_id):
            continue
        deliberation = each.deliberation
        found = library.find(deliberation.sitting_id)
        yield TodoRow(
            kind=TodoKind.SIGN,
            title=deliberation.title,
            assembly=library.badge(deliberation.assembly_id),
            starts_at=_start(library, found.dossier if found else None),
            sitting_id=deliberation.sitting_id,
            deliberation_id=deliberation.deliberation_id,
        )


def _is_mine(each: ProjectedDeliberation, official_id: str) -> bool:
    step = each.deliberation.next_step
    return step is not None and step.official_id == official_id


def _to_acknowledge(rows: tuple[SittingRow, ...]) -> Iterator[TodoRow]:
    for row in rows:
        wanted = Verb.ACKNOWLEDGE in row.abilities and row.acknowledged_at is None
        if wanted and not row.past:
            yield TodoRow(
                kind=TodoKind.ACKNOWLEDGE,
                title=row.title,
                assembly=row.assembly,
                starts_at=row.starts_at,
                sitting_id=row.sitting_id,
            )


def _modified(library: Library, rows: tuple[SittingRow, ...]) -> Iterator[TodoRow]:
    for row in rows:
        # Who prepares the sitting knows what was modified.
        if row.past or not row.modified or Verb.ACKNOWLEDGE not in row.abilities:
            continue
        changed = [
            each
            for each in reading_order(library.dossier(row.sitting_id))
            if library.is_modified(each)
        ]
        yield TodoRow(
            kind=TodoKind.MODIFIED,
            title=changed[0].title if len(changed) == 1 else row.title,
            assembly=row.assembly,
            starts_at=row.starts_at,
            sitting_id=row.sitting_id,
            document_id=changed[0].document_id,
            count=len(changed),
        )
