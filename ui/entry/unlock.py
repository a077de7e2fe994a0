"""Unlocking: whose device this is, one secret, what to do when it is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.domain.waits import TooSoonError
from boardpack.messages import _, describe, duration
from boardpack.services.account import ProfileState
from boardpack.services.program import Program, Session
from ui.background import Background
from ui.entry.countdown import Countdown
from ui.entry.frame import EntryFrame
from ui.entry.secret_field import DigitPad, SecretField
from ui.entry.start_over import StartOverDialog
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.labels import label
from ui.widgets.page import Card

#: When nothing can be mended either, another enrolment is what helps.
HOPELESS: Final = frozenset({"store.keyring_lost", "store.unreadable", "store.missing"})
WRONG_SECRET: Final = "sealing.wrong_secret"  # noqa: S105 the code of an error
#: The database is damaged, opens with no key, or is gone: what is kept beside it may bring it back.
REPAIRABLE: Final = frozenset({"store.damaged", "store.unreadable", "store.missing"})


class UnlockView(EntryFrame):
    """`unlocked` carries the open session; `erased`: the profile is gone, the device is new."""

    unlocked = Signal(object)
    erased = Signal()

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
        self._wait = Countdown(self)
        self._wait.ticked.connect(self._say_wait)
        self._add_help()

    def start(self) -> None:
        """Let the person type at once, unless it was missed too often before."""
        self._field.setFocus()
        self._background.run(
            self._program.waiting, success=self._wait.start, failure=self._failed, owner=self
        )

    def _say_wait(self, left: int) -> None:
        """Say how long to wait; nothing can be tried meanwhile."""
        for each in (self._go, self._mend):
            each.setEnabled(not left)
        words = _("Too many tries. The next one is possible in {wait}.")
        self._field.show_wrong(words.format(wait=duration(left)) if left else "")

    def offer_repair(self, error: Exception) -> None:
        """Say that the open session met damage; it was closed to be repaired."""
        self._error.show_error(error)
        self._mend.setVisible(True)

    def _add_help(self) -> None:
        self._help = Card()
        self._help.body.addWidget(label(_("Nobody can tell you your PIN or passphrase"), "heading"))
        self._help.body.addWidget(
            label(
                _(
                    "It is written nowhere, not even on the server. Ask the IT department of your "
                    "authority for a new enrolment code, then start over."
                )
            )
        )
        self._help.setVisible(False)
        self._forgotten = button(_("Forgotten?"), self._show_help, kind="link")
        self.column.addWidget(self._forgotten)
        self.column.addWidget(self._help)
        self._over = button(_("Start over with a new code"), self._ask_start_over)
        self.column.addWidget(self._over)
        self._over.setVisible(False)

    def _show_help(self) -> None:
        shown = not self._help.isVisible()
        self._help.setVisible(shown)
        self._over.setVisible(shown)
        self.ensureWidgetVisible(self._over if shown else self._forgotten)

    def _ask_start_over(self) -> None:
        dialog = StartOverDialog(self)
        dialog.accepted.connect(self._start_over)
        dialog.open()

    def _start_over(self) -> None:
        self._busy(busy=True)
        self._background.run(
            self._program.start_over,
            success=lambda _nothing: self.erased.emit(),
            failure=self._failed,
            owner=self,
        )

    def _open(self) -> None:
        secret = self._field.text
        if not secret or self._wait.left:
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
        for each in (self._field, self._go, self._mend, self._over):
            each.setEnabled(not busy)
        self._go.setText(_("Opening…") if busy else _("Open"))

    def _opened(self, session: Session) -> None:
        self._field.forget()
        self.unlocked.emit(session)

    def _failed(self, error: Exception) -> None:
        self._busy(busy=False)
        text = describe(error)
        if isinstance(error, TooSoonError):
            self._error.clear()
            self._field.forget()
            self._wait.start(error.seconds)
        elif text.code == WRONG_SECRET:
            self._error.clear()
            self._field.forget()
            self._field.show_wrong(f"{text.title} {text.do}")
        else:
            self._error.show_error(error)
            self._mend.setVisible(text.code in REPAIRABLE)
            if text.code in HOPELESS:
                self._over.setVisible(True)
        self._field.setFocus()
