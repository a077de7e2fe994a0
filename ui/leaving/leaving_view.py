"""What ends here, and what one can still do about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.endings import EndingRow
from boardpack.services.leaving import End
from boardpack.services.program import Session
from ui.background import Background
from ui.leaving.ended_card import EndedCard
from ui.leaving.replaced_card import ReplacedCard
from ui.navigation import Navigator
from ui.screen import Screen
from ui.theme import look
from ui.widgets.empty import EmptyState
from ui.widgets.page import Page


class LeavingView(Screen):
    """One card for each thing that ends. `erased` when the key of this device is destroyed."""

    erased = Signal()

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self.cards: list[ReplacedCard | EndedCard] = []
        self._nothing = EmptyState("check-circle-outline", _("Nothing ends now"))
        self._nothing.setVisible(False)
        self._page = Page(self.title(), widest=720)
        self._column = QVBoxLayout()
        self._column.setSpacing(look().metrics.two)
        self._page.body.addLayout(self._column)
        self._page.body.addWidget(self._nothing)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def title(self) -> str:
        """Return the name of this place."""
        return _("What ends here")

    def opened(self) -> None:
        """Read what ends."""
        leaving = self.session.leaving
        self.run(lambda: (leaving.end(), leaving.endings.rows()), self._show)

    def refresh(self, changes: Changes) -> None:
        """Read again when the server said something about this person."""
        if changes.people or changes.everything:
            self.opened()

    def panes(self) -> Sequence[QWidget]:
        """Go round the cards."""
        return self.cards

    def _show(self, found: tuple[End | None, tuple[EndingRow, ...]]) -> None:
        for card in self.cards:
            card.setVisible(False)
            card.deleteLater()
        end, rows = found
        self.cards = [self._replaced(end)] if end is not None else []
        self.cards += [self._ended(row) for row in rows]
        for each in self.cards:
            self._column.addWidget(each)
        self._nothing.setVisible(not self.cards)

    def _replaced(self, end: End) -> ReplacedCard:
        card = ReplacedCard(end)
        card.asked.connect(self._erase)
        return card

    def _ended(self, row: EndingRow) -> EndedCard:
        card = EndedCard(row)
        assembly_id = row.assembly.assembly_id
        card.export.connect(lambda target: self._export(card, assembly_id, target))
        card.erase.connect(lambda: self._leave(assembly_id))
        return card

    def _erase(self) -> None:
        self.run(self.session.leaving.erase, lambda _done: self.erased.emit())

    def _export(self, card: EndedCard, assembly_id: str, target: Path) -> None:
        notes = self.session.notes
        self.run(lambda: notes.export(target, assembly_id=assembly_id), card.exported, card.failed)

    def _leave(self, assembly_id: str) -> None:
        endings = self.session.leaving.endings
        self.run(lambda: endings.erase(assembly_id), lambda _done: self.opened())
