"""The servers of the profile: who one is there, how each stands; one more, or one less."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.accounts import OtherSecretError
from boardpack.services.profile_state import ProfileKind, ProfileState
from boardpack.services.sync_state import SyncState
from ui.entry.secret_field import SecretField
from ui.entry.unlock import REPAIRABLE
from ui.errors import ErrorPanel
from ui.exchange.closed import ClosedCard, server_name
from ui.exchange.state_card import contact
from ui.exchange.state_text import line
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.confirm import confirm
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.page import Card, Section


@dataclass(frozen=True)
class ServerFacts:
    """One account, and how its exchanges stand when it is open."""

    state: ProfileState
    sync: SyncState | None


class ServersSection(Section):
    """`add_asked`; `leave_asked` with an account; `known` that an account was erased.

    `repair_asked` carries the code of the damage: the unlock screen repairs.

    `unite_asked` carries the PIN or passphrase that still opens an account, and the present one.
    """

    add_asked = Signal()
    leave_asked = Signal(str)
    known = Signal()
    repair_asked = Signal(str)
    unite_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Servers"), parent)
        self.error = ErrorPanel()
        self.body.addWidget(self.error)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look().metrics.one)
        self.body.addLayout(self._cards)
        foot = FlowLayout()
        self.add = button(_("Add a server"), self.add_asked.emit, icon="plus")
        foot.addWidget(self.add)
        self.body.addLayout(foot)

    def show_servers(self, found: tuple[ServerFacts, ...]) -> None:
        """Show them all."""
        while (item := self._cards.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setVisible(False)
                widget.deleteLater()
        for each in found:
            self._cards.addWidget(self._card(each, several=len(found) > 1))

    def _card(self, facts: ServerFacts, *, several: bool) -> Card:
        state = facts.state
        card = _open_card(facts) if facts.sync is not None else ClosedCard(state)
        foot = FlowLayout()
        if state.code in REPAIRABLE:
            foot.addWidget(button(_("Repair…"), partial(self.repair_asked.emit, state.code)))
        if state.code == OtherSecretError.code:
            form = UniteForm()
            form.asked.connect(self.unite_asked)
            card.body.addWidget(form)
        if state.kind is ProfileKind.ERASED:
            foot.addWidget(button(_("Understood"), self.known.emit, icon="check"))
        elif several:
            foot.addWidget(button(_("Leave this server…"), partial(self._ask, state)))
        card.body.addLayout(foot)
        return card

    def _ask(self, state: ProfileState) -> None:
        confirm(
            self,
            _("Leave {server}?").format(server=server_name(state)),
            _(
                "Everything of this server is erased from this device: dossiers, your private "
                "notes unless you have their recovery words, and what was not sent yet. The other "
                "servers are not touched."
            ),
            _("Erase and leave"),
            lambda: self.leave_asked.emit(state.account),
        )


def _open_card(facts: ServerFacts) -> Card:
    card = Card()
    state, sync = facts.state, facts.sync
    card.body.addWidget(label(server_name(state), "heading"))
    whose = ", ".join(part for part in (state.official_name, state.authority_name) if part)
    card.body.addWidget(label(whose))
    if sync is not None:
        said = line(sync).text
        card.body.addWidget(label(said[:1].upper() + said[1:], tone="secondary"))
        card.body.addWidget(label(contact(sync), "small"))
    return card


class UniteForm(QWidget):
    """Two fields: what opens this server still, and what opens the others; `asked` has both."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.other = SecretField(_("The one that opens this server still"))
        self.present = SecretField(_("The present one"))
        foot = FlowLayout()
        foot.addWidget(button(_("Open this server"), self._submit, kind="primary"))
        column.addWidget(self.other)
        column.addWidget(self.present)
        column.addLayout(foot)

    def _submit(self) -> None:
        self.asked.emit(self.other.text, self.present.text)
