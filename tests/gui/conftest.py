"""The window under test: a real profile, a real program, no server to be reached."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QLabel

from boardpack import bootstrap, messages
from boardpack.services.preferences import Layout, Preferences, Theme
from boardpack.services.program import Program, Session
from tests.gui.furnished import SECRET, Furniture, Sittings, make_profile, usual
from tests.gui.patience import at_rest, settle, turn, until
from tests.helpers import cheap
from tests.helpers.harmless import HARMLESS
from ui.background import Background, Lane
from ui.language import speak
from ui.shell.shell import Shell
from ui.theme import Appearance, install
from ui.window import MainWindow

#: Whatever the French catalogue holds by now.
PLAIN = Preferences(language="en", theme=Theme.LIGHT, layout=Layout.MOUSE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore the one message of the offscreen platform."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.qt_log_ignore(re.escape(HARMLESS), extend=True))


@pytest.fixture(autouse=True)
def cheap_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unlocking and full disks are not what these tests are about."""
    cheap.profiles(monkeypatch)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read the texts of the code itself; French is looked at in pictures and by its own tests."""
    messages.use_language("en")
    yield
    messages.use_language("fr")


@pytest.fixture
def application(qapp: QApplication) -> QApplication:
    """The application with its look."""
    QCursor.setPos(QPoint(5000, 5000))
    install(qapp, Appearance())
    speak(qapp, "en")
    return qapp


@pytest.fixture
def background(application: QApplication) -> Iterator[Background]:
    """The lanes, ended at the end."""
    made = Background()
    yield made
    made.close()
    made.deleteLater()
    turn()


@dataclass
class Town:
    """A furnished profile on disk, and what is in it."""

    folder: Path
    sittings: Sittings


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sittings]:
    """One profile, made once; tests work on copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        cheap.profiles(patch)
        folder = tmp_path_factory.mktemp("furnished") / "profile"
        furniture = Furniture()
        sittings = usual(furniture)
        make_profile(folder, furniture)
        # Read every text once, so that no test starts a worker for the search index.
        program = bootstrap.open_program(folder)
        program.unlock(SECRET).searching.index_pending()
        program.lock()
    return folder, sittings


@pytest.fixture
def town(furnished: tuple[Path, Sittings], tmp_path: Path) -> Town:
    """A copy of the furnished profile."""
    folder, sittings = furnished
    target = tmp_path / "profile"
    shutil.copytree(folder, target)
    return Town(target, sittings)


@dataclass
class Desk:
    """A window on a profile."""

    window: MainWindow
    background: Background
    program: Program

    @property
    def shell(self) -> Shell:
        """The open session's part of the window."""
        assert self.window.shell is not None
        return self.window.shell

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.program.session is not None
        return self.program.session

    def settle(self) -> None:
        """Let the lanes empty and the window build and draw what came."""
        at_rest(self.window, self.background, Lane.STORE, Lane.RENDER, Lane.CHORES)

    def unlock(self, preferences: Preferences = PLAIN) -> Shell:
        """Open the session as the unlock screen does, without typing."""
        session = self.background.in_store(lambda: self.program.unlock(SECRET))
        self.background.in_store(lambda: session.preferences.set(preferences))
        self.window._open(session)
        until(lambda: self.window.shell is not None, "the session")
        self.settle()
        return self.shell


class _Doorkeeper(QObject):
    """Sees every window that opens: a widget shown before it has a parent is one by mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's name
        if event.type() is QEvent.Type.Show and isinstance(
            watched, QLabel | QFrame | QAbstractButton
        ):
            kind = watched.windowType()
            if watched.isWindow() and kind is Qt.WindowType.Window:
                self.strays.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


@pytest.fixture
def no_stray_windows(application: QApplication) -> Iterator[None]:
    """No part of the window ever flashes as a window of its own."""
    keeper = _Doorkeeper()
    application.installEventFilter(keeper)
    yield
    application.removeEventFilter(keeper)
    assert not keeper.strays


OpenDesk = Callable[[Path], Desk]


@pytest.fixture
def open_desk(application: QApplication, no_stray_windows: None) -> Iterator[OpenDesk]:
    """Opens the window on a profile; closes it at the end as a person would."""
    opened: list[Desk] = []

    def open_one(profile: Path) -> Desk:
        background = Background()
        program = bootstrap.open_program(profile, in_store=background.in_store)
        window = MainWindow(program, background)
        window.resize(1280, 800)
        window.show()
        window.activateWindow()
        window.start()
        until(window.isActiveWindow, "the window")
        settle(background)
        opened.append(Desk(window, background, program))
        return opened[-1]

    yield open_one
    for desk in opened:
        desk.window.close()
        desk.background.close(desk.program.lock)
        desk.window.deleteLater()
        desk.background.deleteLater()
    turn()


@pytest.fixture
def desk(open_desk: OpenDesk, town: Town) -> Desk:
    """A window on the furnished profile, unlocked."""
    made = open_desk(town.folder)
    made.unlock()
    return made


@pytest.fixture
def bugs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """For tests that expect a defect to be logged."""
    caplog.set_level(logging.ERROR, logger="boardpack.ui")
    return caplog
