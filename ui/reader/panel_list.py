"""A list that scrolls in the side panel: plain model and view, long lists laid out in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QScroller,
    QSizePolicy,
    QStyleOptionViewItem,
    QWidget,
)

from ui.models.rows import Row, RowModel
from ui.theme import look
from ui.widgets.row_delegate import RowDelegate

_BATCH: Final = 40
_STRIPE: Final = 6


class StripeDelegate(RowDelegate):
    """Paints rows, each with the stripe of its note's colour at the left edge."""

    def __init__(self, stripes: dict[object, str], parent: QListView) -> None:
        """Take the colours from `stripes`, by the key of the row."""
        super().__init__(parent)
        self._stripes = stripes

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row and its stripe."""
        super().paint(painter, option, index)
        row = index.data(Qt.ItemDataRole.UserRole + 1)
        colour = self._stripes.get(row.key)
        if colour:
            rect: QRect = option.rect
            stripe = QRect(rect.left(), rect.top() + 4, _STRIPE, rect.height() - 9)
            painter.fillRect(stripe, QColor(colour))


class PanelList(QListView):
    """Rows; `chosen` gives the key of one that was touched, or entered by keyboard."""

    chosen = Signal(object)
    moved = Signal()
    """Another row is current."""
    edit_pressed = Signal()
    remove_pressed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.stripes: dict[object, str] = {}
        self._model = RowModel(self)
        self._delegate = StripeDelegate(self.stripes, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        # It takes what is left: the buttons around it keep their height in a low panel.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(look().metrics.touch)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.TouchGesture)
        self.clicked.connect(self._choose)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        look().changed.connect(self._measure)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows shown now."""
        return self._model.rows

    @property
    def current(self) -> Row | None:
        """The row that the keyboard or the last touch is on."""
        index = self.currentIndex()
        return self._model.rows[index.row()] if index.isValid() else None

    def set_rows(self, rows: Sequence[Row], stripes: dict[object, str] | None = None) -> None:
        """Show `rows`; `stripes` gives colours by key. The current row stays current."""
        key = self.current.key if self.current else None
        self.stripes.clear()
        self.stripes.update(stripes or {})
        self._delegate.prepare(tuple(rows))
        self._model.set_rows(rows)
        if key is not None:
            self.select_key(key, scroll=False)
        self.viewport().update()
        self.moved.emit()

    def select_key(self, key: object, *, scroll: bool = True) -> None:
        """Make the row of `key` current, if there is one."""
        for number, row in enumerate(self._model.rows):
            if row.key == key:
                index = self._model.index(number)
                self.setCurrentIndex(index)
                if scroll:
                    self.scrollTo(index)
                return

    def _measure(self) -> None:
        self._delegate.measure_again()
        self.scheduleDelayedItemsLayout()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.rows[index.row()].key is not None:
            self.chosen.emit(self._model.rows[index.row()].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Enter or Space; F2 and Del are for lists whose rows can change."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._choose(self.currentIndex())
            case Qt.Key.Key_F2:
                self.edit_pressed.emit()
            case Qt.Key.Key_Delete:
                self.remove_pressed.emit()
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()
