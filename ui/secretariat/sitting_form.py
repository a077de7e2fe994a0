"""Assembly, title, date and place of a sitting in preparation."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QComboBox, QDateTimeEdit, QFormLayout, QLineEdit, QWidget

from boardpack.messages import _
from boardpack.services.draft_models import Corrections, DraftView
from boardpack.services.read_models import AssemblyBadge
from ui.theme import look
from ui.widgets.labels import label

_UNSET = QDateTime(QDate(2000, 1, 1), QTime(0, 0))


class SittingForm(QWidget):
    """Emits corrections when the person leaves a field that they changed."""

    corrected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: DraftView | None = None
        self._zone: tzinfo = ZoneInfo("Europe/Paris")
        self.assembly = QComboBox()
        self.title = QLineEdit()
        self.place = QLineEdit()
        self.date = QDateTimeEdit()
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("dd/MM/yyyy HH:mm")
        self.date.setMinimumDateTime(_UNSET)
        self.date.setSpecialValueText(_("Date and hour to be given"))
        self.assembly.activated.connect(self._assembly_chosen)
        self.title.editingFinished.connect(self._title_left)
        self.place.editingFinished.connect(self._place_left)
        self.date.editingFinished.connect(self._date_left)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(look().metrics.one)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for name, field in (
            (_("Assembly"), self.assembly),
            (_("Title"), self.title),
            (_("Date and hour"), self.date),
            (_("Place"), self.place),
        ):
            field.setAccessibleName(name)
            form.addRow(label(name), field)

    def set_assemblies(self, badges: tuple[AssemblyBadge, ...]) -> None:
        """Offer the assemblies that the person may publish for."""
        self.assembly.clear()
        self.assembly.addItem(_("Choose the assembly"), "")
        for badge in badges:
            self.assembly.addItem(f"{badge.name} ({badge.authority_name})", badge.assembly_id)
        if self._draft:
            self.show_draft(self._draft)

    def show_draft(self, draft: DraftView) -> None:
        """Show what is known; an assembly already told is no longer changed."""
        self._draft = draft
        index = self.assembly.findData(draft.assembly_id)
        self.assembly.setCurrentIndex(max(index, 0))
        self.assembly.setEnabled(not draft.already_sent)
        self.title.setText(draft.title)
        self.place.setText(draft.place)
        if draft.starts_at:
            self._zone = draft.starts_at.tzinfo or self._zone
            at = draft.starts_at
            date = QDate(at.year, at.month, at.day)
            self.date.setDateTime(QDateTime(date, QTime(at.hour, at.minute)))
        else:
            self.date.setDateTime(_UNSET)

    def _assembly_chosen(self) -> None:
        chosen = str(self.assembly.currentData() or "")
        if self._draft and chosen and chosen != self._draft.assembly_id:
            self.corrected.emit(Corrections(assembly_id=chosen))

    def _title_left(self) -> None:
        if self._draft and self.title.text().strip() != self._draft.title:
            self.corrected.emit(Corrections(title=self.title.text().strip()))

    def _place_left(self) -> None:
        if self._draft and self.place.text().strip() != self._draft.place:
            self.corrected.emit(Corrections(place=self.place.text().strip()))

    def _date_left(self) -> None:
        shown = self.date.dateTime()
        if self._draft is None or shown == _UNSET:
            return
        day, hour = shown.date(), shown.time()
        at = datetime(
            day.year(), day.month(), day.day(), hour.hour(), hour.minute(), tzinfo=self._zone
        )
        if at != self._draft.starts_at:
            self.corrected.emit(Corrections(starts_at=at))
