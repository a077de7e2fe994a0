"""Recovery words in the settings: how they stand, other ones, those of a former device."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _, ngettext
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import RecoveryState
from ui import formats
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card, Section


class RecoverySection(Section):
    """`note_asked`, `renew_asked` and `type_asked` by its buttons."""

    note_asked = Signal()
    renew_asked = Signal()
    type_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Recovery words"), parent)
        card = Card()
        self._state = label("")
        self._sealed = label("", tone="warning")
        self._sealed.setVisible(False)
        self.note = button(_("Note them now"), self.note_asked.emit, icon="pencil-outline")
        self.renew = button(_("Make new words"), self.renew_asked.emit, icon="refresh")
        self.type = button(_("Type words that I noted"), self.type_asked.emit, icon="keyboard")
        card.body.addWidget(self._state)
        card.body.addWidget(self._sealed)
        row = FlowLayout()
        for each in (self.note, self.renew, self.type):
            row.addWidget(each)
        card.body.addLayout(row)
        self.body.addWidget(card)

    def show_state(self, state: RecoveryState) -> None:
        """Say how the words stand, and offer what can be done."""
        self._state.setText(_said(state))
        words = ngettext(
            "{number} note of a former device is still sealed.",
            "{number} notes of a former device are still sealed.",
            state.unreadable,
        )
        self._sealed.setText(words.format(number=state.unreadable))
        self._sealed.setVisible(bool(state.unreadable))
        to_note = state.renewing or (not state.noted and state.wish is not RecoveryWish.TYPE)
        self.note.setVisible(to_note)
        self.renew.setVisible(state.noted and not state.renewing)


def _said(state: RecoveryState) -> str:
    if state.wish is RecoveryWish.TYPE:
        return _("The notes of your former device wait for the words that you noted then.")
    if not state.noted or state.since is None:
        return _("Not on paper yet: without them, your private notes go with this device.")
    since = formats.day(state.since.astimezone())
    if not state.sent:
        return _("On paper. They are good from the next exchange with the server.")
    return _("On paper, good since {day}.").format(day=since)
