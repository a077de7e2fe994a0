"""This device was replaced or revoked: what was handed in, and erasing what it still holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.leaving import End
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture
from ui.widgets.page import Card


class ReplacedCard(Card):
    """`asked` once the person has said twice that this device is to be erased."""

    asked = Signal()

    def __init__(self, end: End, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = _("Another of your devices replaced this one")
        if not end.replaced:
            title = _("Your IT department revoked this device")
        handed_in = _(
            "The notes and acknowledgements that waited here were handed in one last time. Nothing "
            "new arrives any more; what you write here stays here."
        )
        if not end.handed_in:
            handed_in = _("Nothing new arrives any more; what you write here stays here.")
        head = QHBoxLayout()
        head.setSpacing(look().metrics.two)
        head.addWidget(picture("cellphone-remove", "warning", "rail_mark"))
        head.addWidget(label(title, "heading"), 1)
        self.body.addLayout(head)
        self.body.addWidget(label(handed_in))
        self.body.addWidget(
            label(
                _(
                    "Before you give this device away, erase what boardpack keeps on it. To go on "
                    "with it instead, ask your IT department for a new enrolment code."
                )
            )
        )
        foot = FlowLayout()
        self.erase = button(_("Erase this device"), self._ask, kind="danger", icon="eraser")
        foot.addWidget(self.erase)
        self.body.addLayout(foot)

    def _ask(self) -> None:
        confirm(
            self,
            _("Erase what boardpack keeps on this device?"),
            _(
                "Dossiers, notes and keys of boardpack go, for good. What was sent to the server "
                "stays there. Your other files are not touched."
            ),
            _("Erase"),
            self.asked.emit,
            danger=True,
        )
