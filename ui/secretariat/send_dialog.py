"""Before sending: what will happen, to whom, asked once."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from boardpack.messages import _, ngettext
from boardpack.services.draft_models import DraftView
from ui import formats
from ui.secretariat.rows import summary
from ui.widgets.buttons import button
from ui.widgets.labels import label
from ui.widgets.page import Card
from ui.widgets.sheet import Sheet


class SendDialog(Sheet):
    """Accepted when the person sends."""

    def __init__(self, draft: DraftView, members: int, parent: QWidget) -> None:
        """Tell what sending `draft` does, to how many."""
        title = _("Send the correction?") if draft.already_sent else _("Send the dossier?")
        super().__init__(title, parent)
        card = Card()
        date = formats.day_and_hour(draft.starts_at) if draft.starts_at else ""
        card.body.addWidget(label(draft.title, "heading"))
        card.body.addWidget(label(f"{date} · {draft.place}"))
        card.body.addWidget(label(summary(draft), tone="secondary"))
        self.body.addWidget(card)
        self.body.addWidget(label(self._sentence(draft, members)))
        self.body.addWidget(
            label(_("What is sent cannot be taken back; it can be corrected."), tone="secondary")
        )
        self.body.addStretch(1)
        self.send = button(_("Send"), self.accept, kind="primary")
        self.send.setDefault(True)
        self.foot.addWidget(button(_("Cancel"), self.reject))
        self.foot.addWidget(self.send)
        self.send.setFocus()

    @staticmethod
    def _sentence(draft: DraftView, members: int) -> str:
        if draft.already_sent:
            text = ngettext(
                "{count} member receives the corrected documents. Notes already taken are kept.",
                "{count} members receive the corrected documents. Notes already taken are kept.",
                members,
            )
        else:
            text = ngettext(
                "{count} member is summoned and receives the dossier.",
                "{count} members are summoned and receive the dossier.",
                members,
            )
        return text.format(count=members)
