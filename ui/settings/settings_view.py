"""`Réglages`: what one sets once, and what one looks up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack import __version__
from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.holding import Metered
from boardpack.services.preferences import Preferences
from boardpack.services.program import Program, Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel, note_bug
from ui.navigation import Navigator
from ui.screen import Screen
from ui.settings.about import AboutSection, components
from ui.settings.account import AccountSection, SecretSection
from ui.settings.appearance import PreferencesSection, appearance_choices, pen_choices
from ui.settings.network import NetworkSection
from ui.settings.recovery import RecoverySection
from ui.settings.servers import ServerFacts, ServersSection
from ui.settings.storage import StorageSection, taken
from ui.staged import InTurns
from ui.theme import look
from ui.widgets.choice import Choice
from ui.widgets.page import Page


class SettingsView(Screen):
    """`preferences_changed` once they are kept; `lock_asked` by the button of the account.

    `add_asked`, `leave_asked` (an account) and `repair_asked` (a code) by those of the servers;
    `accounts_changed` when others are open than before.
    """

    preferences_changed = Signal(object)
    lock_asked = Signal()
    add_asked = Signal()
    leave_asked = Signal(str)
    repair_asked = Signal(str)
    accounts_changed = Signal()

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._program: Program | None = None
        self._choices: list[PreferencesSection] = []
        self._recovery: RecoverySection | None = None
        self._network: NetworkSection | None = None
        self._error = ErrorPanel()
        self._page = Page(self.title(), widest=720)
        self._page.body.setSpacing(look().metrics.three)
        self._page.body.addWidget(self._error)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)
        self._add_account()
        self._add_servers()
        self._building = InTurns(
            (
                lambda: self._add_choices(_("Appearance"), appearance_choices()),
                lambda: self._add_choices(_("Pen and hand"), pen_choices()),
                self._add_network,
                self._add_secret,
                self._add_recovery,
                self._add_storage,
                self._add_about,
            ),
            self,
        )

    def serve(self, program: Program) -> None:
        """Learn what belongs to the program; called once by the window."""
        self._program = program
        self.run(program.profile_state, self._account.show_state)
        self._read_servers()

    def _add(self, section: QWidget) -> None:
        self._page.body.insertWidget(self._page.body.count() - 1, section)

    def _add_account(self) -> None:
        self._account = AccountSection(self.session.me)
        self._account.lock_asked.connect(self.lock_asked)
        self._add(self._account)

    def _add_servers(self) -> None:
        section = self._servers = ServersSection()
        section.add_asked.connect(self.add_asked)
        section.leave_asked.connect(self.leave_asked)
        section.known.connect(self._forget)
        section.repair_asked.connect(self.repair_asked)
        section.unite_asked.connect(self._unite)
        self._add(section)

    def _read_servers(self) -> None:
        together = self.session.together

        def read() -> tuple[ServerFacts, ...]:
            found = ((state, together.session(state.account)) for state in together.states())
            return tuple(
                ServerFacts(state, session.synchronizing.state() if session else None)
                for state, session in found
            )

        self.run(read, self._servers.show_servers)

    def opened(self) -> None:
        """Read again how each server stands."""
        self._read_servers()

    def _unite(self, other: str, present: str) -> None:
        program, error = self._program, self._servers.error
        if program is not None:
            error.clear()
            self.run(
                lambda: program.unite(other, present),
                lambda _done: self.accounts_changed.emit(),
                error.show_error,
            )

    def _forget(self) -> None:
        program = self._program
        if program is None:
            return

        def forget() -> None:
            program.farewells.tell()
            program.farewells.forget()

        self.run(forget, lambda _done: self._read_servers(), lane=Lane.NETWORK)

    def _add_choices(self, heading: str, choices: dict[str, Choice]) -> None:
        section = PreferencesSection(heading, choices)
        section.changed.connect(self._keep)
        self._choices.append(section)
        self._add(section)
        self.run(self.session.preferences.get, self._show)

    def _add_network(self) -> None:
        section = self._network = NetworkSection()
        section.chosen.connect(self._keep_metered)
        self._add(section)
        self._show_network()

    def _keep_metered(self, metered: Metered) -> None:
        """Keep the choice for every server: it is about this device's network."""
        steerings = [each.steering for each in self.session.together.sessions]
        self.run(
            lambda: [each.set_metered(metered) for each in steerings],
            lambda _changes: self._show_network(),
        )

    def _show_network(self) -> None:
        steering = self.session.steering
        if self._network is not None:
            self._network.show_choice(steering.choices.metered, steering.detected)

    def _add_secret(self) -> None:
        self._secret = SecretSection()
        self._secret.asked.connect(self._change_secret)
        self._add(self._secret)

    def _change_secret(self, old: str, new: str) -> None:
        program = self._program
        if program is not None:
            self.run(
                lambda: program.change_secret(old, new),
                lambda _nothing: self._secret.finished(),
                self._secret.failed,
            )

    def _add_recovery(self) -> None:
        section = self._recovery = RecoverySection()
        section.note_asked.connect(self.navigator.recovery)
        section.type_asked.connect(lambda: self.navigator.recovery(typing=True))
        section.renew_asked.connect(self._renew)
        self._add(section)
        self._read_recovery()

    def _read_recovery(self) -> None:
        if self._recovery is not None:
            self.run(self.session.recovery.state, self._recovery.show_state)

    def _renew(self) -> None:
        self.run(self.session.recovery.renew, lambda _changes: self.navigator.recovery())

    def refresh(self, changes: Changes) -> None:
        """Read again how the recovery words stand, and the network."""
        if changes.people or changes.outbox or changes.everything:
            self._read_recovery()
        if changes.transfers:
            self._show_network()

    def _add_storage(self) -> None:
        self._storage = StorageSection()
        self._add(self._storage)
        if self._program is not None:
            folder = self._program.profile
            show = self._storage.show_taken
            self.run(lambda: taken(folder), lambda size: show(folder, size), note_bug, Lane.CHORES)

    def _add_about(self) -> None:
        about = AboutSection(__version__)
        self._add(about)
        self.run(components, about.show_components, note_bug, Lane.CHORES)

    def title(self) -> str:
        """Return the name of this place."""
        return _("Settings")

    def panes(self) -> Sequence[QWidget]:
        """Go round the sections."""
        return [self._account, *self._choices]

    def _show(self, preferences: Preferences) -> None:
        for section in self._choices:
            section.show_preferences(preferences)

    def _keep(self, preferences: Preferences) -> None:
        def kept(_changes: object) -> None:
            self._show(preferences)
            self.preferences_changed.emit(preferences)

        self._error.clear()
        self.run(lambda: self.session.preferences.set(preferences), kept, self._error.show_error)
