"""A dialog as high as its text at this text size; when the window is lower, its body scrolls."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from ui.theme import look
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Inside, touch_scroll

WIDTH: Final = 480
#: The dialog grows with the text, but not as fast: lines get longer, not the window.
FASTEST: Final = 1.5


class Sheet(QDialog):
    """Add to `body` and, at the bottom right, to `foot`. Opened by `open()`: nothing blocks."""

    def __init__(self, title: str, parent: QWidget | None = None, *, width: int = WIDTH) -> None:
        super().__init__(parent.window() if parent else None)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        look().dress(self)
        self._wanted = width
        m = look().metrics
        inside = Inside()
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(m.three, m.three, m.three, m.half)
        self.body.setSpacing(m.two)
        self._area = QScrollArea()
        self._area.setProperty("role", "plain")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inside)
        touch_scroll(self._area)
        self.foot = FlowLayout(to_right=True)
        self.foot.setContentsMargins(m.three, m.two, m.three, m.three)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._area, 1)
        outer.addLayout(self.foot)
        if title:
            self.body.addWidget(label(title, "title"))

    def fit(self) -> None:
        """Take the size that the content needs, within the window; again after it changed."""
        m = look().metrics
        parent = self.parentWidget()
        room = parent.size() if parent is not None else self.screen().availableSize()
        width = min(round(self._wanted * min(m.scale, FASTEST)), room.width() - 2 * m.two)
        high = self.body.totalHeightForWidth(width)
        if high < 0:
            high = self.body.totalMinimumSize().height()
        foot = self.foot.totalHeightForWidth(width)
        self.setFixedSize(width, min(high + foot, room.height() - 2 * m.two))

    def showEvent(self, event: QShowEvent) -> None:
        """Fit before the first picture."""
        self.fit()
        super().showEvent(event)
