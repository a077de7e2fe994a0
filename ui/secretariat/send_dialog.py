"""Before sending: what will happen, to whom, asked once."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QWidget

from boardpack.messages import _, ngettext
from boardpack.services.draft_models import DraftView
from ui import formats
from ui.secretariat.rows import summary
from ui.secretariat.when_told import WhenTold
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
        self._when = None if draft.told else WhenTold(draft.not_before)
        self._final = label("", tone="secondary")
        if self._when is not None:
            self.body.addWidget(self._when)
            self._when.changed.connect(self._say_what_is_final)
        self.body.addWidget(self._final)
        self._say_what_is_final()
        self.body.addStretch(1)
        self.send = button(_("Send"), self.accept, kind="primary")
        self.send.setDefault(True)
        self.foot.addWidget(button(_("Cancel"), self.reject))
        self.foot.addWidget(self.send)
        self.send.setFocus()

    @property
    def not_before(self) -> datetime | None:
        """When members are to be told, None: at once."""
        return self._when.instant if self._when is not None else None

    def _say_what_is_final(self) -> None:
        if self.not_before is None:
            text = _("What is sent cannot be taken back; it can be corrected.")
        else:
            text = _(
                "Until then only the secretariat can read it: members’ devices receive it sealed, "
                "and open it then. The server sees to that, also when this computer is off; the "
                "legal delay counts from then."
            )
        self._final.setText(text)

    @staticmethod
    def _sentence(draft: DraftView, members: int) -> str:
        if draft.told:
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
