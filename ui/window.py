"""The one window: first start or unlocking, then the session; and back when it is locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from boardpack.messages import language
from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.farewells import Erased
from boardpack.services.preferences import Preferences
from boardpack.services.program import Program, Session
from boardpack.services.sync_models import as_error
from ui.background import Background
from ui.entry.erased import ErasedView
from ui.entry.first_start import FirstStart
from ui.entry.unlock import UnlockView
from ui.entry.welcome import WelcomeView
from ui.errors import DamageDialog, note_bug, show_error
from ui.language import speak
from ui.leaving.leaving_view import LeavingView
from ui.navigation import Navigator, RecoveryRoute, SettingsRoute
from ui.settings.settings_view import SettingsView
from ui.shell.shell import Shell
from ui.staged import InTurns
from ui.theme import appearance_of, look

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
        self._damage: Exception | None = None
        background.damaged.connect(self._offer_repair)
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
            self._show_first_start()
        elif state.kind is ProfileKind.ERASED:
            self._background.run(
                self._program.farewells.find,
                success=self._show_erased,
                failure=lambda error: show_error(self, error),
                owner=self,
            )
        else:
            unlock = UnlockView(self._program, self._background, state)
            unlock.unlocked.connect(self._open)
            unlock.erased.connect(self.start)
            self._show(unlock)
            if self._damage is not None:
                unlock.offer_repair(self._damage)
                self._damage = None
            unlock.start()

    def _offer_repair(self, error: Exception) -> None:
        """Damage was met in the open session: say so once, and close it when the person agrees."""
        if self._session is None or self._damage is not None:
            return
        self._damage = error
        dialog = DamageDialog(error, self)
        dialog.repair.connect(self.lock)
        dialog.open()

    def _show_first_start(self) -> None:
        first = FirstStart(self._program, self._background)
        first.enrolled.connect(self._welcome)
        self._show(first)
        first.start()

    def _show_erased(self, erased: Erased | None) -> None:
        if erased is None:
            self._show_first_start()
            return
        view = ErasedView(self._program, self._background, erased)
        view.begun.connect(self._show_first_start)
        self._show(view)
        view.start()

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
        shell.erased.connect(self._end_account)
        self._shell = shell
        self._views.addWidget(shell)
        return shell

    def _serve(self, screen: QWidget) -> None:
        """Give the settings what belongs to the program rather than to the session."""
        if isinstance(screen, SettingsView):
            screen.serve(self._program)
            screen.lock_asked.connect(self.lock)
            screen.preferences_changed.connect(self._apply_live)
            screen.add_asked.connect(self._add_server)
            screen.leave_asked.connect(self._leave)
            screen.repair_asked.connect(self._repair)
            screen.accounts_changed.connect(self._renew)
        elif isinstance(screen, LeavingView):
            account = screen.session.account
            screen.erased.connect(lambda: self._end_account(account))

    def _end_account(self, account: str) -> None:
        """An account was erased: its session closes, the others go on."""
        others = [each for each in self._program.sessions if each.account != account]
        if not others:
            self.lock()
            return
        self._without(account, self._program.close)

    def _repair(self, code: str) -> None:
        """An account did not open: the unlock screen offers to repair it."""
        self._damage = as_error(code, {})
        self.lock()

    def _leave(self, account: str) -> None:
        self._without(account, self._program.leave)

    def _without(self, account: str, end: Callable[[str], None]) -> None:
        """Let what goes on come to rest, end an account, then show the others."""
        self._drop_shell()

        def failed(error: Exception) -> None:
            self._renew()
            show_error(self, error)

        def begin() -> None:
            self._background.run(
                lambda: end(account),
                success=lambda _nothing: self._renew(),
                failure=failed,
                owner=self,
            )

        self._background.when_quiet(begin, self)

    def _add_server(self) -> None:
        first = FirstStart(self._program, self._background, adding=True)
        first.enrolled.connect(lambda _session: self._renew())
        first.left.connect(self._renew)
        self._show(first)
        first.start()

    def _renew(self) -> None:
        """Show the accounts that are open now; none: what fits."""
        self._drop_shell()
        if self._program.session is None:
            self._session = None
            self.start()
        else:
            self._open(self._program.session)

    def _show_welcome(self, shell: Shell) -> None:
        if self._session is None:
            return
        welcome = WelcomeView(self._session.me)
        shell.driver.state_changed.connect(welcome.show_state)
        welcome.begun.connect(lambda: self._begin(shell))
        self._show(welcome)
        welcome.start()

    def _begin(self, shell: Shell) -> None:
        """Show the session; recovery words come first, and may be put off."""
        shell.navigator.open(RecoveryRoute())
        self._show(shell)

    def _show(self, view: QWidget) -> None:
        """Show `view`; what was shown before ends, unless it is the session."""
        before = self._views.currentWidget()
        if self._views.indexOf(view) < 0:
            look().dress(view)
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
