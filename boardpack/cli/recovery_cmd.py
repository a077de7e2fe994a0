"""`boardpack recovery`: note the recovery words, make others, bring notes back by them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import click

from boardpack.cli import recovering, texts
from boardpack.cli.options import common, unlocked, unlocking, words_option
from boardpack.cli.terminal import Terminal
from boardpack.messages import _, language, ngettext
from boardpack.services.program import Session
from boardpack.services.recovery import RecoveryState

#: How many words a person proves to have noted.
_PROOF: Final = 2


@click.command("recovery")
@click.argument(
    "step",
    type=click.Choice(["status", "show", "noted", "new", "type", "without"]),
    default="status",
)
@unlocking
@words_option
@common
def command(
    terminal: Terminal, *, step: str, unlock_from: str | None, words_from: str | None
) -> None:
    """Note your recovery words, or bring your notes back by them.

    status: how they stand. show: the words that wait to be noted. noted: prove that you have them;
    from then on they are nowhere but on your paper. new: make other words, good once they are
    noted. type: bring back what a former device sealed. without: go on without its notes.
    """
    steps: dict[str, Callable[[], None]] = {
        "show": lambda: _show(terminal, session),
        "noted": lambda: _noted(terminal, session, words_from),
        "new": lambda: _new(terminal, session),
        "type": lambda: _type(terminal, session, words_from),
        "without": lambda: _without(terminal, session),
    }
    with unlocked(terminal, unlock_from) as profile:
        if step == "status":
            for each in profile.sessions:
                _status(terminal, each, profile.heading(each.server))
            return
        session = profile.only()
        steps[step]()


def _status(terminal: Terminal, session: Session, heading: Sequence[str] = ()) -> None:
    state = session.recovery.state()
    terminal.show(state, [*heading, *_lines(state)])


def _lines(state: RecoveryState) -> Iterator[str]:
    if state.since is None:
        yield _("No recovery words are in force on this device.")
    elif state.noted:
        since = texts.moment(state.since)
        yield _("Recovery words noted on paper, good since {moment}.").format(moment=since)
    if state.since is not None and not state.sent:
        yield _("The server learns of them with the next exchange.")
    if state.renewing:
        yield _("Newer words wait to be noted: boardpack recovery show")
    if state.unreadable:
        sealed = ngettext(
            "{number} note of a former device is still sealed.",
            "{number} notes of a former device are still sealed.",
            state.unreadable,
        )
        yield sealed.format(number=state.unreadable)
    yield from recovering.wished(state.wish)


def _show(terminal: Terminal, session: Session) -> None:
    words = session.recovery.to_note(language())
    numbered = [f"{place:>2}. {word}" for place, word in enumerate(words, 1)]
    terminal.show({"words": words}, [*numbered, _("Once on paper: boardpack recovery noted")])


def _noted(terminal: Terminal, session: Session, words_from: str | None) -> None:
    count = len(session.recovery.to_note(language()))
    if words_from is not None:
        read = session.recovery.read(recovering.ask(terminal, words_from), language())
        texts_typed = [each.text for each in read] + [""] * count
        typed = dict(enumerate(texts_typed[:count], 1))
    else:
        places = sorted(secrets.SystemRandom().sample(range(1, count + 1), _PROOF))
        typed = {place: _one(terminal, place) for place in places}
    session.recovery.check_noted(typed, language())
    terminal.show(session.recovery.state(), [_("Keep your paper. The words are forgotten here.")])


def _one(terminal: Terminal, place: int) -> str:
    what = _("Word {number} of your paper").format(number=place)
    return terminal.ask(None, recovering.OPTION, what, hidden=False)


def _new(terminal: Terminal, session: Session) -> None:
    session.recovery.renew()
    _show(terminal, session)


def _type(terminal: Terminal, session: Session, words_from: str | None) -> None:
    found = recovering.recover(terminal, session, recovering.ask(terminal, words_from))
    terminal.show(found, recovering.told(found))


def _without(terminal: Terminal, session: Session) -> None:
    session.recovery.go_without()
    _status(terminal, session)
