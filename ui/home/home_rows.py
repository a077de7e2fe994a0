"""The rows of the home screen, made from read models."""

from __future__ import annotations

from datetime import datetime

from boardpack.messages import _, ngettext
from boardpack.services.holding import Holding
from boardpack.services.read_models import (
    AssemblyBadge,
    HomeView,
    RecoveryWish,
    ResumeRow,
    SittingRow,
    TodoKind,
    TodoRow,
)
from ui import formats
from ui.models.rows import Badge, Chip, Row
from ui.navigation import (
    DocumentRoute,
    LeavingRoute,
    RecoveryRoute,
    Route,
    SittingRoute,
    StateRoute,
    ToSignRoute,
)
from ui.receptions import reason, to_come

_ICONS = {
    TodoKind.ACKNOWLEDGE: ("email-check-outline", "accent"),
    TodoKind.SIGN: ("signature-freehand", "accent"),
    TodoKind.MODIFIED: ("file-document-edit-outline", "warning"),
    TodoKind.REJECTED: ("alert-outline", "danger"),
    TodoKind.REPLACED: ("cellphone-remove", "warning"),
    TodoKind.ENDED: ("account-clock-outline", "warning"),
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
        case TodoKind.REPLACED:
            return _("Erase this device: another one replaced it")
        case TodoKind.ENDED:
            return _("Your mandate is over: export your notes")
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
    account = todo.assembly.account
    match todo.kind:
        case TodoKind.SIGN if todo.count == 1:
            return ToSignRoute(todo.deliberation_id, account)
        case TodoKind.SIGN:
            return ToSignRoute()
        case TodoKind.REJECTED:
            return StateRoute()
        case TodoKind.REPLACED | TodoKind.ENDED:
            return LeavingRoute(account)
        case TodoKind.MODIFIED if todo.document_id and todo.count == 1:
            return DocumentRoute(todo.document_id, account=account)
        case _:
            return SittingRoute(todo.sitting_id, account)


def _todo_detail(todo: TodoRow) -> str:
    if todo.kind is TodoKind.ENDED and todo.starts_at is not None:
        day = _("before {day}").format(day=formats.day(todo.starts_at))
        return joined(todo.title, day)
    return joined(todo.title, _when(todo.starts_at))


def todo_row(todo: TodoRow) -> Row:
    """Return the row of one thing to do; choosing it leads to where it is done."""
    icon, colour = _ICONS[todo.kind]
    return Row(
        key=_todo_route(todo),
        title=_todo_title(todo),
        detail=_todo_detail(todo),
        badge=badge(todo.assembly) if todo.assembly.short_name else None,
        icon=icon,
        icon_colour=colour,
        strong=True,
        trail="chevron-right",
    )


def recovery_rows(wish: RecoveryWish, account: str = "") -> tuple[Row, ...]:
    """Return the quiet row about recovery words, after everything that is urgent."""
    match wish:
        case RecoveryWish.NOTHING:
            return ()
        case RecoveryWish.NOTE:
            title = _("Note your recovery words")
            detail = _("They bring your private notes back if this device is lost")
        case RecoveryWish.TYPE:
            title = _("Type the recovery words of your former device")
            detail = _("They open your private notes")
    row = Row(
        key=RecoveryRoute(account=account),
        title=title,
        detail=detail,
        icon="key-outline",
        trail="chevron-right",
    )
    return (row,)


def sitting_chips(row: SittingRow) -> tuple[Chip, ...]:
    """Return the state words of a sitting: changed, to read, to receive, to send."""
    chips: list[Chip] = []
    if row.closed:
        return (Chip(_("closed"), "warning"),)
    if row.modified:
        words = ngettext("{count} modified", "{count} modified", row.modified)
        chips.append(Chip(words.format(count=row.modified), "warning"))
    if row.unread and not row.past:
        words = ngettext("{count} to read", "{count} to read", row.unread)
        chips.append(Chip(words.format(count=row.unread), "accent"))
    if row.holding is not Holding.NOTHING:
        chips.append(Chip(reason(row.holding), "warning"))
    if row.missing_bytes:
        chips.append(Chip(to_come(row)))
    elif row.documents and not row.past and not row.waiting:
        chips.append(Chip(_("Complete offline"), "success"))
    if row.waiting:
        chips.append(Chip(_("to be sent"), "warning"))
    elif row.not_before or row.called_back:
        chips.append(Chip(_("not told to members yet")))
    return tuple(chips)


def sitting_row(row: SittingRow) -> Row:
    """Return the row of one sitting: day and month, title, when and where, state."""
    return Row(
        key=SittingRoute(row.sitting_id, row.assembly.account),
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
        key=DocumentRoute(row.document_id, account=row.assembly.account),
        title=row.title,
        detail=joined(page, row.sitting_title),
        badge=badge(row.assembly),
        icon="book-open-page-variant-outline",
        trail="chevron-right",
    )


def all_rows(view: HomeView) -> dict[str, tuple[Row, ...]]:
    """Return the rows of each section of the home screen."""
    return {
        "todo": (
            *(todo_row(each) for each in view.todo),
            *recovery_rows(view.recovery, view.account),
        ),
        "next": tuple(sitting_row(each) for each in view.next_sittings),
        "resume": tuple(resume_row(each) for each in view.resume),
        "past": tuple(sitting_row(each) for each in view.past_sittings),
    }
