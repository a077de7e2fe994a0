"""`Réglages`: what one sets once, and what one looks up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack import __version__
from boardpack.messages import _
from boardpack.services.preferences import Preferences
from boardpack.services.program import Program, Session
from ui.background import Background, Lane
from ui.errors import ErrorPanel, note_bug
from ui.navigation import Navigator
from ui.screen import Screen
from ui.settings.about import AboutSection, components
from ui.settings.account import AccountSection, SecretSection
from ui.settings.appearance import PreferencesSection, appearance_choices, pen_choices
from ui.settings.storage import StorageSection, taken
from ui.theme import look
from ui.widgets.choice import Choice
from ui.widgets.page import Page
from ui.widgets.staged import InTurns


class SettingsView(Screen):
    """`preferences_changed` once they are kept; `lock_asked` by the button of the account."""

    preferences_changed = Signal(object)
    lock_asked = Signal()

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
        self._error = ErrorPanel()
        self._page = Page(self.title(), widest=720)
        self._page.body.setSpacing(look().metrics.three)
        self._page.body.addWidget(self._error)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)
        self._add_account()
        self._building = InTurns(
            (
                lambda: self._add_choices(_("Appearance"), appearance_choices()),
                lambda: self._add_choices(_("Pen and hand"), pen_choices()),
                self._add_secret,
                self._add_storage,
                self._add_about,
            ),
            self,
        )

    def serve(self, program: Program) -> None:
        """Learn what belongs to the program; called once by the window."""
        self._program = program
        self.run(program.profile_state, self._account.show_state)

    def _add(self, section: QWidget) -> None:
        self._page.body.insertWidget(self._page.body.count() - 1, section)

    def _add_account(self) -> None:
        self._account = AccountSection(self.session.me)
        self._account.lock_asked.connect(self.lock_asked)
        self._add(self._account)

    def _add_choices(self, heading: str, choices: dict[str, Choice]) -> None:
        section = PreferencesSection(heading, choices)
        section.changed.connect(self._keep)
        self._choices.append(section)
        self._add(section)
        self.run(self.session.preferences.get, self._show)

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
