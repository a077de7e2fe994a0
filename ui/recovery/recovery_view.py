"""The one screen about recovery words: it asks for what is to be done, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _, language, ngettext
from boardpack.services.program import Session
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import Recovered, RecoveryState
from ui.background import Background, Lane
from ui.navigation import Navigator, RecoveryRoute, Route
from ui.recovery.note_part import DonePart, NotePart, ProofPart
from ui.recovery.type_part import TypePart
from ui.screen import Screen
from ui.widgets.confirm import confirm
from ui.widgets.page import Page

Part = NotePart | ProofPart | TypePart | DonePart


class RecoveryView(Screen):
    """Shows the words to note, or takes those of a former device."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._service = session.recovery
        self._typing = False
        self._part: Part | None = None
        self._page = Page(self.title(), widest=640)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def title(self) -> str:
        """Return the name of this place."""
        return _("Recovery words")

    @property
    def part(self) -> Part | None:
        """What is shown."""
        return self._part

    def open_route(self, route: Route) -> None:
        """Learn whether words are to be typed whatever the program would ask."""
        self._typing = isinstance(route, RecoveryRoute) and route.typing

    def opened(self) -> None:
        """Find out what is to be done; what is being typed stays."""
        if isinstance(self._part, TypePart):
            self._part.start()
        else:
            self.run(self._service.state, self._begin)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no word behind in a screen that is kept for later."""
        super().hideEvent(event)
        if not event.spontaneous() and not isinstance(self._part, TypePart):
            self._show(None)

    def _begin(self, state: RecoveryState) -> None:
        if self._typing or state.wish is RecoveryWish.TYPE:
            self._ask_words(asked=state.wish is RecoveryWish.TYPE)
        elif state.noted and not state.renewing:
            self._done(_("Your recovery words are noted"), _("There is nothing to do here."))
        else:
            self._show_words(renewing=state.renewing)

    # Noting

    def _show_words(self, *, renewing: bool) -> None:
        spoken = language()

        def words() -> tuple[str, ...]:
            # Where none were ever made, they are made now; others stay as they are.
            self._service.renew()
            return self._service.to_note(spoken)

        def show(found: tuple[str, ...]) -> None:
            part = NotePart(found, self.session.me.name, renewing=renewing)
            part.noted.connect(lambda: self._ask_proof(renewing=renewing))
            part.later.connect(lambda: self._postpone(renewing=renewing))
            self._show(part)

        self.run(words, show)

    def _postpone(self, *, renewing: bool) -> None:
        if renewing:
            self.run(self._service.drop_renewal, lambda _changes: self._leave())
        else:
            self._leave()

    def _ask_proof(self, *, renewing: bool) -> None:
        part = ProofPart(12)
        part.back.connect(lambda: self._show_words(renewing=renewing))
        part.proved.connect(lambda typed: self._prove(part, typed, renewing=renewing))
        self._show(part)

    def _prove(self, part: ProofPart, typed: Mapping[int, str], *, renewing: bool) -> None:
        spoken = language()
        texts = [_("They are now nowhere but on your paper. Keep it well.")]
        if renewing:
            texts.append(_("The words of before are good for nothing any more: tear them up."))
        self.run(
            lambda: self._service.check_noted(typed, spoken),
            lambda _changes: self._done(_("Your recovery words are noted"), *texts),
            part.failed,
        )

    # Typing

    def _ask_words(self, *, asked: bool) -> None:
        part = TypePart(asked=asked)
        spoken = language()
        part.typed.connect(
            lambda text: self.run(
                lambda: self._service.read(text, spoken), part.show_words, lane=Lane.CHORES
            )
        )
        part.given.connect(lambda text: self._recover(part, text))
        part.without.connect(self._ask_without)
        part.later.connect(self._leave)
        self._show(part)

    def _recover(self, part: TypePart, text: str) -> None:
        spoken = language()
        self.run(lambda: self._service.recover(text, spoken), self._recovered, part.failed)

    def _recovered(self, found: Recovered) -> None:
        notes = ngettext(
            "{number} note can be read again.", "{number} notes can be read again.", found.notes
        )
        self._done(
            _("Your notes are back"),
            notes.format(number=found.notes),
            _("What arrives from now on can be read as well. Keep your paper: it stays good."),
        )

    def _ask_without(self) -> None:
        confirm(
            self,
            _("Go on without the former notes?"),
            _(
                "They stay sealed on the server and nothing is deleted. If the paper turns up, "
                "type its words in the settings. You get new words now, for the notes to come."
            ),
            _("Go on without"),
            lambda: self.run(self._service.go_without, lambda _changes: self._after_without()),
        )

    def _after_without(self) -> None:
        self._show_words(renewing=False)

    # One part after the other

    def _done(self, title: str, *texts: str) -> None:
        part = DonePart(title, *texts)
        part.left.connect(self._leave)
        self._show(part)

    def _leave(self) -> None:
        self.navigator.back()

    def _show(self, part: Part | None) -> None:
        if self._part is not None:
            self._page.body.removeWidget(self._part)
            self._part.deleteLater()
        self._part = part
        if part is not None:
            self._page.body.insertWidget(0, part)
            part.start()
