"""All about the exchanges, one part a server; an account that did not open says why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.profile_state import ProfileKind, ProfileState
from boardpack.services.program import Session
from ui.background import Background
from ui.exchange.closed import ClosedCard
from ui.exchange.driver import SyncDriver
from ui.exchange.state_part import StatePart
from ui.navigation import Navigator
from ui.screen import Screen
from ui.widgets.page import Page


class StateView(Screen):
    """What the quiet line stands for."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._parts: list[StatePart] = []
        self._closed: list[ClosedCard] = []
        self._page = Page(self.title(), widest=720)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def serve(self, accounts: Sequence[tuple[Session, SyncDriver]]) -> None:
        """Follow the exchanges of each account; called once by the window."""
        for session, driver in accounts:
            part = StatePart(self, session)
            part.serve(driver)
            self._parts.append(part)
            self._add(part)

    def _add(self, section: QWidget) -> None:
        self._page.body.insertWidget(self._page.body.count() - 1, section)

    def title(self) -> str:
        """Return the name of this place."""
        return _("Exchange with the server")

    def opened(self) -> None:
        """Read how things stand."""
        for part in self._parts:
            part.read()
        self.run(self.session.together.states, self._show_closed)

    def _show_closed(self, states: Sequence[ProfileState]) -> None:
        for each in self._closed:
            each.deleteLater()
        self._closed = [ClosedCard(each) for each in states if each.kind is not ProfileKind.OPEN]
        for card in self._closed:
            self._add(card)
        for part in self._parts:
            part.heading.setVisible(len(states) > 1)

    def refresh(self, changes: Changes) -> None:
        """Read again what changed."""
        for part in self._parts:
            part.refresh(changes)

    def panes(self) -> Sequence[QWidget]:
        """Go round the cards."""
        return [pane for part in self._parts for pane in part.panes()]
