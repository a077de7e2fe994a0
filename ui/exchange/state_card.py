"""The state of the exchange in full sentences."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from boardpack.messages import _, error_text, ngettext
from boardpack.services.read_models import SyncMode, SyncState
from ui import formats
from ui.exchange.state_text import line
from ui.icons import set_icon
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture, restyle
from ui.widgets.page import Card


def contact(state: SyncState) -> str:
    """Return when the server was last heard."""
    if state.last_contact is None:
        return _("The server has not been heard yet.")
    when = formats.day_and_hour(state.last_contact.astimezone())
    return _("Last contact with the server: {when}.").format(when=when)


def to_send(state: SyncState) -> str:
    """Return what becomes of what waits."""
    if not state.waiting:
        return _("Everything that you did has been sent.")
    words = ngettext(
        "{count} action waits; it is kept on this device and leaves by itself.",
        "{count} actions wait; they are kept on this device and leave by themselves.",
        state.waiting,
    )
    return words.format(count=state.waiting)


def to_come(state: SyncState) -> str:
    """Return what is still to be received."""
    left = state.to_receive - state.received
    if left <= 0:
        return _("Every document is on this device and can be read offline.")
    words = ngettext(
        "{size} to receive, in {count} document.",
        "{size} to receive, in {count} documents.",
        state.documents_left,
    )
    return words.format(size=formats.size(left), count=state.documents_left)


class StateCard(Card):
    """`now` and `stop` when the person presses the button."""

    now = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._working = False
        self._picture = picture("cloud-outline", measure="rail_mark")
        self._title = label("", "heading")
        head = QHBoxLayout()
        head.setSpacing(look().metrics.one)
        head.addWidget(self._picture)
        head.addWidget(self._title, 1)
        self.body.addLayout(head)
        self._why = label("", tone="danger")
        self._sentences = [label("") for _each in range(3)]
        self._bar = QProgressBar()
        self._bar.setAccessibleName(_("Reception of your documents"))
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        for each in (self._why, *self._sentences, self._bar):
            self.body.addWidget(each)
        self._button = button(_("Exchange now"), self._press, kind="primary")
        foot = FlowLayout()
        foot.addWidget(self._button)
        self.body.addLayout(foot)

    def show_state(self, state: SyncState) -> None:
        """Say everything about `state`."""
        said = line(state)
        self._title.setText(said.text[:1].upper() + said.text[1:])
        set_icon(self._picture, said.icon, said.colour, "rail_mark")
        self._say_why(state)
        for each, text in zip(
            self._sentences, (contact(state), to_send(state), to_come(state)), strict=True
        ):
            each.setText(text)
        self._working = state.mode is SyncMode.WORKING
        self._bar.setVisible(self._working and state.to_receive > state.received)
        self._bar.setValue(formats.percent(state.received, state.to_receive))
        text = _("Stop for now") if self._working else _("Exchange now")
        self._button.setText(text)
        self._button.setAccessibleName(text)

    def _say_why(self, state: SyncState) -> None:
        self._why.setVisible(bool(state.code))
        if state.code:
            text = error_text(state.code, dict(state.parameters))
            code = _("Code for support: {code}").format(code=text.code)
            tone = "secondary" if state.mode is SyncMode.OFFLINE else "danger"
            restyle(self._why, "tone", tone)
            self._why.setText(f"{text.title} {text.safe} {text.do} ({code})")

    def _press(self) -> None:
        (self.stop if self._working else self.now).emit()
