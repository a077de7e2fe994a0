"""The state of the exchange in full sentences."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from boardpack.messages import _, error_text, ngettext
from boardpack.services.holding import Holding
from boardpack.services.server_history import Agreement
from boardpack.services.sync_state import SyncMode, SyncState
from ui import formats, receptions
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


def lease(state: SyncState) -> str:
    """Return when dossiers close for want of contact, or that they are; empty when not soon."""
    if state.closing is None:
        return ""
    if not state.closing:
        return _(
            "Dossiers are closed because the server was not reached for too long. Nothing is "
            "erased: they open at the next contact."
        )
    words = ngettext(
        "Without contact, dossiers close in {count} day; nothing is erased, and the next contact "
        "opens them.",
        "Without contact, dossiers close in {count} days; nothing is erased, and the next contact "
        "opens them.",
        state.closing,
    )
    return words.format(count=state.closing)


def to_send(state: SyncState) -> str:
    """Return what becomes of what waits."""
    if not state.waiting:
        return _("Everything that you did has been sent.")
    words = ngettext(
        "{count} action waits; it leaves by itself.",
        "{count} actions wait; they leave by themselves.",
        state.waiting,
    )
    return words.format(count=state.waiting)


def to_come(state: SyncState) -> str:
    """Return what is still to be received."""
    left = state.to_receive - state.received
    if left > 0 and state.mode is SyncMode.WORKING:
        return receptions.progress(state)
    if left <= 0:
        if state.held_documents:
            return ""
        return _("Every document is on this device and can be read offline.")
    words = ngettext(
        "{size} to receive, in {count} document.",
        "{size} to receive, in {count} documents.",
        state.documents_left,
    )
    return words.format(size=formats.size(left), count=state.documents_left)


def restored(state: SyncState) -> str:
    """Return what became of a server that was restored from a backup; empty: nothing to say."""
    told = state.history
    if told.agreement is Agreement.RECONCILE:
        return _(
            "The server was restored from a backup: everything is read again, and nothing is"
            " deleted here meanwhile."
        )
    if told.agreement is Agreement.RECONCILED and told.since is not None:
        words = ngettext(
            "The server was restored from a backup; on {when} this device agreed with it again, and"
            " sent {count} lost action once more.",
            "The server was restored from a backup; on {when} this device agreed with it again, and"
            " sent {count} lost actions once more.",
            told.sent_again,
        )
        when = formats.day_and_hour(told.since.astimezone())
        return words.format(when=when, count=told.sent_again)
    return ""


class StateCard(Card):
    """`now`, `stop`, `pause`, `resume` and `everything` when the person presses a button."""

    now = Signal()
    stop = Signal()
    pause = Signal()
    resume = Signal()
    everything = Signal()

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
        self._held = label("", tone="warning")
        self._lease = label("", tone="warning")
        self._bar = QProgressBar()
        self._bar.setAccessibleName(_("Reception of your documents"))
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._restored = label("")
        above = (self._why, self._restored, self._lease)
        for each in (*above, *self._sentences, self._held, self._bar):
            self.body.addWidget(each)
        self._button = button(_("Exchange now"), self._press, kind="primary")
        foot = FlowLayout()
        foot.setContentsMargins(0, look().metrics.one, 0, 0)
        self._everything = button(
            _("Download everything now"), self.everything.emit, icon="cloud-download-outline"
        )
        self._pause = button(_("Pause reception"), self.pause.emit, icon="pause-circle-outline")
        self._resume = button(_("Resume reception"), self.resume.emit, icon="play-circle-outline")
        for each in (self._button, self._everything, self._pause, self._resume):
            foot.addWidget(each)
        self.body.addLayout(foot)

    def show_state(self, state: SyncState) -> None:
        """Say everything about `state`."""
        told = state.mode in (SyncMode.OFFLINE, SyncMode.WORKING)
        said = line(replace(state, waiting=0) if told else state)
        self._title.setText(said.text[:1].upper() + said.text[1:])
        set_icon(self._picture, said.icon, said.colour, "rail_mark")
        self._say_why(state)
        self._restored.setText(restored(state))
        self._restored.setVisible(bool(self._restored.text()))
        for each, text in zip(
            self._sentences, (contact(state), to_send(state), to_come(state)), strict=True
        ):
            each.setText(text)
            each.setVisible(bool(text))
        self._show_held(state)
        self._lease.setText(lease(state))
        self._lease.setVisible(state.closing is not None)
        self._working = state.mode is SyncMode.WORKING
        self._bar.setVisible(self._working and state.to_receive > state.received)
        self._bar.setValue(formats.percent(state.received, state.to_receive))
        text = _("Stop for now") if self._working else _("Exchange now")
        self._button.setText(text)
        self._button.setAccessibleName(text)

    def _show_held(self, state: SyncState) -> None:
        text = receptions.held(state)
        self._held.setText(text)
        self._held.setVisible(bool(text))
        limited = state.holding is Holding.METERED
        self._everything.setVisible(limited and bool(state.held_documents))
        paused = state.holding is Holding.PAUSED
        self._pause.setVisible(not paused)
        self._resume.setVisible(paused)

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
