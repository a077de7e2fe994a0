"""A layout whose lines break like words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from ui.theme import look

#: Buttons and fields keep this much around their shape for the focus ring (themes, `edge`): moved
#: out by it, their shapes stand in line with the texts.
EDGE: Final = 2


class FlowLayout(QLayout):
    """Lays buttons and chips side by side, in further lines when there is no room."""

    def __init__(self, parent: QWidget | None = None, *, to_right: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._to_right = to_right
        self.setSpacing(look().metrics.one)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take one more item."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one item, None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one item back, None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Ask for no more room than needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say yes: lines break."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at `width`."""
        margins = self.contentsMargins()
        inside = width - margins.left() - margins.right()
        high = self._place(QRect(0, 0, inside, 0), move=False)
        return high + margins.top() + margins.bottom()

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        self._place(rect.marginsRemoved(self.contentsMargins()), move=True)

    def sizeHint(self) -> QSize:
        """Return the size of one line with everything."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown)
        width += self.spacing() * max(0, len(shown) - 1)
        size = QSize(width, max((item.sizeHint().height() for item in shown), default=0))
        return size.grownBy(self.contentsMargins())

    def minimumSize(self) -> QSize:
        """Return the size of the widest item."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = [[]]
        taken = 0
        for item in self._shown():
            need = item.sizeHint().width()
            if lines[-1] and taken + need > width:
                lines.append([])
                taken = 0
            lines[-1].append(item)
            taken += need + self.spacing()
        return lines

    def _place(self, rect: QRect, *, move: bool) -> int:
        y = rect.y()
        lines = self._lines(rect.width())
        for line in lines:
            height = max((item.sizeHint().height() for item in line), default=0)
            used = sum(item.sizeHint().width() for item in line)
            used += self.spacing() * max(0, len(line) - 1)
            # Qt cuts what lies outside the parent.
            left = max(0, rect.x() - EDGE)
            x = rect.right() + 1 - used + EDGE if self._to_right else left
            for item in line:
                size = item.sizeHint()
                width = min(size.width(), rect.width())
                if move:
                    down = (height - size.height()) // 2
                    corner = QPoint(max(x, left), y + down)
                    item.setGeometry(QRect(corner, QSize(width, size.height())))
                x += width + self.spacing()
            y += height + self.spacing()
        return y - rect.y() - self.spacing()
