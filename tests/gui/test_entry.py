"""Before the session: unlocking, what to do when it fails, the first start up to the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import segno
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack import bootstrap
from boardpack.services.identity import Me
from boardpack.services.preferences import Theme
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.store import attempts, damage, keys, twice
from boardpack.store.attempts import FREE
from tests.gui.conftest import Desk, OpenDesk, Town
from tests.gui.furnished import SECRET
from tests.gui.patience import until
from ui.entry.first_start import FirstStart
from ui.entry.secret_field import DigitPad, SecretField
from ui.entry.start_over import StartOverDialog
from ui.entry.steps import CodeStep, SecretStep
from ui.entry.unlock import UnlockView
from ui.entry.welcome import WelcomeView
from ui.errors import DamageDialog, ErrorPanel
from ui.theme import Appearance, install, look
from ui.widgets.confirm import ConfirmDialog


def shown(desk: Desk) -> QWidget:
    return desk.window.centralWidget().currentWidget()


def press(screen: QWidget, name: str, qtbot: QtBot) -> None:
    found = next(each for each in screen.findChildren(QPushButton) if each.text().strip() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


@pytest.fixture
def locked(open_desk: OpenDesk, town: Town) -> Desk:
    return open_desk(town.folder)


@pytest.fixture
def new(open_desk: OpenDesk, tmp_path: Path) -> Desk:
    return open_desk(tmp_path / "new")


def test_unlock_names_the_person_and_the_authority(locked: Desk) -> None:
    view = shown(locked)
    assert isinstance(view, UnlockView)
    assert view._title.text() == "Claire Dumas"
    assert view._subtitle.text() == "Ville de Saint-Aubin"
    assert QApplication.focusWidget() is view._field.line


def test_right_secret_opens_home(locked: Desk, qtbot: QtBot) -> None:
    qtbot.keyClicks(QApplication.focusWidget(), SECRET)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    until(lambda: locked.window.shell is not None, "the session")
    locked.settle()
    assert locked.shell.stack.front is not None


def test_wrong_secret_is_told_at_the_field_and_may_be_typed_again(
    locked: Desk, qtbot: QtBot
) -> None:
    view = shown(locked)
    assert isinstance(view, UnlockView)
    qtbot.keyClicks(view._field.line, "not this one")
    qtbot.keyClick(view._field.line, Qt.Key.Key_Return)
    until(view._go.isEnabled, "the answer")
    assert view._field._wrong.isVisible()
    assert view._field.text == ""
    assert view._field.line.property("invalid")
    qtbot.keyClicks(view._field.line, "q")
    assert not view._field._wrong.isVisible()


def miss(view: UnlockView, count: int) -> None:
    for _ in range(count):
        view._field.line.setText("ce n'est pas la bonne")
        view._open()
        until(lambda: view._field.text == "", "the refusal")


def test_after_some_misses_the_screen_says_how_long_to_wait(
    locked: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WAITS", (3,))
    view = shown(locked)
    assert isinstance(view, UnlockView)
    miss(view, FREE)
    assert view._go.isEnabled()
    miss(view, 1)
    assert not view._go.isEnabled()
    said: list[str] = []
    view._wait.ticked.connect(lambda _left: said.append(view._field._wrong.text()))
    view._field.line.setText(SECRET)
    qtbot.keyClick(view._field.line, Qt.Key.Key_Return)
    assert view._wait.left, "it is not even asked"
    until(lambda: view._wait.left == 0 and view._go.isEnabled(), "the end of the wait")
    assert len(said) >= 3, "once a second"
    assert said[-1] == ""
    assert all("possible in" in each for each in said[:-1])
    view._open()
    until(lambda: locked.window.shell is not None, "the session")


def test_a_wait_goes_on_after_a_restart(
    locked: Desk, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "WAITS", (300,))
    view = shown(locked)
    assert isinstance(view, UnlockView)
    miss(view, FREE + 1)
    again = shown(open_desk(locked.program.profile))
    assert isinstance(again, UnlockView)
    until(lambda: again._wait.left > 0, "the wait")
    assert not again._go.isEnabled()
    assert "4\u00a0min" in again._field._wrong.text() or "5\u00a0min" in again._field._wrong.text()


def _absent(folder: Path) -> None:
    profile = keys.read_profile(folder)
    assert profile is not None
    keys.save_profile(folder, replace(profile, holder=keys.Holder.KEYRING))


def _lost(folder: Path) -> None:
    twice.remove(folder, keys.SEALED)


def _foreign(folder: Path) -> None:
    profile = keys.read_profile(folder)
    assert profile is not None
    keys.save_profile(folder, replace(profile, profile_id="another"))


@pytest.mark.parametrize(
    ("happen", "code", "way_out"),
    [
        (_absent, "store.keyring_absent", "usual session"),
        (_lost, "store.keyring_lost", "new enrolment code"),
        (_foreign, "store.keyring_foreign", "put back the key"),
    ],
)
def test_what_became_of_the_key_is_said_at_once_with_a_way_out(
    open_desk: OpenDesk, town: Town, happen: Callable[[Path], None], code: str, way_out: str
) -> None:
    happen(town.folder)
    view = shown(open_desk(town.folder))
    assert isinstance(view, UnlockView)
    until(view._error.isVisible, "the reason, before anything is typed")
    assert code in view._error._support.text()
    assert way_out in view._error._do.text()
    assert view._go.isEnabled()


def test_forgotten_secret_is_explained_on_demand(locked: Desk, qtbot: QtBot) -> None:
    view = shown(locked)
    assert isinstance(view, UnlockView)
    assert not view._help.isVisible()
    press(view, "Forgotten?", qtbot)
    assert view._help.isVisible()


def ask_to_start_over(desk: Desk, qtbot: QtBot) -> StartOverDialog:
    """Come to the question by the keyboard alone, from the field where the person is stuck."""
    seen: list[str] = []
    for name in ("Forgotten?", "Start over with a new code"):
        while name not in seen[-1:]:
            assert len(seen) < 12, seen
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            seen.append(QApplication.focusWidget().accessibleName())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    until(lambda: QApplication.activeModalWidget() is not None, "the question")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, StartOverDialog)
    return dialog


def test_forgotten_secret_leads_to_a_new_start_by_keyboard(
    locked: Desk, town: Town, qtbot: QtBot
) -> None:
    dialog = ask_to_start_over(locked, qtbot)
    said = " ".join(each.text() for each in dialog.findChildren(QLabel))
    for word in ("erased", "not sent yet", "private notes", "come again from the server"):
        assert word in said
    # Enter is "not now": nothing goes by mistake.
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    locked.settle()
    assert isinstance(shown(locked), UnlockView)
    assert (town.folder / "store.db").exists()
    press(shown(locked), "Start over with a new code", qtbot)
    again = QApplication.activeModalWidget()
    assert isinstance(again, StartOverDialog)
    again.yes.setFocus()
    qtbot.keyClick(again.yes, Qt.Key.Key_Space)
    until(lambda: isinstance(shown(locked), FirstStart), "the first start")
    assert not town.folder.exists()


def test_starting_over_waits_for_another_boardpack(locked: Desk, town: Town, qtbot: QtBot) -> None:
    other = bootstrap.open_program(town.folder)
    other.unlock(SECRET)
    try:
        qtbot.mouseClick(ask_to_start_over(locked, qtbot).yes, Qt.MouseButton.LeftButton)
        until(shown(locked).findChild(ErrorPanel).isVisible, "the reason")
        assert (town.folder / "store.db").exists()
    finally:
        other.lock()


def test_lost_key_offers_the_new_start_at_once(locked: Desk, town: Town, qtbot: QtBot) -> None:
    twice.remove(town.folder, keys.SEALED)
    view = shown(locked)
    assert isinstance(view, UnlockView)
    qtbot.keyClicks(view._field.line, SECRET)
    qtbot.keyClick(view._field.line, Qt.Key.Key_Return)
    until(view._over.isVisible, "the offer")


def test_damaged_store_offers_repair(locked: Desk, town: Town, qtbot: QtBot) -> None:
    view = shown(locked)
    assert isinstance(view, UnlockView)
    with (town.folder / "store.db").open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\x00" * 4096)
    qtbot.keyClicks(view._field.line, SECRET)
    qtbot.keyClick(view._field.line, Qt.Key.Key_Return)
    until(view._mend.isVisible, "the offer")
    assert view.findChild(ErrorPanel).isVisible()
    press(view, "Repair and open", qtbot)
    until(lambda: locked.window.shell is not None, "the session")


def break_database(folder: Path) -> None:
    """Damage every page behind those that say where everything is."""
    with (folder / "store.db").open("r+b") as file:
        size = file.seek(0, 2)
        for page in range(12, size // 4096):
            file.seek(page * 4096)
            file.write(b"\x00" * 64)


def test_damage_met_in_the_open_session_leads_to_repair(
    locked: Desk, town: Town, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "SMALL", 0)
    qtbot.keyClicks(QApplication.focusWidget(), SECRET)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    until(lambda: locked.window.shell is not None, "the session")
    locked.settle()
    break_database(town.folder)
    shell = locked.window.shell
    assert shell is not None
    shell.caretaker.look()
    until(lambda: locked.window.findChild(DamageDialog) is not None, "the news")
    dialog = locked.window.findChild(DamageDialog)
    assert dialog is not None
    # The session speaks the language of the profile.
    qtbot.mouseClick(dialog.findChildren(QPushButton)[-1], Qt.MouseButton.LeftButton)
    until(lambda: isinstance(shown(locked), UnlockView), "the way back")
    view = shown(locked)
    assert isinstance(view, UnlockView)
    assert view._mend.isVisible()
    qtbot.keyClicks(view._field.line, SECRET)
    qtbot.mouseClick(view._mend, Qt.MouseButton.LeftButton)
    until(lambda: locked.window.shell is not None, "the session")
    locked.settle()


def test_secret_can_be_looked_at(qtbot: QtBot, application: QApplication) -> None:
    field = SecretField("PIN")
    qtbot.addWidget(field)
    assert field.line.echoMode() is field.line.EchoMode.Password
    qtbot.mouseClick(field._eye, Qt.MouseButton.LeftButton)
    assert field.line.echoMode() is field.line.EchoMode.Normal
    assert field._eye.accessibleName() == "Hide"


def test_digit_pad_types_for_a_finger(qtbot: QtBot, application: QApplication) -> None:
    install(application, Appearance(touch=True))
    field, pad = SecretField("PIN"), DigitPad()
    qtbot.addWidget(field)
    qtbot.addWidget(pad)
    pad.serve(field)
    for name in ("7", "3", "9", "Erase the last digit"):
        key = next(each for each in pad.findChildren(QPushButton) if each.accessibleName() == name)
        assert key.minimumHeight() >= 48
        qtbot.mouseClick(key, Qt.MouseButton.LeftButton)
    assert field.text == "73"


def first(desk: Desk) -> FirstStart:
    view = shown(desk)
    assert isinstance(view, FirstStart)
    return view


def type_code(desk: Desk, qtbot: QtBot, code: str) -> CodeStep:
    step = first(desk)._code
    step._code.line.setText(code)
    qtbot.keyClick(step._code.line, Qt.Key.Key_Return)
    desk.background.in_store(lambda: None)
    return step


def test_code_without_address_asks_for_the_address(new: Desk, qtbot: QtBot) -> None:
    step = type_code(new, qtbot, "abcd efgh jkmn")
    until(step._server.isVisible, "the second field")
    step._server.line.setText("actes.exemple.fr")
    qtbot.keyClick(step._server.line, Qt.Key.Key_Return)
    until(lambda: first(new)._secret is not None, "the next step")


def test_code_that_is_none_is_told_at_once(new: Desk, qtbot: QtBot) -> None:
    step = type_code(new, qtbot, "hello")
    until(step.error.isVisible, "the error")
    assert first(new)._secret is None


def test_code_is_read_from_a_picture(new: Desk, tmp_path: Path) -> None:
    content = f"boardpack:https://actes.exemple.fr#ABCD-EFGH-JKMN#{'a' * 43}"
    picture = tmp_path / "photo.png"
    segno.make(content).save(str(picture), scale=5)
    first(new)._code.pictured.emit(picture)
    until(lambda: first(new)._secret is not None, "the next step")
    step = first(new)._secret
    assert step is not None
    assert "actes.exemple.fr" in step._subtitle.text()


def test_picture_without_code_is_told(new: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"no picture")
    first(new)._code.pictured.emit(picture)
    until(first(new)._code.error.isVisible, "the error")


@pytest.fixture
def at_secret(new: Desk, qtbot: QtBot) -> SecretStep:
    type_code(new, qtbot, f"boardpack:http://127.0.0.1:9#ABCD-EFGH-JKMN#{'a' * 43}")
    until(lambda: first(new)._secret is not None, "the next step")
    step = first(new)._secret
    assert step is not None
    return step


def fill(step: SecretStep, secret: str, again: str) -> None:
    step._secret.line.setText(secret)
    step._again.line.setText(again)
    step._submit()


def test_two_different_secrets_are_refused(at_secret: SecretStep) -> None:
    fill(at_secret, SECRET, SECRET + "x")
    assert at_secret._again._wrong.isVisible()


def test_weak_secret_is_refused_at_the_field(at_secret: SecretStep) -> None:
    fill(at_secret, "123456", "123456")
    until(at_secret._secret._wrong.isVisible, "the reason")
    assert at_secret._go.isEnabled()


def test_without_keyring_only_a_passphrase_is_offered(at_secret: SecretStep) -> None:
    assert at_secret._secret.line.accessibleName() == "Passphrase"


def test_server_that_is_not_there_leaves_nothing_behind(new: Desk, at_secret: SecretStep) -> None:
    fill(at_secret, SECRET, SECRET)
    until(at_secret.error.isVisible, "the error")
    assert not (new.program.profile / "store.db").exists()


def test_going_back_forgets_the_secret(new: Desk, at_secret: SecretStep) -> None:
    at_secret.back.emit()
    assert first(new)._secret is None
    assert first(new).currentWidget() is first(new)._code


ME = Me(
    "id", "Claire Dumas", ("Ville de Saint-Aubin",), {}, frozenset(), signs=False, prepares=False
)


@pytest.mark.parametrize(
    ("state", "said", "value"),
    [
        (SyncState(SyncMode.WORKING, None, 0, 0, 10**7, 4 * 10**7, 3), "3 documents to come", 25),
        (SyncState(SyncMode.OFFLINE, None, 0, 0, 0, 0, 0), "cannot be reached", 100),
    ],
)
def test_welcome_tells_the_first_reception(
    qtbot: QtBot, application: QApplication, state: SyncState, said: str, value: int
) -> None:
    view = WelcomeView(ME)
    qtbot.addWidget(view)
    view.show_state(state)
    assert said in view._said.text()
    assert view._bar.value() == value


def test_locking_leaves_nothing_of_the_session_in_sight(desk: Desk) -> None:
    look().apply(Appearance(Theme.DARK))
    desk.window.lock()
    until(lambda: isinstance(shown(desk), UnlockView), "the lock")
    assert desk.window.shell is None
    assert desk.program.session is None
    assert "Dumas" in shown(desk)._title.text()


def test_nothing_is_typed_into_the_question_by_mistake(
    application: QApplication, qtbot: QtBot
) -> None:
    dialog = ConfirmDialog("Erase?", "", "Erase", danger=True)
    qtbot.addWidget(dialog)
    assert dialog.no.isDefault()
    assert not dialog.yes.isDefault()
