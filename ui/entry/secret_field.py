"""Where a PIN or a passphrase is typed: with a keyboard, or by finger on a pad of digits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from boardpack.messages import _
from ui.icons import icon, set_icon
from ui.theme import look
from ui.widgets.fields import NamedField

_DIGITS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "⌫")
_ERASE: Final = "⌫"


class SecretField(NamedField):
    """A hidden line with an eye to look at it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, secret=True)
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self._eye = QAction(self)
        self._eye.triggered.connect(self._toggle)
        self.line.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        look().changed.connect(self._draw_eye)
        self._draw_eye()

    def forget(self) -> None:
        """Empty the line; nothing of it can be brought back by undo."""
        self.line.setText("")

    def _toggle(self) -> None:
        hidden = self.line.echoMode() is QLineEdit.EchoMode.Password
        mode = QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)
        self._draw_eye()

    def _draw_eye(self) -> None:
        hidden = self.line.echoMode() is QLineEdit.EchoMode.Password
        self._eye.setIcon(icon("eye-outline" if hidden else "eye-off-outline"))
        self._eye.setText(_("Show") if hidden else _("Hide"))
        self._eye.setToolTip(self._eye.text())


class DigitPad(QWidget):
    """Twelve keys for a finger. They never take the focus from the field."""

    typed = Signal(str)
    erased = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(look().metrics.one)
        for place, digit in enumerate(_DIGITS):
            if digit:
                grid.addWidget(self._key(digit), *divmod(place, 3))

    def _key(self, digit: str) -> QPushButton:
        key = QPushButton("" if digit == _ERASE else digit)
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        key.setMinimumHeight(round(1.2 * look().metrics.touch))
        if digit == _ERASE:
            set_icon(key, "backspace-outline", "accent")
            key.setAccessibleName(_("Erase the last digit"))
            key.clicked.connect(self.erased)
        else:
            key.setAccessibleName(digit)
            key.clicked.connect(lambda: self.typed.emit(digit))
        return key

    def serve(self, field: NamedField) -> None:
        """Type into `field`."""
        self.typed.connect(field.line.insert)
        self.erased.connect(field.line.backspace)
