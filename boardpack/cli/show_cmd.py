"""`boardpack show`: one sitting; acknowledge it; its secretariat: tell members, follow them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from boardpack.cli import texts
from boardpack.cli.finding import sitting_called
from boardpack.cli.options import common, unlocked, unlocking
from boardpack.cli.sittings_cmd import line
from boardpack.cli.terminal import Terminal
from boardpack.domain.signature import StepState
from boardpack.messages import _
from boardpack.services.read_models import (
    DeliberationRow,
    DocumentRow,
    FollowView,
    ItemRow,
    SittingView,
)

TELL: Final = "tell"
TAKE: Final = "take"


@click.command("show")
@click.argument("sitting")
@click.option("--acknowledge", is_flag=True, help="Acknowledge the convocation.")
@click.option("--follow", is_flag=True, help="Receipts and signatures, for its secretariat.")
@click.option(
    "--tell-now", "telling", flag_value=TELL, help="Tell members at once of one that waits."
)
@click.option("--call-back", "telling", flag_value=TAKE, help="Take back one that waits.")
@unlocking
@common
def command(
    terminal: Terminal,
    *,
    unlock_from: str | None,
    sitting: str,
    acknowledge: bool,
    follow: bool,
    telling: str | None,
) -> None:
    """Show one SITTING: its identifier, the beginning of it, or "next".

    What --tell-now and --call-back say goes to the server with the next `boardpack sync`.
    """
    with unlocked(terminal, unlock_from) as profile:
        session, sitting_id = sitting_called(profile.sessions, sitting)
        if acknowledge:
            session.reading.acknowledge(sitting_id)
        if telling == TELL:
            session.publishing.tell_now(sitting_id)
        elif telling == TAKE:
            session.publishing.call_back(sitting_id)
        if follow:
            followed = session.following.follow(sitting_id)
            terminal.show(followed, follow_lines(followed))
        else:
            view = session.reading.sitting(sitting_id)
            terminal.show(view, view_lines(view))


def view_lines(view: SittingView) -> Iterator[str]:
    """Yield one sitting."""
    yield line(view.row)
    yield texts.joined(view.row.assembly.authority_name, view.row.assembly.name, view.row.place)
    acknowledged = texts.moment(view.row.acknowledged_at)
    yield _("Convocation acknowledged: {moment}").format(moment=acknowledged)
    if view.convocation:
        yield _document(view.convocation)
    for item in view.items:
        yield from _item(item)
    for each in view.others:
        yield _document(each)


def _item(item: ItemRow) -> Iterator[str]:
    closed = _("in camera") if item.closed else ""
    yield f"{item.number}. {texts.joined(item.title, item.reporter, closed)}"
    for each in item.documents:
        yield _document(each)


def _document(row: DocumentRow) -> str:
    versions = len(row.versions)
    return "   " + texts.joined(
        row.title,
        texts.pages(row.pages),
        texts.size(row.size),
        _("version {number}").format(number=versions) if versions > 1 else "",
        _("modified") if row.modified else "" if row.read else _("unread"),
        "" if row.available else _("not here yet"),
        row.document_id,
    )


def follow_lines(view: FollowView) -> Iterator[str]:
    """Yield who received, acknowledged and opened what."""
    yield line(view.row)
    yield _("As of {moment}").format(moment=texts.moment(view.as_of))
    for person in view.people:
        yield "   " + texts.joined(
            person.name,
            _("received {moment}").format(moment=texts.moment(person.received_at)),
            _("acknowledged {moment}").format(moment=texts.moment(person.acknowledged_at)),
            _("opened {number} of {all}").format(number=person.opened, all=view.documents),
        )
    for each in view.deliberations:
        yield deliberation_line(each)


def deliberation_line(row: DeliberationRow) -> str:
    """Return a deliberation with its circuit on one line, its identifier last."""
    names = {
        StepState.WAITING: _("waiting"),
        StepState.SIGNED: _("signed"),
        StepState.REFUSED: _("refused"),
    }
    steps = (f"{step.official_name} ({step.quality}): {names[step.state]}" for step in row.steps)
    return texts.joined(row.number, row.title, *steps, row.deliberation_id)
