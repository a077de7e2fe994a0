"""Pictures of every screen in every variant: `python -m tests.gui.pictures FOLDER [name…]`.

They are made to be looked at: is it clear within five seconds, is anything cut or untranslated?
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from boardpack import bootstrap
from boardpack.domain import clock
from boardpack.messages import _
from boardpack.services.accounts import FOLDER
from boardpack.services.changes import Changes
from boardpack.services.preferences import Layout, Preferences, Theme
from boardpack.services.server_history import Agreement, ServerHistory
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.store import ended, keys, locks
from boardpack.store.database import Store
from boardpack.store.ended import Ended
from sync.protocol.notices import Notice, Purpose
from tests.gui import transfer_pictures
from tests.gui.furnished import (
    SECRET,
    Furniture,
    Sittings,
    add_account,
    make_profile,
    usual,
)
from tests.gui.patience import at_rest, settle, turn, until
from tests.helpers.harmless import leave_out_harmless
from ui.app import prepare
from ui.background import Background, Lane
from ui.language import speak
from ui.navigation import LeavingRoute
from ui.recovery.recovery_view import RecoveryView
from ui.recovery.type_part import TypePart
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


def make_application() -> None:
    """Make the one application, prepared as the program does."""
    leave_out_harmless()
    prepare(QApplication(["pictures"]))
    # Nothing lies under the pointer.
    QCursor.setPos(QPoint(5000, 5000))


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
        at_rest(window, background)
        turn(60)
        self.folder.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(self.folder / f"{name}.png"))

    def take_dialog(self, name: str) -> None:
        """Keep the dialog that is open, then close it."""
        turn(60)
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        dialog.grab().save(str(self.folder / f"{name}.png"))
        dialog.close()


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
        view._ask_start_over()
        gallery.take_dialog(f"start-over.{variant.name}")
        view._show_help()
        view._wait.start(272)
        gallery.take(window, background, f"unlock-wait.{variant.name}")


def leaving_pictures(gallery: Gallery, profile: Path, variant: Variant) -> None:
    """A device that was replaced, then erased."""
    copy = profile.parent / "leaving"
    shutil.copytree(profile, copy)
    try:
        with window_on(copy, variant) as (window, background):
            shell = _unlocked(window, background, variant)
            session = window._program.session
            assert session is not None
            background.in_store(lambda: replaced(session.context.store))
            shell.stack.refresh(Changes(people=True))
            gallery.take(window, background, f"home-replaced.{variant.name}")
            shell.navigator.open(LeavingRoute())
            gallery.take(window, background, f"leaving.{variant.name}")
            shell.navigator.home()
            shell.driver.state_changed.emit(
                SyncState(SyncMode.OFFLINE, clock.now(), 0, 0, 0, 0, 0, closing=3)
            )
            gallery.take(window, background, f"home-ended.{variant.name}")
            background.in_store(session.leaving.erase)
            window.lock()
            until(lambda: window.shell is None, "the end")
            gallery.take(window, background, f"erased.{variant.name}")
    finally:
        shutil.rmtree(copy)


def servers_pictures(gallery: Gallery, profile: Path, variant: Variant) -> None:
    """Two servers in one window, then one of them that does not open."""
    copy = profile.parent / "servers"
    shutil.copytree(profile, copy)
    name, _sitting = add_account(copy)
    try:
        with window_on(copy, variant) as (window, background):
            shell = _unlocked(window, background, variant)
            gallery.take(window, background, f"servers-home.{variant.name}")
            shell.navigator.state()
            gallery.take(window, background, f"servers-state.{variant.name}")
            shell.navigator.settings()
            gallery.take(window, background, f"servers-settings.{variant.name}")
            shell.navigator.search("budget")
            gallery.take(window, background, f"servers-search.{variant.name}")
            window._add_server()
            gallery.take(window, background, f"servers-add.{variant.name}")
        folder = copy / FOLDER / name
        known = keys.read_profile(folder)
        assert known is not None
        keys.change_secret(folder, known, SECRET, "une autre phrase secrète")
        with window_on(copy, variant) as (window, background):
            shell = _unlocked(window, background, variant)
            gallery.take(window, background, f"servers-home-shut.{variant.name}")
            shell.navigator.state()
            gallery.take(window, background, f"servers-state-shut.{variant.name}")
            shell.navigator.settings()
            gallery.take(window, background, f"servers-settings-shut.{variant.name}")
    finally:
        shutil.rmtree(copy)


def replaced(store: Store) -> None:
    """Let another device have replaced this one."""
    notice = Notice(server_id="server", device_id="d", issued_at=1, purpose=Purpose.RETIRED)
    with store.transaction() as connection:
        ended.save(connection, Ended(notice, drained=True))
        locks.begin_ending(connection, "conseil")


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
        recovery_pictures(gallery, shell, background, variant)
        restored_pictures(gallery, shell, background, variant)
        if _wanted(gallery, "transfers"):
            session = window._program.session
            assert session is not None

            def keep(name: str) -> None:
                gallery.take(window, background, f"{name}.{variant.name}")

            transfer_pictures.take(keep, session, shell, background, sittings)
        if _wanted(gallery, "sharing"):
            # It uses the pictures of the offices, which use these.
            from tests.gui import sharing_pictures

            sharing_pictures.take(gallery.folder, variant.name, shell, background, sittings)
        if _wanted(gallery, "confirm"):
            goto.sitting(sittings.council.sitting_id)
            settle(background)
            shell.stack.front._ask()
            gallery.take_dialog(f"confirm.{variant.name}")


def restored_pictures(
    gallery: Gallery, shell: Shell, background: Background, variant: Variant
) -> None:
    """What is said of a server that was restored, and of one that went back."""
    if not _wanted(gallery, "restored"):
        return
    window = shell.window()
    assert isinstance(window, MainWindow)
    shell.navigator.state()
    settle(background, Lane.NETWORK)
    now = clock.now()
    calm = SyncState(SyncMode.IDLE, now, 0, 0, 0, 0, 0)
    told = {
        "again": replace(calm, history=ServerHistory(Agreement.RECONCILED, now, 3)),
        "behind": replace(calm, mode=SyncMode.STOPPED, waiting=2, code="sync.server_behind"),
    }
    for name, state in told.items():
        shell.driver.state_changed.emit(state)
        gallery.take(window, background, f"restored-{name}.{variant.name}")
    shell.navigator.home()


def recovery_pictures(
    gallery: Gallery, shell: Shell, background: Background, variant: Variant
) -> None:
    """Recovery words: noting them, proving it, typing them with a wrong one."""
    if not _wanted(gallery, "recovery"):
        return
    window = shell.window()
    assert isinstance(window, MainWindow)
    shell.navigator.recovery()
    gallery.take(window, background, f"recovery-note.{variant.name}")
    front = shell.stack.front
    assert isinstance(front, RecoveryView)
    front._ask_proof(renewing=False)
    gallery.take(window, background, f"recovery-proof.{variant.name}")
    front._done(
        _("Your recovery words are noted"),
        _("They are now nowhere but on your paper. Keep it well."),
    )
    gallery.take(window, background, f"recovery-done.{variant.name}")
    shell.navigator.recovery(typing=True)
    settle(background)
    typing = shell.stack.front
    assert isinstance(typing, RecoveryView)
    typing._ask_words(asked=True)
    assert isinstance(typing.part, TypePart)
    typing.part.edit.setPlainText("abaisser séjour museau abaiser tournage avancer juteux")
    typing.part.typed.emit(typing.part.text)
    settle(background, Lane.CHORES)
    gallery.take(window, background, f"recovery-type.{variant.name}")
    shell.navigator.home()
    gallery.take(window, background, f"recovery-home.{variant.name}")


def main(arguments: list[str]) -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="tests.gui.pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="*", metavar="name", help="of a screen or a variant")
    chosen = parser.parse_args(arguments)
    only: list[str] = chosen.only
    names = {variant.name for variant in VARIANTS}
    gallery = Gallery(chosen.folder, tuple(each for each in only if each not in names))
    variants = [each for each in VARIANTS if each.name in only] or list(VARIANTS)
    make_application()
    furniture = Furniture()
    sittings = usual(furniture)
    work = Path(tempfile.mkdtemp())
    try:
        make_profile(work / "profile", furniture)
        for variant in variants:
            if _wanted(gallery, "entry"):
                entry_pictures(gallery, work / "profile", variant)
            if _wanted(gallery, "leaving"):
                leaving_pictures(gallery, work / "profile", variant)
            if _wanted(gallery, "servers"):
                servers_pictures(gallery, work / "profile", variant)
            session_pictures(gallery, work / "profile", sittings, variant)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main(sys.argv[1:])
