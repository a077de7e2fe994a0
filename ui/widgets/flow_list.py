"""A list as long as its rows, inside a page that scrolls as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QScrollArea, QSizePolicy, QWidget

from ui.models.rows import Row, RowModel
from ui.theme import look
from ui.widgets.row_delegate import RowDelegate


class FlowList(QListView):
    """Rows, one tap each. `chosen` gives the key of the row; keyboard: arrows, then Enter."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._placed = False
        self._stale = False
        self._model = RowModel(self)
        self._delegate = RowDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setProperty("role", "nav")
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(self._choose)
        look().changed.connect(self._look_changed)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown now."""
        return self._model.rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`."""
        if tuple(rows) == self._model.rows:
            return
        self._delegate.prepare(tuple(rows))
        self._model.set_rows(rows)
        self._fit()

    def rows_height(self, width: int) -> int:
        """Return how high all rows are at `width`."""
        return sum(self._delegate.height(row, width) for row in self._model.rows)

    def _look_changed(self) -> None:
        """Measure every row again, or once it is seen."""
        self._stale = not self.isVisible()
        if not self._stale:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Measure what was left for now."""
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self._fit()

    def _fit(self) -> None:
        """Take the height of all rows; before it was placed, nobody knows at which width."""
        if not self._placed:
            self.updateGeometry()
            return
        height = self.rows_height(self.width())
        if height != self.height():
            self.setFixedHeight(height)
        self.scheduleDelayedItemsLayout()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            key = self._model.rows[index.row()].key
            if key is not None:
                self.chosen.emit(key)

    def hasHeightForWidth(self) -> bool:
        """Say yes: long titles wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high all rows are at `width`."""
        return self.rows_height(width)

    def sizeHint(self) -> QSize:
        """Return the present size; `heightForWidth` tells the one that is needed."""
        return QSize(320, self.height() if self._placed else look().metrics.touch)

    def minimumSizeHint(self) -> QSize:
        """Let the page be narrow."""
        return QSize(160, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() or not self._placed:
            self._placed = True
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave scrolling to the page."""
        event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over rows that can be chosen."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        chosen = index.isValid() and self._model.rows[index.row()].key is not None
        shape = Qt.CursorShape.PointingHandCursor if chosen else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter or Space; let the page follow the arrows."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex())
            return
        super().keyPressEvent(event)
        self._show_current()

    def _show_current(self) -> None:
        index = self.currentIndex()
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        inside = parent.widget() if parent is not None else None
        if parent is None or inside is None or not index.isValid():
            return
        rect = self.visualRect(index)
        top = self.mapTo(inside, rect.topLeft())
        parent.ensureVisible(top.x(), top.y() + rect.height() // 2, 0, rect.height())
