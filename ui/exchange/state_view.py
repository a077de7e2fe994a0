"""All about the exchange: last contact, what waits, what was refused and why; now, or stop."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import SyncState
from boardpack.services.rejections import RejectedRow
from ui.background import Background
from ui.exchange.driver import SyncDriver
from ui.exchange.refused import RefusedCard
from ui.exchange.state_card import StateCard
from ui.navigation import Navigator
from ui.screen import Screen
from ui.widgets.page import Page, Section


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
        self._card = StateCard()
        self._refused = Section(_("Refused by the server"))
        self._refused.setVisible(False)
        self._cards: dict[str, RefusedCard] = {}
        self._page = Page(self.title(), widest=720)
        self._page.body.addWidget(self._card)
        self._page.body.addWidget(self._refused)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def serve(self, driver: SyncDriver) -> None:
        """Follow the one driver of exchanges; called once by the window."""
        driver.state_changed.connect(self._show_state)
        self._card.now.connect(driver.sync_now)
        self._card.stop.connect(driver.cancel)

    def title(self) -> str:
        """Return the name of this place."""
        return _("Exchange with the server")

    def opened(self) -> None:
        """Read how things stand."""
        self.run(self.session.synchronizing.state, self._show_state)
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Read again when the outbox changed."""
        if changes.outbox or changes.everything:
            self._load()

    def panes(self) -> Sequence[QWidget]:
        """Go round the cards."""
        return [self._card, *self._cards.values()]

    def _show_state(self, state: SyncState) -> None:
        self._card.show_state(state)

    def _load(self) -> None:
        self.run(self.session.synchronizing.rejected, self._show_refused)

    def _show_refused(self, rows: Sequence[RejectedRow]) -> None:
        wanted = {row.event_id for row in rows}
        for event_id in [each for each in self._cards if each not in wanted]:
            self._cards.pop(event_id).deleteLater()
        for row in rows:
            if row.event_id not in self._cards:
                card = RefusedCard(row)
                card.understood.connect(self._dismiss)
                self._cards[row.event_id] = card
                self._refused.body.addWidget(card)
        self._refused.setVisible(bool(rows))

    def _dismiss(self, event_id: str) -> None:
        self.run(lambda: self.session.synchronizing.dismiss(event_id), lambda _done: self._load())
