"""Before sending: what will happen, to whom, asked once."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.draft_models import DraftView
from ui import formats
from ui.secretariat.rows import summary
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label


class SendDialog(QDialog):
    """Accepted when the person sends."""

    def __init__(self, draft: DraftView, members: int, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Send the dossier"))
        m = look().metrics
        self.setMinimumWidth(round(480 * min(m.scale, 1.4)))
        body = QVBoxLayout(self)
        body.setContentsMargins(m.three, m.three, m.three, m.two)
        body.setSpacing(m.two)
        date = formats.day_and_hour(draft.starts_at) if draft.starts_at else ""
        body.addWidget(label(draft.title, "heading"))
        body.addWidget(label(f"{date} · {draft.place}"))
        body.addWidget(label(summary(draft), tone="secondary"))
        body.addWidget(label(self._sentence(draft, members)))
        body.addWidget(
            label(_("What is sent cannot be taken back; it can be corrected."), tone="secondary")
        )
        foot = QWidget()
        flow = FlowLayout(foot, to_right=True)
        flow.addWidget(button(_("Cancel"), self.reject))
        flow.addWidget(button(_("Send"), self.accept, kind="primary", icon="send-outline"))
        body.addWidget(foot)

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
