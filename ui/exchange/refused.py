"""One action that the server refused: what it was, why, what to do; the person says « Compris »."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _, error_text
from boardpack.services.rejections import RejectedRow
from ui import formats
from ui.home.home_rows import joined
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card


def action_name(kind: str) -> str:
    """Return what the person did, by the kind of its event."""
    names = {
        "dossier_published": _("Sending a sitting"),
        "deliberations_placed": _("Placing deliberations for signature"),
        "dossier_received": _("Proof that a sitting was received"),
        "convocation_acknowledged": _("Acknowledging a convocation"),
        "document_opened": _("Proof that a document was opened"),
        "note_sealed": _("Keeping a note"),
        "deliberation_signed": _("Signing a deliberation"),
        "deliberation_refused": _("Refusing to sign a deliberation"),
    }
    return names.get(kind, _("An action"))


class RefusedCard(Card):
    """`understood` when the person has read it."""

    understood = Signal(str)

    def __init__(self, row: RejectedRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text = error_text(row.code, row.parameters)
        when = formats.ago(row.at)
        self.body.addWidget(label(joined(action_name(row.kind), row.title), "heading"))
        self.body.addWidget(label(when, "small"))
        if row.text:
            self.body.addWidget(label(f"« {row.text} »", tone="secondary"))
        self.body.addWidget(label(text.title, tone="danger"))
        self.body.addWidget(label(text.safe))
        self.body.addWidget(label(text.do))
        self.body.addWidget(label(_("Code for support: {code}").format(code=text.code), "small"))
        foot = FlowLayout(to_right=True)
        foot.addWidget(
            button(_("Understood"), lambda: self.understood.emit(row.event_id), icon="check")
        )
        self.body.addLayout(foot)
