"""After enrolment: who was recognised, and the first reception. One may begin at any time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.identity import Me
from boardpack.services.sync_state import SyncMode, SyncState
from ui import formats
from ui.entry.frame import EntryFrame
from ui.receptions import held
from ui.widgets.buttons import button
from ui.widgets.labels import label


class WelcomeView(EntryFrame):
    """`begun` when the person goes on; the reception goes on by itself."""

    begun = Signal()

    def __init__(self, me: Me, parent: QWidget | None = None) -> None:
        names = ", ".join(me.authority_names)
        super().__init__(_("Welcome, {name}").format(name=me.name), names, parent)
        self._said = label(_("Your sittings are on their way."))
        self._bar = QProgressBar()
        self._bar.setAccessibleName(_("Reception of your documents"))
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._go = button(_("Start"), self.begun.emit, kind="primary")
        self._note = label(
            _("You may start at once: what is missing comes while you read."), "small"
        )
        for each in (self._said, self._bar, self._go, self._note):
            self.column.addWidget(each)

    def start(self) -> None:
        """Let Enter go on."""
        self._go.setFocus()

    def show_state(self, state: SyncState) -> None:
        """Say how far the reception is."""
        self._bar.setValue(formats.percent(state.received, state.to_receive))
        left = state.to_receive - state.received
        if left > 0:
            self._say_left(state)
        elif state.mode is SyncMode.IDLE and held(state):
            self._said.setText(held(state))
        elif state.mode is SyncMode.IDLE and state.last_contact is not None:
            self._said.setText(_("Everything is here and can be read offline."))
            self._bar.setValue(100)
            self._bar.setVisible(False)
            self._note.setVisible(False)
        elif state.mode is SyncMode.OFFLINE:
            self._said.setText(
                _("The server cannot be reached now. Reception goes on when the network is back.")
            )

    def _say_left(self, state: SyncState) -> None:
        words = ngettext(
            "{received} of {whole} received; {count} document to come",
            "{received} of {whole} received; {count} documents to come",
            state.documents_left,
        )
        self._said.setText(
            words.format(
                received=formats.size(state.received),
                whole=formats.size(state.to_receive),
                count=state.documents_left,
            )
        )
