"""The window's program: one `QApplication`, its fonts, its look, its language, one window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from boardpack import __version__, paths
from boardpack.services.context import InStore
from boardpack.services.program import Program
from ui.background import Background
from ui.icons import icon
from ui.language import speak, system_language
from ui.theme import Appearance, has_touch_screen, install
from ui.window import NAME, MainWindow

USUAL: Final = QSize(1280, 800)


def prepare(application: QApplication) -> None:
    """Give `application` its name, icon, look and language, before any window turns."""
    application.setApplicationName(NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(NAME)
    application.setWindowIcon(QIcon(str(paths.resource("icons", "boardpack-256.png"))))
    install(application, Appearance(touch=has_touch_screen()))
    speak(application, system_language())
    # The icons' fonts take 50 ms to load, once: better before the window than in it.
    icon("home-outline")


def open_window(program: Program, background: Background) -> MainWindow:
    """Show the window; it fills itself."""
    window = MainWindow(program, background)
    room = window.screen().availableSize()
    window.resize(USUAL.boundedTo(room))
    if room.width() <= USUAL.width() or room.height() <= USUAL.height():
        window.showMaximized()
    else:
        window.show()
    window.start()
    return window


def run(make_program: Callable[[InStore], Program], argv: Sequence[str]) -> int:
    """Show the window until it is closed; return the exit code.

    Args:
        make_program: builds the program; it gets what runs a step on the store lane
            (`lambda in_store: bootstrap.open_program(profile, in_store=in_store)`).
        argv: of the process, for Qt.
    """
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(list(argv))
    prepare(application)
    background = Background()
    program = make_program(background.in_store)
    window = open_window(program, background)
    code = application.exec()
    window.close()
    background.close(program.lock)
    return code
