"""A mandate that is over: my notes as an export, then erasing the closed dossiers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.endings import EndingRow
from ui import formats
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture
from ui.widgets.page import Card


class EndedCard(Card):
    """`export` carries the file that the person chose; `erase` comes after a question."""

    export = Signal(object)
    erase = Signal()

    def __init__(self, row: EndingRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        title = _("Your mandate in “{assembly}” is over").format(assembly=row.assembly.name)
        head = QHBoxLayout()
        head.setSpacing(look().metrics.two)
        head.addWidget(picture("account-clock-outline", "warning", "rail_mark"))
        head.addWidget(label(title, "heading"), 1)
        self.body.addLayout(head)
        day = formats.day(row.until)
        self.body.addWidget(
            label(
                _(
                    "Its dossiers are closed. They will be erased from this device on {day}; your "
                    "notes stay yours, sealed. The deliberations that you signed stay."
                ).format(day=day)
            )
        )
        words = ngettext(
            "You have {count} note there. Export it: it does not show here once they are erased.",
            "You have {count} notes there. Export them: they do not show here once erased.",
            row.notes,
        )
        self._error = ErrorPanel()
        self._done = label("", tone="success")
        self._done.setVisible(False)
        text = words.format(count=row.notes) if row.notes else _("You have no note there.")
        self.body.addWidget(label(text))
        self.body.addWidget(self._error)
        self.body.addWidget(self._done)
        foot = FlowLayout()
        self.save = button(_("Export my notes…"), self._ask_target, kind="primary", icon="export")
        self.save.setEnabled(row.notes > 0)
        self.wipe = button(_("Erase now"), self._ask, kind="danger", icon="eraser")
        foot.addWidget(self.save)
        foot.addWidget(self.wipe)
        self.body.addLayout(foot)

    def exported(self, count: int) -> None:
        """Say how many notes were saved."""
        text = ngettext("{count} note was saved.", "{count} notes were saved.", count)
        self._error.clear()
        self._done.setText(text.format(count=count))
        self._done.setVisible(True)

    def failed(self, error: Exception) -> None:
        """Say why they were not."""
        self._error.show_error(error)

    def _ask_target(self) -> None:
        dialog = QFileDialog(self, _("Export my notes…"), "notes.md", "Markdown (*.md)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.export.emit(Path(name)))
        dialog.open()

    def _ask(self) -> None:
        name = self._row.assembly.name
        confirm(
            self,
            _("Erase the dossiers of “{assembly}” now?").format(assembly=name),
            _(
                "They go from this device for good. Your notes stay on the server, sealed, but no "
                "longer show here: export them first."
            ),
            _("Erase"),
            self.erase.emit,
            danger=True,
        )
