"""Correcting one file's place or one item's title."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from boardpack.messages import _
from boardpack.services.draft_models import (
    Corrections,
    DraftItem,
    FileReport,
    FileRole,
    ItemCorrection,
    Placing,
)
from ui.secretariat.rows import problem_name, role_name
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

_ROLES = (
    FileRole.REPORT,
    FileRole.ANNEX,
    FileRole.CONVOCATION,
    FileRole.OTHER,
    FileRole.LEFT_OUT,
)


class _Correct(QDialog):
    """A form with Cancel and Save."""

    corrected = Signal(object)

    def __init__(self, title: str, name: str, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        m = look().metrics
        self.setMinimumWidth(round(480 * min(m.scale, 1.4)))
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(m.three, m.three, m.three, m.two)
        self.body.setSpacing(m.two)
        self.body.addWidget(label(name, "heading"))
        self.form = QFormLayout()
        self.form.setSpacing(m.one)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)

    def add(self, name: str, field: QWidget) -> None:
        """Add a named field."""
        field.setAccessibleName(name)
        self.form.addRow(label(name), field)

    def finish(self) -> None:
        """Add the form and the two buttons."""
        self.body.addLayout(self.form)
        foot = QWidget()
        flow = FlowLayout(foot, to_right=True)
        flow.addWidget(button(_("Cancel"), self.reject))
        save = button(_("Save"), self._save, kind="primary")
        save.setDefault(True)
        flow.addWidget(save)
        self.body.addWidget(foot)

    def corrections(self) -> Corrections:
        """Return what the person corrected."""
        raise NotImplementedError

    def _save(self) -> None:
        self.corrected.emit(self.corrections())
        self.accept()


class FileDialog(_Correct):
    """What a file is, and where it stands in the agenda."""

    def __init__(self, file: FileReport, parent: QWidget) -> None:
        super().__init__(_("Place of a file"), file.path, parent)
        self._file = file
        if file.problems:
            problems = ", ".join(problem_name(each) for each in file.problems)
            self.body.addWidget(label(problems, tone="danger" if file.blocking else "warning"))
        self.role = QComboBox()
        for role in _ROLES:
            self.role.addItem(role_name(role), role)
        self.role.setCurrentIndex(max(0, self.role.findData(file.role)))
        self.role.currentIndexChanged.connect(self._role_chosen)
        self.item, self.annex = QSpinBox(), QSpinBox()
        for box, value in ((self.item, file.item_number), (self.annex, file.annex_number)):
            box.setRange(1, 999)
            box.setValue(max(1, value))
        self.title = QLineEdit(file.title)
        self.add(_("It is"), self.role)
        self.add(_("Number of the item"), self.item)
        self.add(_("Number of the annex"), self.annex)
        self.add(_("Title"), self.title)
        self.finish()
        self._role_chosen()

    def _role_chosen(self) -> None:
        role = self.role.currentData()
        self.form.setRowVisible(self.item, role in (FileRole.REPORT, FileRole.ANNEX))
        self.form.setRowVisible(self.annex, role is FileRole.ANNEX)
        self.form.setRowVisible(self.title, role is not FileRole.LEFT_OUT)

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
        name = _("Item {number}").format(number=item.number)
        super().__init__(name, name, parent)
        self._number = item.number
        self.title = QLineEdit(item.title)
        self.reporter = QLineEdit(item.reporter)
        self.closed = QCheckBox(_("In camera (without the public)"))
        self.closed.setChecked(item.closed)
        self.add(_("Title"), self.title)
        self.add(_("Reporter"), self.reporter)
        self.form.addRow(self.closed)
        self.finish()

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
