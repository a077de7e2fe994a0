"""A card that floats over the pages while a marking tool is held: colours, width, finger."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QCheckBox, QFrame, QToolButton, QVBoxLayout, QWidget

from boardpack.annotation import palette
from boardpack.messages import _
from ui.reader.toolbox import Options, Tool
from ui.theme import look
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

WIDTHS: Final = (1.0, 1.5, 3.0)


def swatch(colour: str, side: int, ratio: float) -> QIcon:
    """Return a round patch of `colour`."""
    picture = QPixmap(QSize(side, side) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look().colour("border"), 1))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(1, 1, side - 2, side - 2)
    painter.end()
    return QIcon(picture)


class ToolOptions(QFrame):
    """What can be chosen for the tool in hand."""

    changed = Signal()
    """`options` was set otherwise."""
    finger_switched = Signal()
    """`options.finger_draws` was set otherwise."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        """Show and set `options`."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.chosen = options
        self._choices: list[QToolButton] = []
        self._flow_box = QWidget()
        self._flow = FlowLayout(self._flow_box)
        self.finger = QCheckBox(_("The finger draws"))
        self.finger.setToolTip(_("Off: a finger scrolls, the pen and the mouse draw."))
        self.finger.toggled.connect(lambda on: self._switch_finger(on=on))
        self._hint = label("", "small")
        self._hint.setWordWrap(True)
        space = look().metrics
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space.one, space.half, space.one, space.half)
        outer.setSpacing(0)
        outer.addWidget(self._flow_box)
        outer.addWidget(self._hint)
        self._tool = Tool.READ
        look().changed.connect(self._dress)

    def show_for(self, held: Tool) -> None:
        """Show the choices of a tool; reading has none."""
        self._tool = held
        self._clear()
        hints = {
            Tool.NOTE: _("Touch the place where the note is to stand, or drag over words."),
            Tool.ERASER: _("Drag over pen strokes or highlights. Written notes stay."),
        }
        self._hint.setText(hints.get(held, ""))
        self._hint.setVisible(held in hints)
        if held is Tool.HIGHLIGHT:
            self._colours(palette.HIGHLIGHTERS, self.chosen.highlighter, "highlighter")
        elif held is Tool.INK:
            self._colours(palette.PENS, self.chosen.pen, "pen")
            self._widths()
        self.finger.setVisible(held in (Tool.HIGHLIGHT, Tool.INK, Tool.ERASER))
        self.finger.setChecked(self.chosen.finger_draws)
        self._flow.addWidget(self.finger)
        self.setVisible(held is not Tool.READ)

    def _dress(self) -> None:
        self.show_for(self._tool)

    def _clear(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.finger:
                widget.hide()
                widget.deleteLater()
        self._choices.clear()

    def _colours(self, colours: tuple[palette.Colour, ...], current: str, attribute: str) -> None:
        ratio = self.devicePixelRatioF()
        for each in colours:
            icon = swatch(each.rgb, look().metrics.mark, ratio)
            self._choice(_(each.label), icon, attribute, each.name, checked=each.name == current)

    def _widths(self) -> None:
        names = (_("Fine"), _("Medium"), _("Broad"))
        for name, width in zip(names, WIDTHS, strict=True):
            checked = width == self.chosen.width
            self._choice(name, None, "width", width, checked=checked)

    def _choice(
        self, name: str, icon: QIcon | None, attribute: str, value: object, *, checked: bool
    ) -> None:
        made = QToolButton()
        made.setText(f"\u00a0{name}" if icon else name)
        made.setAccessibleName(name)
        made.setCheckable(True)
        made.setChecked(checked)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setStyleSheet(f"padding: 0 {look().metrics.one}px;")
        if icon is not None:
            made.setIcon(icon)
            made.setIconSize(QSize(look().metrics.mark, look().metrics.mark))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.clicked.connect(lambda: self._set(attribute, value))
        made.setProperty("attribute", attribute)
        made.setProperty("value", value)
        self._choices.append(made)
        self._flow.addWidget(made)
        # A child that joins a shown parent stays hidden until the loop turns: it would not count.
        made.show()

    def _set(self, attribute: str, value: object) -> None:
        setattr(self.chosen, attribute, value)
        for each in self._choices:
            if each.property("attribute") == attribute:
                each.setChecked(each.property("value") == value)
        self.changed.emit()

    def _switch_finger(self, *, on: bool) -> None:
        if on != self.chosen.finger_draws:
            self.chosen.finger_draws = on
            self.finger_switched.emit()
