"""The twelve words, numbered, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from boardpack.messages import _
from ui.theme import look
from ui.widgets.labels import label

#: Room that a number and the longest word take at 100 %, in pixels.
_COLUMN: Final = 170
_NUMBER: Final = 24
_MOST: Final = 3


class WordGrid(QWidget):
    """Reads down each column, as lists on paper do."""

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Recovery words"))
        self._cells = [_cell(place, word) for place, word in enumerate(words, 1)]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(look().metrics.three)
        self._grid.setVerticalSpacing(look().metrics.one)
        self._columns = 0
        self._place(_MOST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the columns that fit."""
        super().resizeEvent(event)
        room = event.size().width() // round(_COLUMN * look().metrics.scale)
        # Twelve divides by one, two and three.
        self._place(max(1, min(_MOST, room)))

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        high = -(-len(self._cells) // columns)
        for place, cell in enumerate(self._cells):
            column, row = divmod(place, high)
            self._grid.addWidget(cell, row, column)


def _cell(place: int, word: str) -> QWidget:
    made = QWidget()
    made.setAccessibleName(f"{place}. {word}")
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look().metrics.one)
    number = QLabel(str(place))
    number.setProperty("tone", "secondary")
    number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    number.setMinimumWidth(round(_NUMBER * look().metrics.scale))
    text = label(word, "heading")
    text.setWordWrap(False)
    row.addWidget(number)
    row.addWidget(text, 1)
    return made
