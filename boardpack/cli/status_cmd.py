"""`boardpack status`: whose profile this is, how things stand, what needs the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from boardpack.bootstrap import open_program
from boardpack.cli import texts
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, ngettext
from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.program import Session
from boardpack.services.read_models import DeliberationRow, SyncState, TodoKind, TodoRow


@dataclass(frozen=True)
class Status:
    """What an unlocked profile says of itself."""

    profile: ProfileState
    sync: SyncState
    todo: tuple[TodoRow, ...]
    to_sign: tuple[DeliberationRow, ...]


@click.command("status")
@unlocking
@click.option("--locked", is_flag=True, help="Only what is known without unlocking.")
@click.option("--dismiss", is_flag=True, help="Let refused actions go, now that you read why.")
@common
def command(terminal: Terminal, *, unlock_from: str | None, locked: bool, dismiss: bool) -> None:
    """Show the state of this profile and what needs you."""
    state = open_program(terminal.profile).profile_state()
    if locked or state.kind is ProfileKind.NEW:
        terminal.show({"profile": state}, _whose(state))
        return
    with unlocked(terminal, unlock_from) as session:
        found = _status(state, session)
        terminal.show(found, lines(found))
        if dismiss:
            for row in session.synchronizing.rejected():
                session.synchronizing.dismiss(row.event_id)


def _status(state: ProfileState, session: Session) -> Status:
    return Status(
        profile=state,
        sync=session.synchronizing.state(),
        todo=session.reading.home().todo,
        to_sign=session.signing.inbox(),
    )


def _whose(state: ProfileState) -> list[str]:
    if state.kind is ProfileKind.NEW:
        return [_("This profile is not enrolled.")]
    return [texts.joined(state.official_name, state.authority_name), state.server_url]


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
    names = {
        TodoKind.REJECTED: _("Refused"),
        TodoKind.SIGN: _("To sign"),
        TodoKind.ACKNOWLEDGE: _("To acknowledge"),
        TodoKind.MODIFIED: _("Modified"),
    }
    for row in status.todo:
        subject = row.deliberation_id or row.sitting_id
        yield texts.joined(names[row.kind], row.assembly.short_name, row.title, row.code, subject)
