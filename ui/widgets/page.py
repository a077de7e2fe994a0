"""The body of a screen: a page that scrolls, with sections in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QScrollArea,
    QScroller,
    QVBoxLayout,
    QWidget,
)

from ui.theme import look
from ui.widgets.labels import label

_PORTRAIT_BELOW = 900


class Inside(QWidget):
    """What scrolls: as high as its content is at its width.

    Qt takes the greatest of two heights, that of the present width and that of a much narrower one:
    texts that would wrap there leave a hole at the end.
    """

    def minimumSizeHint(self) -> QSize:
        """Leave the height to `heightForWidth`."""
        least = super().minimumSizeHint()
        return QSize(least.width(), 0) if self.hasHeightForWidth() else least


class Page(QScrollArea):
    """Scrolls by finger, wheel and keys; keeps lines readable on wide screens.

    Add to `body`. On a wide page the content stands in the middle, at most `widest` wide.
    """

    def __init__(self, name: str, *, widest: int = 960, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._widest = widest
        inside = Inside()
        inside.setProperty("role", "page")
        self.body = QVBoxLayout(inside)
        self.body.setSpacing(look().metrics.two)
        self.setWidget(inside)
        touch_scroll(self)
        look().changed.connect(self._set_margins)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the content in the middle."""
        super().resizeEvent(event)
        self._set_margins()

    def _set_margins(self) -> None:
        m = look().metrics
        width = self.viewport().width()
        narrow = width < _PORTRAIT_BELOW
        side = m.two if narrow else m.four
        wanted = round(self._widest * m.scale)
        side = max(side, (width - wanted) // 2)
        top = m.two if narrow else m.three
        self.body.setContentsMargins(side, top, side, top)


def touch_scroll(area: QScrollArea) -> None:
    """Let a finger push the content; a mouse still selects and drags as usual."""
    QScroller.grabGesture(area.viewport(), QScroller.ScrollerGestureType.TouchGesture)


class Card(QFrame):
    """A surface for things that belong together; add to `body`."""

    def __init__(self, parent: QWidget | None = None, *, flush: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        m = look().metrics
        self.body = QVBoxLayout(self)
        if flush:
            self.body.setContentsMargins(1, m.half, 1, m.half)
            self.body.setSpacing(0)
        else:
            self.body.setContentsMargins(m.three, m.two, m.three, m.two)
            self.body.setSpacing(m.one)


class Section(QWidget):
    """A heading with what stands under it; add to `body`."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label(heading, "heading")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(look().metrics.one)
        self.body.addWidget(self.heading)


class Columns(QWidget):
    """Two columns on a wide page, one under the other on a narrow one."""

    def __init__(self, *, from_width: int = 880, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._from = from_width
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(look().metrics.three)
        self.main, self.side = QVBoxLayout(), QVBoxLayout()
        self._aside = QWidget()
        outer = QVBoxLayout(self._aside)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self.side)
        for column in (self.main, self.side):
            column.setSpacing(look().metrics.three)
        self._box.addLayout(self.main, 5)
        self._box.addWidget(self._aside, 3)

    def show_side(self, *, shown: bool) -> None:
        """Leave the whole width to `main` while `side` has nothing."""
        self._aside.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose between one and two columns."""
        super().resizeEvent(event)
        wide = event.size().width() >= self._from * look().metrics.scale
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._box.direction() != direction:
            self._box.setDirection(direction)
