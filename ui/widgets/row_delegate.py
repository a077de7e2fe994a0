"""Paints rows from the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.icons import picture
from ui.models.rows import Row, RowRole
from ui.theme import Look, look
from ui.widgets.row_shape import Measurer, Shape

_USUAL_LEAD = 36
_WIDTHS_KEPT = 4
_CHIP = {
    "neutral": ("surface_pressed", "text"),
    "accent": ("accent_soft", "accent"),
    "danger": ("danger_soft", "danger"),
    "warning": ("warning_soft", "warning"),
    "success": ("success_soft", "success"),
}


class RowDelegate(QStyledItemDelegate):
    """Paints a `Row`: lead or icon, texts, chips, trailing icon, separator, focus ring."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look()
        self._look.changed.connect(self.measure_again)
        self._rows: tuple[Row, ...] = ()
        self._heights: dict[tuple[int, int], int] = {}
        self.measure_again()

    def measure_again(self) -> None:
        """Forget measures made with another font, or for other rows."""
        self._heights.clear()
        width = 0
        metrics = self._look.metrics
        strong = QFontMetrics(self._look.font(strong=True))
        small = QFontMetrics(self._look.font("small"))
        for row in self._rows:
            if row.indent:
                continue
            if row.icon:
                width = max(width, metrics.mark)
            width = max(width, strong.horizontalAdvance(row.lead))
            width = max(width, small.horizontalAdvance(row.lead_under))
        # The same in most lists, so that titles stand under each other across the screen.
        usual = round(_USUAL_LEAD * metrics.scale)
        self._measurer = Measurer(self._look, max(width + 2, usual) if width else 0)

    def prepare(self, rows: tuple[Row, ...]) -> None:
        """Make room for the widest lead of `rows`, the same in each row."""
        self._rows = rows
        self.measure_again()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the height that the row needs at the width of its view."""
        row: Row = index.data(RowRole.ROW)
        width = option.rect.width()
        return QSize(width, self.height(row, width))

    def height(self, row: Row, width: int) -> int:
        """Return the height of `row` at `width`; the rows live in the model, so each is known."""
        key = (id(row), width)
        if key not in self._heights:
            if len(self._heights) > _WIDTHS_KEPT * len(self._rows):
                self._heights.clear()
            self._heights[key] = self._measurer.height(row, width)
        return self._heights[key]

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one row."""
        row: Row = index.data(RowRole.ROW)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        last = index.row() == index.model().rowCount() - 1
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, rect, state, row)
        painter.translate(rect.topLeft())
        shape = self._measurer.shape(row, rect.width())
        self._parts(painter, row, shape)
        if not last:
            painter.fillRect(
                self._look.metrics.two,
                rect.height() - 1,
                rect.width() - 2 * self._look.metrics.two,
                1,
                self._look.colour("separator"),
            )
        if state & QStyle.StateFlag.State_HasFocus:
            self._ring(painter, rect)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, row: Row) -> None:
        if row.key is None:
            return
        name = ""
        if state & QStyle.StateFlag.State_Selected:
            name = "accent_soft"
        elif state & QStyle.StateFlag.State_MouseOver:
            name = "surface_hover"
        if name:
            painter.fillRect(rect.adjusted(0, 0, 0, -1), self._look.colour(name))

    def _parts(self, painter: QPainter, row: Row, shape: Shape) -> None:
        if shape.bar and row.badge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.assembly(row.badge.colour))
            painter.drawRoundedRect(shape.bar, 2, 2)
        for text in shape.texts:
            painter.setPen(text.colour)
            text.layout().draw(painter, QPointF(text.x, text.y))
        for chip in shape.chips:
            paint_chip(painter, self._look, chip.box, chip.text, chip.tone)
        ratio = painter.device().devicePixelRatioF()
        for place, name, colour in (
            (shape.icon, row.icon, row.icon_colour),
            (shape.trail, row.trail, row.trail_colour),
        ):
            if place is not None:
                painter.drawPixmap(place, picture(name, colour, place.width(), ratio))

    def _ring(self, painter: QPainter, rect: QRect) -> None:
        width = self._look.metrics.focus
        painter.setPen(QPen(self._look.colour("focus"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inside = QRect(0, 0, rect.width(), rect.height()).adjusted(width, 1, -width, -width)
        painter.drawRoundedRect(inside, 6, 6)


def paint_chip(painter: QPainter, now: Look, box: QRect, text: str, tone: str) -> None:
    """Paint a state word on its own ground."""
    ground, ink = _CHIP[tone]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(now.colour(ground)))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(now.font("small", strong=True))
    painter.setPen(now.colour(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
