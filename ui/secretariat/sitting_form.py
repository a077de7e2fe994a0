"""Assembly, title, date and place of a sitting in preparation."""

from __future__ import annotations

from datetime import date, datetime, time

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QDateTimeEdit, QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.draft_models import Corrections, DraftView
from boardpack.services.read_models import AssemblyBadge
from ui.secretariat.named import Named
from ui.theme import look
from ui.widgets.fields import ChoiceBox, InsetLine

_UNSET = QDateTime(QDate(2000, 1, 1), QTime(0, 0))
_TWO_FROM = 720
_SHORTEST_CHOICE = 12


class SittingForm(QWidget):
    """Emits corrections when the person leaves a field that they changed."""

    corrected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: DraftView | None = None
        self.assembly = ChoiceBox()
        self.assembly.setMinimumContentsLength(_SHORTEST_CHOICE)
        self.assembly.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.title, self.place = InsetLine(), InsetLine()
        self.date = QDateTimeEdit()
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("dd/MM/yyyy HH:mm")
        self.date.setMinimumDateTime(_UNSET)
        self.date.setSpecialValueText(_("Date and hour to be given"))
        self.assembly.activated.connect(self._assembly_chosen)
        self.title.editingFinished.connect(self._title_left)
        self.place.editingFinished.connect(self._place_left)
        self.date.editingFinished.connect(self._date_left)
        m = look().metrics
        self._lines = [QBoxLayout(QBoxLayout.Direction.TopToBottom) for _line in range(2)]
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(m.one)
        for line in self._lines:
            line.setSpacing(m.one)
            outer.addLayout(line)
        self._lines[0].addWidget(Named(_("Assembly"), self.assembly), 1)
        self._lines[0].addWidget(Named(_("Title"), self.title), 1)
        self._lines[1].addWidget(Named(_("Date and hour"), self.date), 1)
        self._lines[1].addWidget(Named(_("Place"), self.place), 1)

    def field(self, missing: str) -> QWidget | None:
        """Return the field that holds what is missing; None for what is no field here."""
        return {
            "assembly": self.assembly,
            "title": self.title,
            "date": self.date,
            "place": self.place,
        }.get(missing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show two fields a line when there is room."""
        super().resizeEvent(event)
        two = event.size().width() >= _TWO_FROM * look().metrics.scale
        direction = QBoxLayout.Direction.LeftToRight if two else QBoxLayout.Direction.TopToBottom
        for line in self._lines:
            line.setDirection(direction)
            line.setSpacing(look().metrics.two if two else look().metrics.one)

    def set_assemblies(self, badges: tuple[AssemblyBadge, ...]) -> None:
        """Offer the assemblies that the person may publish for."""
        self.assembly.clear()
        self.assembly.addItem(_("Choose the assembly"), "")
        names = [badge.name for badge in badges]
        for badge in badges:
            alike = names.count(badge.name) > 1
            name = f"{badge.name} ({badge.authority_name})" if alike else badge.name
            self.assembly.addItem(name, badge.assembly_id)
        if self._draft:
            self.show_draft(self._draft)

    def show_draft(self, draft: DraftView) -> None:
        """Show what is known; an assembly already told is no longer changed."""
        self._draft = draft
        index = self.assembly.findData(draft.assembly_id)
        self.assembly.setCurrentIndex(max(index, 0))
        self.assembly.setToolTip(self.assembly.currentText())
        self.assembly.setEnabled(not draft.already_sent)
        for line, text in ((self.title, draft.title), (self.place, draft.place)):
            # What is being typed is not taken away by an answer that comes meanwhile.
            if not (line.hasFocus() and line.isModified()):
                line.setText(text)
        if draft.starts_at:
            at = draft.starts_at
            self.date.setDateTime(
                QDateTime(QDate(at.year, at.month, at.day), QTime(at.hour, at.minute))
            )
        elif not self.date.hasFocus():
            self.date.setDateTime(_UNSET)

    def _assembly_chosen(self) -> None:
        chosen = str(self.assembly.currentData() or "")
        if self._draft and chosen and chosen != self._draft.assembly_id:
            self.corrected.emit(Corrections(assembly_id=chosen))

    def _title_left(self) -> None:
        self.title.setModified(False)
        if self._draft and self.title.text().strip() != self._draft.title:
            self.corrected.emit(Corrections(title=self.title.text().strip()))

    def _place_left(self) -> None:
        self.place.setModified(False)
        if self._draft and self.place.text().strip() != self._draft.place:
            self.corrected.emit(Corrections(place=self.place.text().strip()))

    def _date_left(self) -> None:
        shown = self.date.dateTime()
        if self._draft is None or shown == _UNSET:
            return
        day, hour = shown.date(), shown.time()
        # Without a zone: it is the hour in the town of the assembly.
        at = datetime.combine(
            date(day.year(), day.month(), day.day()), time(hour.hour(), hour.minute())
        )
        known = self._draft.starts_at
        if known is None or at != known.replace(tzinfo=None, second=0, microsecond=0):
            self.corrected.emit(Corrections(starts_at=at))
