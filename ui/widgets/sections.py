"""A heading with a list of rows in a card under it: what most screens are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.models.rows import Row
from ui.widgets.flow_list import FlowList
from ui.widgets.page import Card, Section


class ListSection(Section):
    """`chosen` gives the key of a row. Without rows it hides, or shows `empty` instead."""

    chosen = Signal(object)

    def __init__(
        self, heading: str, parent: QWidget | None = None, *, empty: QWidget | None = None
    ) -> None:
        super().__init__(heading, parent)
        self.list = FlowList(heading)
        self._card = Card(flush=True)
        self._card.body.addWidget(self.list)
        self._empty = empty
        if empty is not None:
            self._card.body.addWidget(empty)
        self.body.addWidget(self._card)
        self.list.chosen.connect(self.chosen)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`."""
        self.list.set_rows(rows)
        self.list.setVisible(bool(rows))
        if self._empty is not None:
            self._empty.setVisible(not rows)
        self.setVisible(bool(rows) or self._empty is not None)
