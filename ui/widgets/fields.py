"""Fields: one to search with, one with a name over it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from boardpack.messages import _
from ui.icons import icon
from ui.theme import look
from ui.widgets.labels import label, restyle

_PAUSE_MS = 200


class SearchField(QLineEdit):
    """Tells what was typed once the person pauses; a cross empties it."""

    searched = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.textChanged.connect(self._pause.start)
        self.returnPressed.connect(self._tell)
        look().changed.connect(self._draw_glass)
        self._draw_glass()

    def _draw_glass(self) -> None:
        self._glass.setIcon(icon("magnify"))

    def _tell(self) -> None:
        self._pause.stop()
        self.searched.emit(self.text().strip())


class NamedField(QWidget):
    """A line with its name above and, when something is wrong, a sentence below."""

    def __init__(self, name: str, parent: QWidget | None = None, *, secret: bool = False) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
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
