"""The head of a sitting: whose, when, where; acknowledged or not; complete offline or not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from boardpack.messages import _
from boardpack.services.holding import Holding
from boardpack.services.read_models import SittingRow
from boardpack.workflow.transitions import Verb
from ui import formats
from ui.icons import set_icon
from ui.receptions import reason, to_come
from ui.theme import look
from ui.widgets.assembly import AssemblyMark
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture, restyle
from ui.widgets.page import Card


class Fact(QWidget):
    """An icon and a sentence; the tone colours both."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture(icon)
        self._label: QLabel = label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look().metrics.one)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)

    def say(self, text: str, icon: str = "", tone: str = "") -> None:
        """Show `text`; without text, hide."""
        self.setVisible(bool(text))
        self._label.setText(text)
        restyle(self._label, "tone", tone)
        if icon:
            set_icon(self._picture, icon, tone or "text_secondary")


class SittingHead(Card):
    """Shows a `SittingRow`; `acknowledged` and `asked` (download now) by its buttons."""

    acknowledged = Signal()
    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = AssemblyMark()
        self._title = label("", "title")
        self._when = Fact("calendar-clock-outline")
        self._where = Fact("map-marker-outline")
        self._here = Fact("check-circle-outline")
        self._receipt = Fact("email-check-outline")
        self._button = button(
            _("Acknowledge the convocation"), self.acknowledged.emit, kind="primary", icon="check"
        )
        for each in (self._mark, self._title):
            self.body.addWidget(each)
        for fact in (self._when, self._where, self._here, self._receipt):
            self.body.addWidget(fact)
        foot = FlowLayout()
        foot.setContentsMargins(0, look().metrics.one, 0, 0)
        self._ask = button(
            _("Download everything now"), self.asked.emit, icon="cloud-download-outline"
        )
        foot.addWidget(self._button)
        foot.addWidget(self._ask)
        self.body.addLayout(foot)

    def show_row(self, row: SittingRow) -> None:
        """Show the state of a sitting."""
        self._mark.show_assembly(row.assembly)
        self._title.setText(row.title)
        when = formats.day_and_hour(row.starts_at)
        soon = formats.until(row.starts_at)
        self._when.say(f"{when} ({soon})" if soon else when)
        self._where.say(row.place)
        self._say_here(row)
        self._ask.setVisible(row.holding is not Holding.NOTHING and not row.closed)
        self._say_receipt(row)

    def _say_here(self, row: SittingRow) -> None:
        closed = {
            "lease": _("Closed: the server was not reached for too long. Connect to open it."),
            "mandate": _("Closed: your mandate in this assembly is over."),
        }
        if row.closed:
            self._here.say(closed.get(row.closed, ""), "lock-outline", "warning")
        elif row.waiting:
            self._here.say(_("To be sent to the members"), "cloud-upload-outline", "warning")
        elif row.missing_bytes:
            self._say_to_come(row)
        elif row.documents:
            self._here.say(_("Complete: everything can be read offline"), "cloud-check-outline")
        else:
            self._here.say("")

    def _say_to_come(self, row: SittingRow) -> None:
        icons = {
            Holding.NOTHING: "cloud-download-outline",
            Holding.METERED: "cloud-clock-outline",
            Holding.PAUSED: "pause-circle-outline",
        }
        why, rest = reason(row.holding), to_come(row)
        text = _("{why}: {rest}").format(why=why, rest=rest) if why else rest
        self._here.say(text, icons[row.holding], "warning" if why else "")

    def _say_receipt(self, row: SittingRow) -> None:
        may = Verb.ACKNOWLEDGE in row.abilities
        self._button.setVisible(may and row.acknowledged_at is None and not row.past)
        if row.acknowledged_at is None:
            self._receipt.say("")
            return
        when = formats.day_and_hour(row.acknowledged_at.astimezone())
        self._receipt.say(
            _("Convocation acknowledged on {when}").format(when=when),
            "email-check-outline",
            "success",
        )
