"""All about the exchange with one server: last contact, what waits, what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.rejections import DoubtRow, RejectedRow
from boardpack.services.sync_state import SyncState
from ui.exchange.doubtful import DoubtCard
from ui.exchange.driver import SyncDriver
from ui.exchange.refused import RefusedCard
from ui.exchange.state_card import StateCard
from ui.screen import Screen
from ui.widgets.page import Section


class StatePart(Section):
    """One account's part; its heading is the server's name where there are several."""

    def __init__(self, screen: Screen, session: Session) -> None:
        super().__init__(session.server)
        self.heading.setVisible(False)
        self._screen, self._session = screen, session
        self.card = StateCard()
        self._refused = Section(_("Refused by the server"))
        self._refused.setVisible(False)
        self._doubtful = Section(_("To be checked"))
        self._doubtful.setVisible(False)
        self._cards: dict[str, RefusedCard] = {}
        self._doubts: dict[tuple[str, str], DoubtCard] = {}
        for each in (self.card, self._doubtful, self._refused):
            self.body.addWidget(each)

    def serve(self, driver: SyncDriver) -> None:
        """Follow the exchanges of this account."""
        driver.state_changed.connect(self._show_state)
        self.card.now.connect(driver.sync_now)
        self.card.stop.connect(driver.cancel)
        steering = self._session.steering
        for asked, deed in (
            (self.card.pause, steering.pause),
            (self.card.resume, steering.resume),
            (self.card.everything, steering.ask),
        ):
            asked.connect(lambda deed=deed: self._screen.run(deed, lambda _changes: None))

    def read(self) -> None:
        """Read how things stand."""
        self._screen.run(self._session.synchronizing.state, self._show_state)
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Read again when the outbox changed, or something signed was refused."""
        if changes.outbox or changes.doubts or changes.everything:
            self._load()

    def panes(self) -> Sequence[QWidget]:
        """Go round the cards."""
        return [self.card, *self._doubts.values(), *self._cards.values()]

    def _show_state(self, state: SyncState) -> None:
        self.card.show_state(state)

    def _load(self) -> None:
        self._screen.run(self._session.synchronizing.rejected, self._show_refused)
        self._screen.run(self._session.synchronizing.doubts, self._show_doubts)

    def _show_doubts(self, rows: Sequence[DoubtRow]) -> None:
        wanted = {(row.subject_id, row.code): row for row in rows}
        for each in [name for name in self._doubts if name not in wanted]:
            self._doubts.pop(each).deleteLater()
        for name, row in wanted.items():
            if name not in self._doubts:
                card = DoubtCard(row)
                card.understood.connect(self._dismiss_doubt)
                self._doubts[name] = card
                self._doubtful.body.addWidget(card)
        self._doubtful.setVisible(bool(rows))

    def _dismiss_doubt(self, subject_id: str) -> None:
        self._screen.run(
            lambda: self._session.synchronizing.dismiss_doubt(subject_id),
            lambda _done: self._load(),
        )

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
        self._screen.run(
            lambda: self._session.synchronizing.dismiss(event_id), lambda _done: self._load()
        )
