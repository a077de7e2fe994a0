"""The line about the exchange with the server, always in sight; a tap tells all."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from boardpack.messages import _
from boardpack.services.profile_state import ProfileKind, ProfileState
from boardpack.services.sync_state import SyncState
from ui.exchange.state_text import combined
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
        self._states: dict[str, SyncState] = {}
        self._closed: tuple[str, ...] = ()
        self._clock = QTimer(self)
        self._clock.setInterval(_REPHRASE_MS)
        self._clock.timeout.connect(self._phrase)
        self._clock.start()
        look().changed.connect(self._phrase)

    def show_state(self, state: SyncState, server: str = "") -> None:
        """Say what `state` means, of one server of several."""
        self._states[server] = state
        self._phrase()

    def show_accounts(self, states: Sequence[ProfileState]) -> None:
        """Say which accounts did not open."""
        self._closed = tuple(each.server for each in states if each.kind is not ProfileKind.OPEN)
        self._phrase()

    def _phrase(self) -> None:
        said = combined(self._states, self._closed)
        if said is None:
            return
        # A server's name has no capital.
        named = said.text.startswith(tuple(filter(None, (*self._states, *self._closed))))
        text = said.text if named else said.text[:1].upper() + said.text[1:]
        # Qt leaves too little between icon and text.
        if f" {text}" != self.text():
            self.setText(f" {text}")
            self.setAccessibleName(_("State of the exchange: {text}").format(text=text))
        set_icon(self, said.icon, said.colour)
