"""The line about the exchange with the server, always in sight; a tap tells all."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from boardpack.messages import _
from boardpack.services.read_models import SyncState
from ui.exchange.state_text import line
from ui.icons import set_icon
from ui.theme import look

_REPHRASE_MS = 20_000


class StateLine(QPushButton):
    """Shows the last state it was given; « il y a 3 min » grows by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "state")
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setToolTip(_("Everything about the exchange with the server"))
        self._state: SyncState | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(_REPHRASE_MS)
        self._clock.timeout.connect(self._phrase)
        self._clock.start()
        look().changed.connect(self._phrase)

    def show_state(self, state: SyncState) -> None:
        """Say what `state` means."""
        self._state = state
        self._phrase()

    def _phrase(self) -> None:
        if self._state is None:
            return
        said = line(self._state)
        text = said.text[:1].upper() + said.text[1:]
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(_("State of the exchange: {text}").format(text=text))
        set_icon(self, said.icon, said.colour)
