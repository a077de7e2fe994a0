"""Files, sittings and people of the secretariat as rows of lists; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
from ui.secretariat.words import missing_words, problem_advice, problem_name, role_name

#: Said of a file that cannot be sent as it is.
_BLOCKING: Final = frozenset(
    {
        FileProblem.DAMAGED,
        FileProblem.PASSWORD,
        FileProblem.EMPTY,
        FileProblem.SAME_PLACE,
        FileProblem.NOT_PDF,
    }
)


@dataclass(frozen=True)
class Key:
    """What a row of the import report stands for, whatever is corrected meanwhile.

    Attributes:
        kind: "file", "item", "missing" or "absent".
        name: path of the file, number of the item, what is missing, id of the document.
    """

    kind: str
    name: str


def _change_chip(change: str) -> tuple[Chip, ...]:
    found = {
        "new": Chip(_("New"), "accent"),
        "changed": Chip(_("Changed"), "accent"),
        "moved": Chip(_("Moved"), "accent"),
    }.get(change)
    return (found,) if found else ()


def file_row(file: FileReport, *, sent_before: bool, indent: int = 1, advise: bool = False) -> Row:
    """Return the row of one file; what changes is only said when a revision was sent before."""
    label = role_name(file.role)
    if file.role is FileRole.ANNEX:
        label = _("Annex {number}").format(number=file.annex_number)
    elif file.role is FileRole.REPORT and advise:
        label = _("Report of item {number}").format(number=file.item_number)
    size = formats.pages(file.pages) if file.pages else formats.size(file.size)
    parts = [label, size]
    if file.role is FileRole.NOT_PLACED or label == file.title:
        parts = [size]
    if file.same_as:
        parts.append(_("same content as {names}").format(names=", ".join(file.same_as)))
    problems = tuple(
        Chip(problem_name(each), "danger" if each in _BLOCKING else "warning")
        for each in file.problems
    )
    return Row(
        key=Key("file", file.path),
        title=file.title or file.path,
        detail=" · ".join(parts),
        icon="file-alert-outline" if file.blocking else "file-document-outline",
        icon_colour="danger" if file.blocking else "text_secondary",
        chips=(*problems, *(_change_chip(file.change) if sent_before else ())),
        trail="pencil-outline",
        spoken=_("{name}, to correct it choose it").format(name=file.path),
        indent=indent,
        quote=problem_advice(file.problems[0]) if advise and file.problems else "",
    )


def missing_row(what: str) -> Row:
    """Return the row of something that must still be given."""
    title, how = missing_words(what)
    return Row(
        key=Key("missing", what),
        title=title,
        detail=how,
        icon="alert-circle-outline",
        icon_colour="danger",
    )


def blocking_rows(draft: DraftView) -> list[Row]:
    """Return what must be corrected before sending."""
    files = [file for file in draft.sent_files if file.blocking]
    return [
        *(missing_row(each) for each in draft.missing),
        *(file_row(file, sent_before=False, indent=0, advise=True) for file in files),
    ]


def doubtful_rows(draft: DraftView) -> list[Row]:
    """Return what is worth a look before sending."""
    files = [
        *(file for file in draft.not_placed if file.role is FileRole.NOT_PLACED),
        *(file for file in draft.sent_files if file.problems and not file.blocking),
    ]
    return [file_row(file, sent_before=False, indent=0, advise=True) for file in files]


def left_out_rows(draft: DraftView) -> list[Row]:
    """Return the files that the person left out."""
    files = [file for file in draft.not_placed if file.role is not FileRole.NOT_PLACED]
    return [file_row(file, sent_before=False, indent=0) for file in files]


def absent_rows(draft: DraftView) -> list[Row]:
    """Return the documents sent earlier that the folder has no longer."""
    return [
        Row(
            key=Key("absent", each.document_id),
            title=each.title,
            detail=each.label,
            icon="file-remove-outline" if each.withdrawn else "file-document-outline",
            chips=(Chip(_("Will be withdrawn"), "warning") if each.withdrawn else Chip(_("Kept")),),
            trail="pencil-outline",
        )
        for each in draft.absent
    ]


def item_rows(draft: DraftView) -> list[Row]:
    """Return the agenda with the files of each item under it."""
    rows: list[Row] = []
    if draft.convocation:
        rows.append(file_row(draft.convocation, sent_before=draft.already_sent, indent=0))
    for item in draft.items:
        rows.append(
            Row(
                key=Key("item", str(item.number)),
                title=item.title or _("Item without title"),
                detail=item.reporter,
                lead=str(item.number),
                strong=True,
                trail="pencil-outline",
                chips=(Chip(_("In camera")),) if item.closed else (),
            )
        )
        rows += [file_row(file, sent_before=draft.already_sent) for file in item.files]
    return rows + [
        file_row(file, sent_before=draft.already_sent, indent=0) for file in draft.others
    ]


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


def draft_row(row: DraftRow) -> Row:
    """Return the row of a sitting in preparation."""
    date = formats.day_and_hour(row.starts_at) if row.starts_at else _("no date yet")
    badge = Badge(row.assembly.short_name, row.assembly.colour) if row.assembly else None
    touched = _("changed {when}").format(when=formats.ago(row.at))
    return Row(
        key=row.sitting_id,
        title=row.title or row.folder or _("Sitting without title"),
        detail=f"{date} · {touched}",
        badge=badge,
        trail="chevron-right",
    )


def told_on(moment: datetime) -> str:
    """Return « membres informés mardi 24 novembre à 18 h »."""
    return _("members are told on {when}").format(when=formats.day_and_hour(moment))


def sent_row(row: SittingRow) -> Row:
    """Return the row of a sitting that was sent."""
    chips: tuple[Chip, ...] = ()
    if row.waiting:
        chips = (Chip(_("To be sent"), "accent"),)
    elif row.called_back:
        chips = (Chip(_("Called back"), "warning"),)
    elif row.not_before:
        chips = (Chip(told_on(row.not_before), "accent"),)
    revision = _("revision {number}").format(number=row.revision)
    return Row(
        key=row.sitting_id,
        title=row.title,
        detail=" · ".join(
            (formats.day_and_hour(row.starts_at), *((revision,) if row.revision > 1 else ()))
        ),
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
    detail = formats.pages(file.pages)
    if file.rewritten:
        detail += " · " + _("Formatted for signing: the content has not changed")
    return Row(
        key=file,
        title=f"{file.number} · {file.title}",
        detail=detail,
        icon="file-sign",
        chips=chips,
        trail="close",
        spoken=_("Take out"),
    )
