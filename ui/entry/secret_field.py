"""Where a PIN or a passphrase is typed: with a keyboard, or by finger on a pad of digits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from boardpack.messages import _
from ui.icons import set_icon
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
        self._eye = self.line.add_button(_("Show"), "eye-outline", self._toggle)

    def forget(self) -> None:
        """Empty the line; nothing of it can be brought back by undo."""
        self.line.setText("")

    def _toggle(self) -> None:
        shown = self.line.echoMode() is QLineEdit.EchoMode.Password
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)
        set_icon(self._eye, "eye-off-outline" if shown else "eye-outline", "text")
        self._eye.setToolTip(_("Hide") if shown else _("Show"))
        self._eye.setAccessibleName(self._eye.toolTip())


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
