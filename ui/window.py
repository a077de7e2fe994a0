"""The one window: first start or unlocking, then the session; and back when it is locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from boardpack.messages import language
from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.preferences import Preferences
from boardpack.services.program import Program, Session
from ui.background import Background
from ui.entry.first_start import FirstStart
from ui.entry.unlock import UnlockView
from ui.entry.welcome import WelcomeView
from ui.errors import note_bug, show_error
from ui.language import speak
from ui.navigation import Navigator, SettingsRoute
from ui.settings.settings_view import SettingsView
from ui.shell.shell import Shell
from ui.theme import appearance_of, look
from ui.widgets.staged import InTurns

NAME: Final = "boardpack"


class MainWindow(QMainWindow):
    """Holds one view at a time; owns nothing of the program but the screen."""

    def __init__(
        self, program: Program, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._views = QStackedWidget()
        self._shell: Shell | None = None
        self._session: Session | None = None
        self.setCentralWidget(self._views)
        self.setWindowTitle(NAME)
        self.setMinimumSize(360, 480)

    @property
    def shell(self) -> Shell | None:
        """The open session's part of the window, None before unlocking."""
        return self._shell

    def start(self) -> None:
        """Find out whether the profile is new, locked or open, and show what fits."""
        self._background.run(
            self._program.profile_state,
            success=self._enter,
            failure=lambda error: show_error(self, error),
            owner=self,
        )

    def lock(self) -> None:
        """Close the session; only the unlock screen is left."""
        self._drop_shell()
        self._session = None
        self._background.when_quiet(self._close_session, self)

    def _close_session(self) -> None:
        self._background.run(
            self._program.lock,
            success=lambda _nothing: self.start(),
            failure=lambda error: show_error(self, error),
            owner=self,
        )

    def _enter(self, state: ProfileState) -> None:
        session = self._program.session
        if state.kind is ProfileKind.OPEN and session is not None:
            self._open(session)
        elif state.kind is ProfileKind.NEW:
            first = FirstStart(self._program, self._background)
            first.enrolled.connect(self._welcome)
            self._show(first)
            first.start()
        else:
            unlock = UnlockView(self._program, self._background, state)
            unlock.unlocked.connect(self._open)
            self._show(unlock)
            unlock.start()

    def _open(self, session: Session) -> None:
        self._prepare(session, self._show)

    def _welcome(self, session: Session) -> None:
        self._prepare(session, self._show_welcome)

    def _prepare(self, session: Session, then: Callable[[Shell], None]) -> None:
        """Read the preferences, make the shell, start it, then show what `then` wants."""
        self._session = session

        def made(preferences: Preferences) -> None:
            def make() -> None:
                self._make_shell(session, Navigator(self))

            def show() -> None:
                if self._shell is not None:
                    then(self._shell)

            def start() -> None:
                if self._shell is not None:
                    self._shell.start()

            InTurns((lambda: self._apply(preferences), make, show, start), self)

        def failed(error: Exception) -> None:
            note_bug(error)
            made(Preferences(language=language()))

        self._background.run(session.preferences.get, success=made, failure=failed, owner=self)

    def _make_shell(self, session: Session, navigator: Navigator) -> Shell:
        shell = Shell(session, self._background, navigator)
        shell.retitled.connect(lambda title: self.setWindowTitle(f"{title} · {NAME}"))
        shell.stack.built.connect(self._serve)
        self._shell = shell
        self._views.addWidget(shell)
        return shell

    def _serve(self, screen: QWidget) -> None:
        """Give the settings what belongs to the program rather than to the session."""
        if isinstance(screen, SettingsView):
            screen.serve(self._program)
            screen.lock_asked.connect(self.lock)
            screen.preferences_changed.connect(self._apply_live)

    def _show_welcome(self, shell: Shell) -> None:
        if self._session is None:
            return
        welcome = WelcomeView(self._session.me)
        shell.driver.state_changed.connect(welcome.show_state)
        welcome.begun.connect(lambda: self._show(shell))
        self._show(welcome)
        welcome.start()

    def _show(self, view: QWidget) -> None:
        """Show `view`; what was shown before ends, unless it is the session."""
        before = self._views.currentWidget()
        if self._views.indexOf(view) < 0:
            self._views.addWidget(view)
        self._views.setCurrentWidget(view)
        if before is not None and before is not view and before is not self._shell:
            self._views.removeWidget(before)
            before.deleteLater()

    def _apply(self, preferences: Preferences) -> None:
        if preferences.language != language():
            application = QApplication.instance()
            if isinstance(application, QApplication):
                speak(application, preferences.language)
        wanted = appearance_of(preferences)
        if wanted != look().appearance:
            look().apply(wanted)

    def _apply_live(self, preferences: Preferences) -> None:
        """Apply what was chosen in the settings; another language needs every text anew."""
        spoken = language()
        self._apply(preferences)
        if language() != spoken:
            QTimer.singleShot(0, self, self._speak_anew)

    def _speak_anew(self) -> None:
        if self._session is None:
            return
        self._drop_shell()
        navigator = Navigator(self)
        navigator.open(SettingsRoute())
        shell = self._make_shell(self._session, navigator)
        self._show(shell)
        shell.start()

    def _drop_shell(self) -> None:
        shell, self._shell = self._shell, None
        if shell is None:
            return
        shell.finish()
        self._views.removeWidget(shell)
        shell.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save what is open before the window goes."""
        self._drop_shell()
        super().closeEvent(event)
