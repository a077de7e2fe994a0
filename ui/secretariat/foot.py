"""The bar at the bottom of a screen that ends in sending: what stands, then what to press."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import look
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, restyle

#: Room for the sentence beside the buttons, at usual text size.
_SENTENCE = 320


class Foot(QFrame):
    """A sentence with a smaller one under it at the left, buttons at the right."""

    def __init__(self, *buttons: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "footer")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        m = look().metrics
        self._said, self._small = label("", strong=True), label("", "small")
        self.above = QVBoxLayout()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._said)
        texts.addWidget(self._small)
        actions = QWidget()
        self._flow = flow = FlowLayout(actions, to_right=True)
        for each in buttons:
            flow.addWidget(each)
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._row.setSpacing(m.one)
        self._row.addLayout(texts, 1)
        self._row.addWidget(actions)
        self._row.setAlignment(texts, Qt.AlignmentFlag.AlignVCenter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(m.three, m.one, m.three, m.one)
        outer.setSpacing(m.one)
        outer.addLayout(self.above)
        outer.addLayout(self._row)

    def say(self, sentence: str, small: str = "", tone: str = "") -> None:
        """Show what stands; `tone` as of a label."""
        self._said.setText(sentence)
        restyle(self._said, "tone", tone)
        self._small.setText(small)
        self._small.setVisible(bool(small))

    @property
    def sentence(self) -> str:
        """What it says now."""
        return self._said.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons beside the texts when there is room."""
        super().resizeEvent(event)
        m = look().metrics
        wanted = self._flow.sizeHint().width() + _SENTENCE * m.scale + 2 * m.three
        beside = event.size().width() >= wanted
        self._row.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )
