"""Files, sittings and people of the secretariat as rows of lists; pure."""

from __future__ import annotations

from typing import Final

from boardpack.messages import _, ngettext
from boardpack.services.draft_models import (
    DeliberationFile,
    DraftRow,
    DraftView,
    FileProblem,
    FileReport,
    FileRole,
)
from boardpack.services.read_models import FollowRow, SittingRow
from ui import formats
from ui.models.rows import Badge, Chip, Row

_BLOCKING: Final = frozenset(
    {
        FileProblem.DAMAGED,
        FileProblem.PASSWORD,
        FileProblem.EMPTY,
        FileProblem.SAME_PLACE,
        FileProblem.NOT_PDF,
    }
)


def problem_name(problem: FileProblem) -> str:
    """Return a problem in a few words."""
    return {
        FileProblem.DAMAGED: _("Damaged"),
        FileProblem.PASSWORD: _("Password-protected"),
        FileProblem.SCAN: _("Scan without text"),
        FileProblem.PARTLY_SCAN: _("Partly a scan"),
        FileProblem.DUPLICATE: _("Same content twice"),
        FileProblem.NOT_PLACED: _("Not placed"),
        FileProblem.EMPTY: _("Empty"),
        FileProblem.SIGNED: _("Already signed"),
        FileProblem.ACTIVE_CONTENT: _("Active content"),
        FileProblem.SAME_PLACE: _("Place taken twice"),
        FileProblem.NOT_PDF: _("Not a PDF"),
    }[problem]


def role_name(role: FileRole) -> str:
    """Return what a file is in its dossier."""
    return {
        FileRole.CONVOCATION: _("Convocation"),
        FileRole.REPORT: _("Report"),
        FileRole.ANNEX: _("Annex"),
        FileRole.OTHER: _("Other document"),
        FileRole.NOT_PLACED: _("Not placed"),
        FileRole.LEFT_OUT: _("Left out"),
    }[role]


def _change_chip(change: str) -> tuple[Chip, ...]:
    found = {
        "new": Chip(_("New"), "accent"),
        "changed": Chip(_("Changed"), "accent"),
        "moved": Chip(_("Moved"), "accent"),
    }.get(change)
    return (found,) if found else ()


def file_row(file: FileReport, *, sent_before: bool) -> Row:
    """Return the row of one file; what changes is only said when a revision was sent before."""
    label = role_name(file.role)
    if file.role is FileRole.ANNEX:
        label = _("Annex {number}").format(number=file.annex_number)
    size = formats.pages(file.pages) if file.pages else formats.size(file.size)
    parts = [label, size]
    if file.same_as:
        parts.append(_("same content as {names}").format(names=", ".join(file.same_as)))
    problems = tuple(
        Chip(problem_name(each), "danger" if each in _BLOCKING else "warning")
        for each in file.problems
    )
    return Row(
        key=file,
        title=file.title or file.path,
        detail=" · ".join(parts),
        icon="file-alert-outline" if file.blocking else "file-document-outline",
        icon_colour="danger" if file.blocking else "text_secondary",
        chips=(*problems, *(_change_chip(file.change) if sent_before else ())),
        trail="pencil-outline",
        spoken=file.path,
        indent=1,
    )


def item_rows(draft: DraftView) -> list[Row]:
    """Return the agenda with the files of each item under it."""
    rows: list[Row] = []
    if draft.convocation:
        rows.append(file_row(draft.convocation, sent_before=draft.already_sent))
    for item in draft.items:
        rows.append(
            Row(
                key=item,
                title=item.title or _("Item without title"),
                detail=item.reporter,
                lead=str(item.number),
                strong=True,
                trail="pencil-outline",
                chips=(Chip(_("In camera")),) if item.closed else (),
            )
        )
        rows += [file_row(file, sent_before=draft.already_sent) for file in item.files]
    return rows + [file_row(file, sent_before=draft.already_sent) for file in draft.others]


def summary(draft: DraftView) -> str:
    """Return one line: items, documents, pages, size."""
    documents = len(draft.sent_files)
    parts = (
        ngettext("{count} item", "{count} items", len(draft.items)).format(count=len(draft.items)),
        ngettext("{count} document", "{count} documents", documents).format(count=documents),
        formats.pages(draft.total_pages),
        formats.size(draft.total_bytes),
    )
    return " · ".join(parts)


def missing_name(what: str) -> str:
    """Return what still must be given before sending."""
    return {
        "assembly": _("the assembly"),
        "date": _("the date"),
        "place": _("the place"),
        "title": _("the title"),
        "convocation": _("the convocation"),
        "items": _("at least one item"),
        "item_titles": _("a title for each item"),
    }.get(what, what)


def draft_row(row: DraftRow) -> Row:
    """Return the row of a sitting in preparation."""
    date = formats.day_and_hour(row.starts_at) if row.starts_at else _("no date yet")
    badge = Badge(row.assembly.short_name, row.assembly.colour) if row.assembly else None
    return Row(
        key=row.sitting_id,
        title=row.title or row.folder,
        detail=date,
        badge=badge,
        chips=(Chip(_("In preparation")),),
        trail="chevron-right",
    )


def sent_row(row: SittingRow) -> Row:
    """Return the row of a sitting that was sent."""
    chips = (Chip(_("To be sent"), "accent"),) if row.waiting else ()
    revision = _("sent, revision {number}").format(number=row.revision)
    return Row(
        key=row.sitting_id,
        title=row.title,
        detail=f"{formats.day_and_hour(row.starts_at)} · {revision}",
        badge=Badge(row.assembly.short_name, row.assembly.colour),
        chips=chips,
        trail="chevron-right",
    )


def person_row(row: FollowRow, revision: int, documents: int) -> Row:
    """Return the row of one member in the follow-up."""
    opened = _("{opened} of {all} documents opened").format(opened=row.opened, all=documents)
    if row.acknowledged_at:
        when = formats.day_and_hour(row.acknowledged_at.astimezone())
        chip, detail = Chip(_("Acknowledged"), "success"), _("on {when}").format(when=when)
    elif row.received_at:
        when = formats.day_and_hour(row.received_at.astimezone())
        chip, detail = Chip(_("Received"), "accent"), _("on {when}").format(when=when)
    else:
        chip, detail = Chip(_("Not received yet"), "warning"), ""
    chips = [chip]
    if row.received_at and row.received_revision < revision:
        chips.append(Chip(_("Older revision"), "warning"))
    parts = (row.title, detail, opened if row.opened else "")
    return Row(
        key=None,
        title=row.name,
        detail=" · ".join(part for part in parts if part),
        icon="account-outline",
        chips=tuple(chips),
    )


def placed_row(file: DeliberationFile, problem: str) -> Row:
    """Return the row of a PDF to be signed; `problem` says why it cannot be, or is empty."""
    chips = (Chip(problem, "danger"),) if problem else ()
    if file.already_placed:
        chips = (Chip(_("Already placed")),)
    return Row(
        key=file,
        title=f"{file.number} · {file.title}",
        detail=formats.pages(file.pages),
        icon="file-sign",
        chips=chips,
        trail="close",
        spoken=_("Take out"),
    )
