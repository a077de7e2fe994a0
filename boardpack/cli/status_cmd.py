"""`boardpack status`: whose profile this is, how things stand, what needs the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from boardpack.bootstrap import open_program
from boardpack.cli import offline, recovering, texts
from boardpack.cli.options import accounts_called, common, unlocked, unlocking
from boardpack.cli.sync_cmd import doubt_lines
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, error_text, ngettext
from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.device_clock import ClockState, clock_state
from boardpack.services.program import Session
from boardpack.services.read_models import DeliberationRow, RecoveryWish, TodoKind, TodoRow
from boardpack.services.rejections import DoubtRow
from boardpack.services.server_history import Agreement
from boardpack.services.sync_state import SyncState


@dataclass(frozen=True)
class Status:
    """What an unlocked account says of itself."""

    server: str
    profile: ProfileState
    sync: SyncState
    clock: ClockState
    todo: tuple[TodoRow, ...]
    to_sign: tuple[DeliberationRow, ...]
    doubts: tuple[DoubtRow, ...] = ()
    recovery: RecoveryWish = RecoveryWish.NOTHING


@click.command("status")
@unlocking
@click.option("--locked", is_flag=True, help="Only what is known without unlocking.")
@click.option("--dismiss", is_flag=True, help="Let refusals go, now that you read why.")
@common
def command(terminal: Terminal, *, unlock_from: str | None, locked: bool, dismiss: bool) -> None:
    """Show the state of this profile and what needs you."""
    program = open_program(terminal.profile)
    state = program.profile_state()
    if state.kind is ProfileKind.NEW or (locked and not program.accounts()):
        terminal.show({"profile": state}, _whose(state))
        return
    if locked:
        names = accounts_called(program.accounts(), terminal.server)
        for each in program.accounts():
            if each.account in names:
                terminal.show({"server": each.server, "profile": each}, _whose(each))
        return
    with unlocked(terminal, unlock_from, whole=True) as profile:
        states = {each.account: each for each in profile.together.states()}
        for session in profile.sessions:
            found = _status(states[session.account], session)
            terminal.show(found, lines(found))
            if dismiss:
                _dismiss(session, found)
        if dismiss:
            open_program(terminal.profile).farewells.forget()


def _dismiss(session: Session, found: Status) -> None:
    for row in session.synchronizing.rejected():
        session.synchronizing.dismiss(row.event_id)
    for doubt in found.doubts:
        session.synchronizing.dismiss_doubt(doubt.subject_id)


def _status(state: ProfileState, session: Session) -> Status:
    home = session.reading.home()
    return Status(
        server=session.server,
        profile=state,
        sync=session.synchronizing.state(),
        clock=clock_state(session.context),
        todo=home.todo,
        to_sign=session.signing.inbox(),
        doubts=session.synchronizing.doubts(),
        recovery=home.recovery,
    )


def _whose(state: ProfileState) -> list[str]:
    if state.kind is ProfileKind.NEW:
        return [_("This profile is not enrolled.")]
    if state.kind is ProfileKind.ERASED:
        return [_("What this profile held was erased.")]
    return [texts.joined(state.official_name, state.authority_name), state.server_url]


def _history(sync: SyncState) -> Iterator[str]:
    told = sync.history
    if told.agreement is Agreement.RECONCILE:
        yield _("The server was restored from a backup: everything is read again.")
    elif told.agreement is Agreement.RECONCILED:
        words = ngettext(
            "The server was restored from a backup; {number} lost action was sent again.",
            "The server was restored from a backup; {number} lost actions were sent again.",
            told.sent_again,
        )
        yield words.format(number=told.sent_again)
    elif told.agreement is not Agreement.AGREED:
        text = error_text(sync.code, dict(sync.parameters))
        yield texts.joined(text.title, text.do, f"[{text.code}]")


def lines(status: Status) -> Iterator[str]:
    """Yield how things stand, then what needs the person."""
    yield from _whose(status.profile)
    sync = status.sync
    contact = _("last contact: {moment}").format(moment=texts.moment(sync.last_contact))
    waiting = ngettext("{number} action waits", "{number} actions wait", sync.waiting)
    missing = _("{size} to receive").format(size=texts.size(sync.to_receive))
    yield texts.joined(
        contact, waiting.format(number=sync.waiting), missing if sync.to_receive else ""
    )
    yield from offline.held(sync.holding, sync.held_documents, sync.held_bytes)
    if status.clock.wrong:
        yield _("The clock of this device is wrong; the order of your notes is kept all the same.")
    if sync.closing is not None:
        yield texts.closing(sync.closing)
    yield from _history(sync)
    names = {
        TodoKind.REPLACED: _("This device was replaced"),
        TodoKind.ENDED: _("Mandate over: export your notes"),
        TodoKind.REJECTED: _("Refused"),
        TodoKind.SIGN: _("To sign"),
        TodoKind.ACKNOWLEDGE: _("To acknowledge"),
        TodoKind.MODIFIED: _("Modified"),
    }
    for row in status.todo:
        subject = row.deliberation_id or row.sitting_id
        yield texts.joined(names[row.kind], row.assembly.short_name, row.title, row.code, subject)
    yield from doubt_lines(status.doubts)
    yield from recovering.wished(status.recovery)
