"""The rows of the home screen, made from read models."""

from __future__ import annotations

from datetime import datetime

from boardpack.messages import _, ngettext
from boardpack.services.read_models import (
    AssemblyBadge,
    HomeView,
    ResumeRow,
    SittingRow,
    TodoKind,
    TodoRow,
)
from ui import formats
from ui.models.rows import Badge, Chip, Row
from ui.navigation import DocumentRoute, Route, SittingRoute, StateRoute, ToSignRoute

_ICONS = {
    TodoKind.ACKNOWLEDGE: ("email-check-outline", "accent"),
    TodoKind.SIGN: ("signature-freehand", "accent"),
    TodoKind.MODIFIED: ("file-document-edit-outline", "warning"),
    TodoKind.REJECTED: ("alert-outline", "danger"),
}


def badge(assembly: AssemblyBadge) -> Badge:
    """Return the mark of an assembly."""
    return Badge(assembly.short_name, assembly.colour)


def joined(*parts: str) -> str:
    """Join what is there by middle dots."""
    return " · ".join(part for part in parts if part)


def _when(moment: datetime | None) -> str:
    return formats.day_and_hour(moment) if moment else ""


def _todo_title(todo: TodoRow) -> str:
    match todo.kind:
        case TodoKind.ACKNOWLEDGE:
            return _("Acknowledge the convocation")
        case TodoKind.SIGN:
            words = ngettext("Sign {count} deliberation", "Sign {count} deliberations", todo.count)
        case TodoKind.MODIFIED:
            words = ngettext(
                "Read {count} modified document", "Read {count} modified documents", todo.count
            )
        case TodoKind.REJECTED:
            words = ngettext("{count} action refused", "{count} actions refused", todo.count)
    return words.format(count=todo.count)


def _todo_route(todo: TodoRow) -> Route:
    match todo.kind:
        case TodoKind.SIGN:
            return ToSignRoute(todo.deliberation_id if todo.count == 1 else "")
        case TodoKind.REJECTED:
            return StateRoute()
        case TodoKind.MODIFIED if todo.document_id and todo.count == 1:
            return DocumentRoute(todo.document_id)
        case _:
            return SittingRoute(todo.sitting_id)


def todo_row(todo: TodoRow) -> Row:
    """Return the row of one thing to do; choosing it leads to where it is done."""
    icon, colour = _ICONS[todo.kind]
    return Row(
        key=_todo_route(todo),
        title=_todo_title(todo),
        detail=joined(todo.title, _when(todo.starts_at)),
        badge=badge(todo.assembly),
        icon=icon,
        icon_colour=colour,
        strong=True,
        trail="chevron-right",
    )


def sitting_chips(row: SittingRow) -> tuple[Chip, ...]:
    """Return the state words of a sitting: changed, to read, to receive, to send."""
    chips: list[Chip] = []
    if row.modified:
        words = ngettext("{count} modified", "{count} modified", row.modified)
        chips.append(Chip(words.format(count=row.modified), "warning"))
    if row.unread and not row.past:
        words = ngettext("{count} to read", "{count} to read", row.unread)
        chips.append(Chip(words.format(count=row.unread), "accent"))
    if row.missing_bytes:
        size = formats.size(row.missing_bytes)
        chips.append(Chip(_("{size} to receive").format(size=size)))
    if row.waiting:
        chips.append(Chip(_("to be sent"), "warning"))
    return tuple(chips)


def sitting_row(row: SittingRow) -> Row:
    """Return the row of one sitting: day and month, title, when and where, state."""
    return Row(
        key=SittingRoute(row.sitting_id),
        title=row.title,
        detail=joined(formats.until(row.starts_at), _when(row.starts_at), row.place),
        badge=badge(row.assembly),
        lead=str(row.starts_at.day),
        lead_under=formats.month(row.starts_at),
        chips=sitting_chips(row),
        strong=not row.past,
        trail="chevron-right",
    )


def resume_row(row: ResumeRow) -> Row:
    """Return the row of a reading that was interrupted."""
    page = _("page {page} of {pages}").format(page=row.page + 1, pages=row.pages)
    return Row(
        key=DocumentRoute(row.document_id),
        title=row.title,
        detail=joined(page, row.sitting_title),
        badge=badge(row.assembly),
        icon="book-open-page-variant-outline",
        trail="chevron-right",
    )


def all_rows(view: HomeView) -> dict[str, tuple[Row, ...]]:
    """Return the rows of each section of the home screen."""
    return {
        "todo": tuple(todo_row(each) for each in view.todo),
        "next": tuple(sitting_row(each) for each in view.next_sittings),
        "resume": tuple(resume_row(each) for each in view.resume),
        "past": tuple(sitting_row(each) for each in view.past_sittings),
    }
