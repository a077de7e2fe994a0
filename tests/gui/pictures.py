"""Pictures of every screen in every variant: `python -m tests.gui.pictures FOLDER [name…]`.

They are made to be looked at: is it clear within five seconds, is anything cut or untranslated?
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from boardpack import bootstrap
from boardpack.services.preferences import Layout, Preferences, Theme
from tests.gui.furnished import SECRET, Furniture, Sittings, make_profile, usual
from tests.gui.patience import settle, turn, until
from ui.app import prepare
from ui.background import Background
from ui.language import speak
from ui.shell.shell import Shell
from ui.theme import Appearance, look
from ui.window import MainWindow

LANDSCAPE = QSize(1280, 800)
PORTRAIT = QSize(800, 1280)


@dataclass(frozen=True)
class Variant:
    """One way to show everything."""

    name: str
    size: QSize
    theme: Theme = Theme.LIGHT
    text_scale: int = 100
    layout: Layout = Layout.MOUSE
    language: str = "fr"

    @property
    def preferences(self) -> Preferences:
        """What the person would have chosen."""
        return Preferences(
            language=self.language,
            theme=self.theme,
            text_scale=self.text_scale,
            layout=self.layout,
        )

    @property
    def appearance(self) -> Appearance:
        """The same, before unlocking."""
        return Appearance(self.theme, self.text_scale / 100, self.layout is Layout.TOUCH)


VARIANTS = (
    Variant("wide", LANDSCAPE),
    Variant("wide-dark", LANDSCAPE, Theme.DARK),
    Variant("wide-contrast", LANDSCAPE, Theme.CONTRAST),
    Variant("wide-200", LANDSCAPE, text_scale=200),
    Variant("tall", PORTRAIT, layout=Layout.TOUCH),
    Variant("tall-dark", PORTRAIT, Theme.DARK, layout=Layout.TOUCH),
    Variant("tall-200", PORTRAIT, text_scale=200, layout=Layout.TOUCH),
    Variant("wide-en", LANDSCAPE, language="en"),
)


@contextmanager
def window_on(profile: Path, variant: Variant) -> Iterator[tuple[MainWindow, Background]]:
    """Show the window on a profile, in one variant."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    speak(application, variant.language)
    look().apply(variant.appearance)
    background = Background()
    program = bootstrap.open_program(profile, in_store=background.in_store)
    window = MainWindow(program, background)
    window.resize(variant.size)
    window.show()
    window.start()
    settle(background)
    try:
        yield window, background
    finally:
        window.close()
        background.close(program.lock)
        window.deleteLater()
        turn()


@dataclass
class Gallery:
    """Where pictures go, and which are wanted."""

    folder: Path
    only: tuple[str, ...]

    def take(self, window: MainWindow, background: Background, name: str) -> None:
        """Keep what the window shows."""
        settle(background)
        turn(60)
        self.folder.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(self.folder / f"{name}.png"))


def _wanted(gallery: Gallery, name: str) -> bool:
    return not gallery.only or name in gallery.only


def _unlocked(window: MainWindow, background: Background, variant: Variant) -> Shell:
    program = window._program
    session = background.in_store(lambda: program.unlock(SECRET))
    background.in_store(lambda: session.preferences.set(variant.preferences))
    window._open(session)
    until(lambda: window.shell is not None and window.shell.stack.front is not None, "the shell")
    assert window.shell is not None
    settle(background)
    return window.shell


def entry_pictures(gallery: Gallery, profile: Path, variant: Variant) -> None:
    """First start, and unlocking."""
    empty = profile.parent / "empty"
    with window_on(empty, variant) as (window, background):
        gallery.take(window, background, f"first-start.{variant.name}")
        service = window._program.enrolment
        first = window.centralWidget().currentWidget()
        first._ask_secret(service.check_code("ABCD-EFGH-JKMN", "actes.saint-aubin.fr"))
        gallery.take(window, background, f"first-secret.{variant.name}")
    with window_on(profile, variant) as (window, background):
        gallery.take(window, background, f"unlock.{variant.name}")
        view = window.centralWidget().currentWidget()
        view._show_help()
        view._field.line.setText("faux")
        view._open()
        gallery.take(window, background, f"unlock-wrong.{variant.name}")


def session_pictures(gallery: Gallery, profile: Path, sittings: Sittings, variant: Variant) -> None:
    """Every screen of an open session."""
    with window_on(profile, variant) as (window, background):
        shell = _unlocked(window, background, variant)
        goto = shell.navigator
        document = sittings.council.documents[2].document_id
        places: dict[str, Callable[[], None]] = {
            "home": goto.home,
            "sitting": lambda: goto.sitting(sittings.council.sitting_id),
            "sitting-missing": lambda: goto.sitting(sittings.bureau.sitting_id),
            "document": lambda: goto.document(document),
            "notes": goto.notes,
            "search": lambda: goto.search("budget"),
            "to-sign": goto.to_sign,
            "secretariat": goto.secretariat,
            "state": goto.state,
            "settings": goto.settings,
        }
        for name, go in places.items():
            if _wanted(gallery, name):
                go()
                gallery.take(window, background, f"{name}.{variant.name}")
        if _wanted(gallery, "confirm"):
            goto.sitting(sittings.council.sitting_id)
            settle(background)
            shell.stack.front._ask()
            turn(60)
            dialog = QApplication.activeModalWidget()
            if dialog is not None:
                dialog.grab().save(str(gallery.folder / f"confirm.{variant.name}.png"))
                dialog.close()


def main(arguments: list[str]) -> None:
    """Take the pictures."""
    folder, *only = arguments
    names = {variant.name for variant in VARIANTS}
    gallery = Gallery(Path(folder), tuple(each for each in only if each not in names))
    variants = [each for each in VARIANTS if each.name in only] or list(VARIANTS)
    application = QApplication(["pictures"])
    prepare(application)
    furniture = Furniture()
    sittings = usual(furniture)
    work = Path(tempfile.mkdtemp())
    try:
        make_profile(work / "profile", furniture)
        for variant in variants:
            if _wanted(gallery, "entry"):
                entry_pictures(gallery, work / "profile", variant)
            session_pictures(gallery, work / "profile", sittings, variant)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main(sys.argv[1:])
