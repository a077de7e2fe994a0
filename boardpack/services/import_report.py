"""The import report: what a secretariat is shown of a draft before it is sent. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from boardpack.domain.dossier import PDF, Dossier, Telling
from boardpack.domain.people import Assembly
from boardpack.services.draft import DEFAULT_ZONE, Draft, DraftFile
from boardpack.services.draft_models import (
    AbsentDocument,
    DraftItem,
    DraftView,
    FileProblem,
    FileReport,
    FileRole,
)
from boardpack.services.plan import Plan, PlannedFile, make_plan
from boardpack.services.push_folder import NamedPlace
from boardpack.services.revise import Header, count_changes

#: Problems with which a file cannot be sent; the others are told only.
BLOCKING: Final = frozenset(
    {
        FileProblem.DAMAGED,
        FileProblem.PASSWORD,
        FileProblem.EMPTY,
        FileProblem.SAME_PLACE,
        FileProblem.NOT_PDF,
    }
)
_MUST_BE_PDF: Final = frozenset({FileRole.CONVOCATION, FileRole.REPORT})


def report(draft: Draft, base: Dossier | None, assembly: Assembly | None) -> DraftView:
    """Return the report of a draft over the revision in force."""
    plan = make_plan(draft, base)
    reports = _Reports(draft, plan)
    title, place = _words(draft, base, assembly)
    starts_at = draft.starts_at(assembly.timezone if assembly else DEFAULT_ZONE, base)
    head = header(draft, base, assembly)
    files = [each.file for each in plan.files]
    return DraftView(
        sitting_id=draft.sitting_id,
        folder=draft.folder_name,
        assembly_id=assembly.assembly_id if assembly else "",
        title=title,
        starts_at=starts_at,
        place=place,
        revision=base.revision + 1 if base else 1,
        convocation=reports.of(plan.convocations[0]) if plan.convocations else None,
        items=tuple(
            DraftItem(
                number=item.number,
                title=item.title,
                reporter=item.reporter,
                closed=item.closed,
                files=tuple(reports.of(each) for each in item.files),
            )
            for item in plan.items
        ),
        others=tuple(reports.of(each) for each in (*plan.convocations[1:], *plan.others)),
        not_placed=tuple(reports.of_unsent(file, where) for file, where in plan.not_sent),
        absent=_absent(plan, base),
        missing=_missing(plan, base, assembly, starts_at, (title, place)),
        changes=count_changes(head, plan, base) if head else len(files),
        already_sent=base is not None,
        total_pages=sum(each.pages for each in files),
        total_bytes=sum(each.size for each in files),
        told=base is not None and base.telling is Telling.TOLD,
        not_before=_not_before(base, assembly),
    )


def _not_before(base: Dossier | None, assembly: Assembly | None) -> datetime | None:
    if base is None or base.telling is Telling.TOLD or base.not_before is None:
        return None
    zone = assembly.timezone if assembly else DEFAULT_ZONE
    return base.not_before.astimezone(ZoneInfo(zone))


def header(draft: Draft, base: Dossier | None, assembly: Assembly | None) -> Header | None:
    """Return what stands above the agenda, None while something of it is missing."""
    title, place = _words(draft, base, assembly)
    if assembly is None or not title or not place:
        return None
    starts_at = draft.starts_at(assembly.timezone, base)
    if starts_at is None:
        return None
    return Header(draft.sitting_id, assembly.assembly_id, title, starts_at, place)


def _words(draft: Draft, base: Dossier | None, assembly: Assembly | None) -> tuple[str, str]:
    said = draft.corrections
    title = draft.words.title or (base.title if base else "") or (assembly.name if assembly else "")
    place = draft.words.place or (base.place if base else "")
    return (
        title if said.title is None else said.title.strip(),
        place if said.place is None else said.place.strip(),
    )


def _missing(
    plan: Plan,
    base: Dossier | None,
    assembly: Assembly | None,
    starts_at: datetime | None,
    words: tuple[str, str],
) -> tuple[str, ...]:
    kept = [each for each in plan.absent if each.document_id not in plan.withdrawn]
    convocation = plan.convocations or any(each.kind == "convocation" for each in kept)
    found = {
        "assembly": assembly is not None,
        "date": starts_at is not None,
        "place": bool(words[1]),
        "title": bool(words[0]),
        "convocation": bool(convocation),
        "items": bool(plan.items) or bool(base and base.items),
        "item_titles": all(each.title for each in plan.items),
    }
    return tuple(name for name, here in found.items() if not here)


def _absent(plan: Plan, base: Dossier | None) -> tuple[AbsentDocument, ...]:
    numbers = {item.item_id: str(item.number) for item in base.items} if base else {}
    return tuple(
        AbsentDocument(
            document_id=each.document_id,
            label=numbers.get(each.item_id or "", ""),
            title=each.title,
            withdrawn=each.document_id in plan.withdrawn,
        )
        for each in plan.absent
    )


class _Reports:
    """Makes the reports of files, knowing the other files."""

    def __init__(self, draft: Draft, plan: Plan) -> None:
        self._same = _by_digest(draft.files)
        self._places = Counter(
            _slot(each.place) for each in plan.files if each.place.role is not FileRole.OTHER
        )

    def of(self, planned: PlannedFile) -> FileReport:
        """Report a file that goes into the dossier."""
        file, place = planned.file, planned.place
        problems = list(file.problems)
        if place.role in _MUST_BE_PDF and file.media_type != PDF and not problems:
            problems.append(FileProblem.NOT_PDF)
        if self._places[_slot(place)] > 1:
            problems.append(FileProblem.SAME_PLACE)
        return self._report(file, place, problems, planned.change)

    def of_unsent(self, file: DraftFile, place: NamedPlace) -> FileReport:
        """Report a file that stays out."""
        problems = list(file.problems)
        if place.role is FileRole.NOT_PLACED:
            problems.append(FileProblem.NOT_PLACED)
        return self._report(file, place, problems, "")

    def _report(
        self, file: DraftFile, place: NamedPlace, problems: list[FileProblem], change: str
    ) -> FileReport:
        same = tuple(path for path in self._same[file.sha256] if path != file.path)
        if same and file.size:
            problems.append(FileProblem.DUPLICATE)
        return FileReport(
            path=file.path,
            role=place.role,
            item_number=place.item_number,
            annex_number=place.annex_number,
            title=place.title,
            pages=file.pages,
            size=file.size,
            sha256=file.sha256,
            media_type=file.media_type,
            pages_without_text=file.pages_without_text,
            problems=tuple(problems),
            same_as=same,
            change=change,
            blocking=bool(change) and not BLOCKING.isdisjoint(problems),
        )


def _by_digest(files: Iterable[DraftFile]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.sha256, []).append(file.path)
    return found


def _slot(place: NamedPlace) -> tuple[FileRole, int, int, str]:
    # Annexes that the person placed without a number stand one after the other.
    free = place.role is FileRole.ANNEX and not place.annex_number
    return place.role, place.item_number, place.annex_number, place.title if free else ""
