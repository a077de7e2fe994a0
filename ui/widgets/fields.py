"""Fields: one to search with, one with a name over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from boardpack.messages import _
from ui.theme import look
from ui.widgets.buttons import tool
from ui.widgets.labels import label, picture, restyle

_PAUSE_MS = 200


class InsetLine(QLineEdit):
    """A line with an icon at its start or a button at its end, both as large as the text asks."""

    def __init__(self, parent: QWidget | None = None, *, icon: str = "") -> None:
        super().__init__(parent)
        self._start = picture(icon) if icon else None
        if self._start is not None:
            self._start.setParent(self)
        self._end: QToolButton | None = None
        look().changed.connect(self._place)

    def add_button(self, name: str, icon: str, clicked: Callable[[], Any]) -> QToolButton:
        """Put a button at the end; it does not take the focus from the line."""
        self._end = tool(name, icon, clicked)
        self._end.setParent(self)
        self._end.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._end.setCursor(Qt.CursorShape.PointingHandCursor)
        self._place()
        return self._end

    def _place(self) -> None:
        m = look().metrics
        start = end = 0
        if self._start is not None:
            start = m.mark + m.half
            top = (self.height() - m.mark) // 2
            self._start.setGeometry(m.one + m.half, top, m.mark, m.mark)
        if self._end is not None:
            side = self.height() - 2 * m.half
            end = 0 if self._end.isHidden() else side - m.half
            self._end.setGeometry(self.width() - side - m.half, m.half, side, side)
        self.setTextMargins(start, 0, end, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep icon and button in place."""
        super().resizeEvent(event)
        self._place()


class ChoiceBox(QComboBox):
    """A list to choose from; a choice too long for it ends in « … »."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 Qt's signature
        """Draw as much of the choice as there is room for."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(control, option, part, self).width()
        cut = Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(self.currentText(), cut, room + 2)
        painter.drawComplexControl(control, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class SearchField(InsetLine):
    """Tells what was typed once the person pauses; a cross empties it."""

    searched = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, icon="magnify")
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self._cross = self.add_button(_("Clear"), "close", self.clear)
        self._cross.setVisible(False)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.textChanged.connect(self._typed)
        self.returnPressed.connect(self._tell)

    def _typed(self, text: str) -> None:
        self._cross.setVisible(bool(text))
        self._place()
        self._pause.start()

    def _tell(self) -> None:
        self._pause.stop()
        self.searched.emit(self.text().strip())


class NamedField(QWidget):
    """A line with its name above and, when something is wrong, a sentence below."""

    def __init__(self, name: str, parent: QWidget | None = None, *, secret: bool = False) -> None:
        super().__init__(parent)
        self.line = InsetLine()
        self.line.setAccessibleName(name)
        if secret:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._name = label(name, "small")
        self._name.setBuddy(self.line)
        self._wrong = label("", "small", tone="danger")
        self._wrong.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.half)
        for each in (self._name, self.line, self._wrong):
            column.addWidget(each)
        self.line.textEdited.connect(lambda: self.show_wrong(""))
        self.setFocusProxy(self.line)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.line.text()

    def show_wrong(self, sentence: str) -> None:
        """Say what is wrong with what was typed; "" when nothing is."""
        self._wrong.setText(sentence)
        self._wrong.setVisible(bool(sentence))
        restyle(self.line, "invalid", bool(sentence))
        name = self._name.text()
        self.line.setAccessibleDescription(sentence)
        self.line.setAccessibleName(name or _("Field"))
