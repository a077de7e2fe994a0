"""When members are told of a dossier: at once, or at an instant that the secretariat chooses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QVBoxLayout, QWidget

from boardpack.domain import clock
from boardpack.messages import _
from ui.secretariat.named import Named
from ui.theme import look

#: What is offered first: this evening, or tomorrow evening once that is near.
_EVENING = 18


class WhenTold(QWidget):
    """A box to tick, and the instant once it is ticked; `changed` when either is."""

    changed = Signal()

    def __init__(self, before: datetime | None, parent: QWidget | None = None) -> None:
        """Show the instant that was chosen `before`, if any."""
        super().__init__(parent)
        self.later = QCheckBox(_("Tell members later"))
        self.at = QDateTimeEdit()
        self.at.setCalendarPopup(True)
        self.at.setDisplayFormat("dd/MM/yyyy HH:mm")
        self.at.setMinimumDateTime(_shown(clock.now().astimezone()))
        self.at.setDateTime(_shown(before or _evening()))
        self._named = Named(_("Members are told on"), self.at)
        self.later.toggled.connect(self._toggled)
        self.at.dateTimeChanged.connect(self.changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look().metrics.one)
        layout.addWidget(self.later)
        layout.addWidget(self._named)
        self._named.setVisible(False)
        self.later.setChecked(before is not None)

    def _toggled(self, later: bool) -> None:  # noqa: FBT001 Qt's signature
        self._named.setVisible(later)
        self.changed.emit()

    @property
    def instant(self) -> datetime | None:
        """Return the instant, without zone: it is the hour in the town; None: at once."""
        if not self.later.isChecked():
            return None
        day, hour = self.at.date(), self.at.time()
        return datetime.combine(
            date(day.year(), day.month(), day.day()), time(hour.hour(), hour.minute())
        )


def _evening() -> datetime:
    now = clock.now().astimezone()
    today = now.replace(hour=_EVENING, minute=0, second=0, microsecond=0)
    return today if today - now > timedelta(hours=1) else today + timedelta(days=1)


def _shown(moment: datetime) -> QDateTime:
    return QDateTime(
        QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute)
    )
