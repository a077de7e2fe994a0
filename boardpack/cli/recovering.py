"""Recovery words on the command line: asked for, checked, told. Never among the arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from boardpack.cli.terminal import Terminal
from boardpack.messages import _, language, ngettext
from boardpack.sealing.errors import UnknownWordsError
from boardpack.services.program import Session
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import Recovered
from boardpack.services.sync_state import SyncState

OPTION: Final = "--words-from"


def ask(terminal: Terminal, source: str | None) -> str:
    """Return the words as the person has them on paper, all on one line."""
    what = _("Your twelve recovery words, on one line (nothing: later)")
    return terminal.ask(source, OPTION, what, hidden=False)


def recover(terminal: Terminal, session: Session, words: str) -> Recovered:
    """Bring back what these words open, after asking the server for it when it is not here yet.

    Raises:
        BoardpackError: of the words, or of the exchange; see `RecoveryService.recover`.
    """
    service = session.recovery
    if not service.state().held:
        _fetch(session)
    try:
        return service.recover(words, language())
    except UnknownWordsError:
        for place, each in enumerate(service.read(words, language()), 1):
            if not each.word:
                near = _("(perhaps: {words})").format(words=", ".join(each.near))
                terminal.tell(f"{place}. {each.text} {near if each.near else ''}".rstrip())
        raise


def _fetch(session: Session) -> None:
    """Exchange until the wrapped identity is here; dossiers come later, by `boardpack sync`."""

    def enough(_state: SyncState) -> None:
        if session.recovery.state().held:
            session.synchronizing.cancel()

    report = session.synchronizing.sync_once(enough)
    if report.error is not None:
        raise report.error


def told(recovered: Recovered | None) -> Iterator[str]:
    """Say what came back."""
    if recovered is None:
        return
    notes = ngettext(
        "{number} note can be read again.", "{number} notes can be read again.", recovered.notes
    )
    yield notes.format(number=recovered.notes)
    yield _("Notes and reading places that arrive from now on can be read as well.")


def wished(wish: RecoveryWish) -> Iterator[str]:
    """Say what is to be done about recovery words."""
    match wish:
        case RecoveryWish.NOTE:
            yield _("Note your recovery words: boardpack recovery show")
        case RecoveryWish.TYPE:
            yield _(
                "Your former notes are sealed. With your recovery words: boardpack recovery type."
                " Without them: boardpack recovery without"
            )
        case RecoveryWish.NOTHING:
            return
