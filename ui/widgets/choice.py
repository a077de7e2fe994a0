"""A few answers to one question, side by side, one of them pressed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from ui.theme import look
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label


class Choice(QWidget):
    """A question over its answers. `chosen` carries the value of the one that was pressed."""

    chosen = Signal(object)

    def __init__(
        self,
        question: str,
        answers: Sequence[tuple[object, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._values = [value for value, _text in answers]
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.half)
        column.addWidget(label(question))
        flow = FlowLayout()
        for place, (_value, text) in enumerate(answers):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(f"{question} : {text}")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            flow.addWidget(button)
        column.addLayout(flow)
        self._group.idClicked.connect(lambda place: self.chosen.emit(self._values[place]))

    def show_value(self, value: object) -> None:
        """Press the answer that stands for `value`."""
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)
