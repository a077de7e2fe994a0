"""The mark of an assembly: a bar in its colour, its short name, its whole name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from boardpack.services.read_models import AssemblyBadge
from ui.theme import look
from ui.widgets.labels import label

_DOT: Final = 12


class ColourDot(QWidget):
    """A round mark in the colour of an assembly; its short name must stand beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.updateGeometry)

    def show_colour(self, index: int) -> None:
        """Show the colour of an assembly."""
        self._colour = index
        self.update()

    def sizeHint(self) -> QSize:
        """Be as high as a line of small text, in whose middle the dot stands."""
        return QSize(self._side(), QFontMetrics(look().font("small")).height())

    def _side(self) -> int:
        return round(_DOT * look().metrics.scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dot."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look().assembly(self._colour))
        painter.setBrush(look().assembly(self._colour))
        side = self._side()
        painter.drawEllipse(1, (self.height() - side) // 2 + 1, side - 2, side - 2)


class AssemblyMark(QWidget):
    """Dot, short name, and the whole name with its authority."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dot = ColourDot()
        self._name = label("", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().metrics.one)
        row.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._name, 1)

    def show_assembly(self, badge: AssemblyBadge) -> None:
        """Show the mark of `badge`."""
        self._dot.show_colour(badge.colour)
        names = [badge.short_name, badge.name]
        if badge.authority_name and badge.authority_name not in badge.name:
            names.append(badge.authority_name)
        self._name.setText(" · ".join(dict.fromkeys(names)))
