"""Correcting one file's place or one item's title."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QSpinBox, QWidget

from boardpack.messages import _
from boardpack.services.draft_models import (
    Corrections,
    DraftItem,
    FileReport,
    FileRole,
    ItemCorrection,
    Placing,
)
from ui.secretariat.named import Named
from ui.secretariat.words import problem_advice, problem_name, role_name
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.fields import ChoiceBox, InsetLine
from ui.widgets.labels import label
from ui.widgets.sheet import Sheet

_ROLES = (
    FileRole.REPORT,
    FileRole.ANNEX,
    FileRole.CONVOCATION,
    FileRole.OTHER,
    FileRole.LEFT_OUT,
)


class _Correct(Sheet):
    """Fields with Cancel and Save."""

    corrected = Signal(object)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent, width=560)
        self.save = button(_("Save"), self._save, kind="primary")
        self.save.setDefault(True)

    def finish(self) -> None:
        """Add the buttons, last in the order of the keyboard."""
        self.body.addStretch(1)
        self.foot.addWidget(button(_("Cancel"), self.reject))
        self.foot.addWidget(self.save)

    def corrections(self) -> Corrections:
        """Return what the person corrected."""
        raise NotImplementedError

    def _save(self) -> None:
        self.corrected.emit(self.corrections())
        self.accept()


class FileDialog(_Correct):
    """What a file is, and where it stands in the agenda."""

    def __init__(self, file: FileReport, parent: QWidget, *, next_item: int = 1) -> None:
        """Offer `next_item` for a file that has no place yet."""
        super().__init__(_("Place of a file"), parent)
        self._file = file
        self.body.addWidget(label(file.path, tone="secondary"))
        for problem in file.problems:
            text = f"{problem_name(problem)}. {problem_advice(problem)}".strip()
            self.body.addWidget(label(text, tone="danger" if file.blocking else "warning"))
        self.role = ChoiceBox()
        for role in _ROLES:
            self.role.addItem(role_name(role), role)
        self.role.setCurrentIndex(max(0, self.role.findData(file.role)))
        self.role.currentIndexChanged.connect(self._role_chosen)
        self.item, self.annex = QSpinBox(), QSpinBox()
        for box, value in ((self.item, file.item_number or next_item), (self.annex, 1)):
            box.setRange(1, 999)
            # As far in as the text of a line.
            box.lineEdit().setTextMargins(2 * look().metrics.one - 1, 0, 0, 0)
            box.setValue(value)
        if file.annex_number:
            self.annex.setValue(file.annex_number)
        self.title = InsetLine()
        self.title.setText(file.title)
        self._fields = {
            name: Named(text, field)
            for name, text, field in (
                ("role", _("It is"), self.role),
                ("item", _("Number of the item"), self.item),
                ("annex", _("Number of the annex"), self.annex),
                ("title", _("Title"), self.title),
            )
        }
        for field in self._fields.values():
            self.body.addWidget(field)
        self.finish()
        self.role.setFocus()
        self._role_chosen()

    def _role_chosen(self) -> None:
        role = self.role.currentData()
        self._fields["item"].setVisible(role in (FileRole.REPORT, FileRole.ANNEX))
        self._fields["annex"].setVisible(role is FileRole.ANNEX)
        self._fields["title"].setVisible(role is not FileRole.LEFT_OUT)
        if self.isVisible():
            self.fit()

    def corrections(self) -> Corrections:
        """Return the new place of the file."""
        role = FileRole(self.role.currentData())
        placed = role in (FileRole.REPORT, FileRole.ANNEX)
        return Corrections(
            files=(
                Placing(
                    path=self._file.path,
                    role=role,
                    item_number=self.item.value() if placed else 0,
                    annex_number=self.annex.value() if role is FileRole.ANNEX else 0,
                    title=self.title.text().strip(),
                ),
            )
        )


class ItemDialog(_Correct):
    """Title, reporter and secrecy of an item."""

    def __init__(self, item: DraftItem, parent: QWidget) -> None:
        """Show the item as it stands."""
        super().__init__(_("Item {number}").format(number=item.number), parent)
        self._number = item.number
        self.title, self.reporter = InsetLine(), InsetLine()
        self.title.setText(item.title)
        self.reporter.setText(item.reporter)
        self.closed = QCheckBox(_("In camera (without the public)"))
        self.closed.setChecked(item.closed)
        self.body.addWidget(Named(_("Title"), self.title))
        self.body.addWidget(Named(_("Reporter"), self.reporter))
        self.body.addWidget(self.closed)
        self.finish()
        self.title.setFocus()

    def corrections(self) -> Corrections:
        """Return what changed of the item."""
        return Corrections(
            items=(
                ItemCorrection(
                    number=self._number,
                    title=self.title.text().strip(),
                    reporter=self.reporter.text().strip(),
                    closed=self.closed.isChecked(),
                ),
            )
        )
