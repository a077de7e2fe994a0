"""What boardpack kept here was erased: what, by whose order, what to do now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from boardpack.domain.records import RevocationReason
from boardpack.messages import _
from boardpack.services.farewells import Erased
from boardpack.services.program import Program
from ui import formats
from ui.background import Background, Lane
from ui.entry.frame import EntryFrame
from ui.entry.steps import fact
from ui.errors import note_bug
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.labels import label

#: The server is told again at this pace until it has heard.
AGAIN_MS: Final = 30_000


def whose_order(erased: Erased) -> str:
    """Return who ordered it, when, and why."""
    when = formats.day_and_hour(erased.at.astimezone())
    if not erased.ordered:
        return _("You erased this device on {when}.").format(when=when)
    who = erased.authority_name or erased.server_url.removeprefix("https://")
    reasons = {
        RevocationReason.LOST.value: _("it was reported lost or stolen"),
        RevocationReason.LEFT.value: _("your mandate is over"),
        RevocationReason.REPLACED.value: _("it was given back or replaced"),
    }
    ordered = _("The IT department of {who} had this device erased, on {when}.")
    words = ordered.format(who=who, when=when)
    reason = reasons.get(erased.reason)
    why = _("Reason: {reason}.")
    return f"{words} {why.format(reason=reason)}" if reason else words


class ErasedView(EntryFrame):
    """`begun` when the person wants to enrol this device again."""

    begun = Signal()

    def __init__(
        self,
        program: Program,
        background: Background,
        erased: Erased,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("This device was erased"), erased.device_name, parent)
        self._program, self._background = program, background
        self._told = label("", "small")
        self.column.addWidget(label(whose_order(erased)))
        self.column.addSpacing(look().metrics.one)
        for icon, text in (
            ("eraser", _("Dossiers, notes and keys of boardpack are gone from this device.")),
            ("cloud-check-outline", _("What had been sent to the server is still there.")),
            ("folder-outline", _("Your other files were not touched.")),
        ):
            self.column.addWidget(fact(icon, text))
        self.column.addSpacing(look().metrics.one)
        todo = _("To use boardpack here again, ask your IT department for a new enrolment code.")
        self.column.addWidget(label(todo))
        self._go = button(_("I have a new code"), self.begun.emit, kind="primary")
        self.column.addWidget(self._go)
        self.column.addWidget(self._told)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._tell)
        self._say(heard=erased.told, complete=erased.complete)

    def start(self) -> None:
        """Tell the server, again and again until it has heard."""
        self._go.setFocus()
        self._tell()

    def _tell(self) -> None:
        self._background.run(
            self._program.farewells.tell,
            success=lambda heard: self._answered(heard=heard),
            failure=self._failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _answered(self, *, heard: bool) -> None:
        self._say(heard=heard, complete=True)
        if not heard:
            self._again.start(AGAIN_MS)

    def _failed(self, error: Exception) -> None:
        note_bug(error)
        self._again.start(AGAIN_MS)

    def _say(self, *, heard: bool, complete: bool) -> None:
        if not complete:
            text = _("The keyring of this computer still holds a key: unlock your session.")
        elif heard:
            text = _("Your IT department has been told.")
        else:
            text = _("Your IT department will be told as soon as the network is back.")
        self._told.setText(text)
