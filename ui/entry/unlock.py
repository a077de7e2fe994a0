"""Unlocking: whose device this is, one secret, what to do when it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _, describe
from boardpack.services.account import ProfileState
from boardpack.services.program import Program, Session
from ui.background import Background
from ui.entry.frame import EntryFrame
from ui.entry.secret_field import DigitPad, SecretField
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.labels import label
from ui.widgets.page import Card

WRONG_SECRET: Final = "sealing.wrong_secret"  # noqa: S105 the code of an error
DAMAGED: Final = "store.damaged"


class UnlockView(EntryFrame):
    """`unlocked` carries the open session."""

    unlocked = Signal(object)

    def __init__(
        self,
        program: Program,
        background: Background,
        state: ProfileState,
        parent: QWidget | None = None,
    ) -> None:
        title = state.official_name or _("boardpack")
        super().__init__(title, state.authority_name, parent)
        self._program, self._background = program, background
        name = _("PIN or passphrase") if state.keyring else _("Passphrase")
        self._field = SecretField(name)
        self._field.line.returnPressed.connect(self._open)
        self._go = button(_("Open"), self._open, kind="primary")
        self._error = ErrorPanel()
        self._mend = button(_("Repair and open"), self._repair)
        self._mend.setVisible(False)
        self.column.addWidget(self._error)
        self.column.addWidget(self._mend)
        self.column.addWidget(self._field)
        if state.keyring and look().appearance.touch:
            pad = DigitPad()
            pad.serve(self._field)
            self.column.addWidget(pad)
        self.column.addWidget(self._go)
        self._add_help()

    def start(self) -> None:
        """Let the person type at once."""
        self._field.setFocus()

    def _add_help(self) -> None:
        self._help = Card()
        self._help.body.addWidget(label(_("Nobody can tell you your PIN or passphrase"), "heading"))
        self._help.body.addWidget(
            label(
                _(
                    "Only you know it; it is written nowhere, not even on the server. Ask the "
                    "IT department of your authority for a new enrolment code: your sittings and "
                    "documents come back by themselves. Private notes that were sealed on this "
                    "device stay sealed."
                )
            )
        )
        self._help.setVisible(False)
        self._forgotten = button(_("Forgotten?"), self._show_help, kind="link")
        self.column.addWidget(self._forgotten)
        self.column.addWidget(self._help)

    def _show_help(self) -> None:
        self._help.setVisible(not self._help.isVisible())
        self.ensureWidgetVisible(self._help)

    def _open(self) -> None:
        secret = self._field.text
        if not secret:
            self._field.setFocus()
            return
        self._try(lambda: self._program.unlock(secret))

    def _repair(self) -> None:
        secret = self._field.text
        self._try(lambda: self._program.repair(secret))

    def _try(self, operation: Callable[[], Session]) -> None:
        self._busy(busy=True)
        self._background.run(operation, success=self._opened, failure=self._failed, owner=self)

    def _busy(self, *, busy: bool) -> None:
        for each in (self._field, self._go, self._mend):
            each.setEnabled(not busy)
        self._go.setText(_("Opening…") if busy else _("Open"))

    def _opened(self, session: Session) -> None:
        self._field.forget()
        self.unlocked.emit(session)

    def _failed(self, error: Exception) -> None:
        self._busy(busy=False)
        text = describe(error)
        if text.code == WRONG_SECRET:
            self._error.clear()
            self._field.forget()
            self._field.show_wrong(f"{text.title} {text.do}")
        else:
            self._error.show_error(error)
            self._mend.setVisible(text.code == DAMAGED)
        self._field.setFocus()
