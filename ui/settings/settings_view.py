"""`Réglages`: what one sets once, and what one looks up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack import __version__
from boardpack.messages import _
from boardpack.services.preferences import Preferences
from ui.background import Background, Lane
from ui.errors import ErrorPanel, note_bug
from ui.navigation import Navigator
from ui.screen import Screen
from ui.settings.about import AboutSection
from ui.settings.account import AccountSection, SecretSection
from ui.settings.appearance import PreferencesSection, appearance_choices, pen_choices
from ui.settings.storage import StorageSection, taken
from ui.theme import look
from ui.widgets.page import Page

if TYPE_CHECKING:
    from boardpack.services.program import Program, Session


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
        self._error = ErrorPanel()
        self._account = AccountSection(session.me)
        self._account.lock_asked.connect(self.lock_asked)
        self._secret = SecretSection()
        self._appearance = PreferencesSection(_("Appearance"), appearance_choices())
        self._pen = PreferencesSection(_("Pen and hand"), pen_choices())
        self._storage = StorageSection()
        self._page = Page(self.title(), widest=720)
        self._page.body.setSpacing(look().metrics.three)
        for each in (
            self._error,
            self._account,
            self._appearance,
            self._pen,
            self._secret,
            self._storage,
            AboutSection(__version__),
        ):
            self._page.body.addWidget(each)
        for section in (self._appearance, self._pen):
            section.changed.connect(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def serve(self, program: Program) -> None:
        """Learn what belongs to the program; called once by the window."""
        self.run(program.profile_state, self._account.show_state)
        self._secret.asked.connect(
            lambda old, new: self.run(
                lambda: program.change_secret(old, new),
                lambda _nothing: self._secret.finished(),
                self._secret.failed,
            )
        )
        folder = program.profile
        self.run(
            lambda: taken(folder),
            lambda size: self._storage.show_taken(folder, size),
            note_bug,
            Lane.NETWORK,
        )

    def title(self) -> str:
        """Return the name of this place."""
        return _("Settings")

    def opened(self) -> None:
        """Read the preferences."""
        self.run(self.session.preferences.get, self._show)

    def panes(self) -> Sequence[QWidget]:
        """Go round the sections."""
        return [self._account, self._appearance, self._pen, self._secret]

    def _show(self, preferences: Preferences) -> None:
        for section in (self._appearance, self._pen):
            section.show_preferences(preferences)

    def _keep(self, preferences: Preferences) -> None:
        def kept(_changes: object) -> None:
            self._show(preferences)
            self.preferences_changed.emit(preferences)

        self._error.clear()
        self.run(lambda: self.session.preferences.set(preferences), kept, self._error.show_error)
