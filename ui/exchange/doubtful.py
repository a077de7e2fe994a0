"""Something of the server's word that this device refused, or must say; « Compris » lets it go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _, error_text
from boardpack.services.rejections import DoubtRow
from ui import formats
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card


class DoubtCard(Card):
    """`understood` when the person has read it."""

    understood = Signal(str)

    def __init__(self, row: DoubtRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text = error_text(row.code, row.parameters)
        self.body.addWidget(label(text.title, "heading"))
        self.body.addWidget(label(formats.ago(row.at), "small"))
        self.body.addWidget(label(text.safe))
        self.body.addWidget(label(text.do))
        self.body.addWidget(label(_("Code for support: {code}").format(code=text.code), "small"))
        foot = FlowLayout(to_right=True)
        foot.addWidget(
            button(_("Understood"), lambda: self.understood.emit(row.subject_id), icon="check")
        )
        self.body.addLayout(foot)
