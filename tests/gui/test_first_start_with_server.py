"""The first start against a real server: enrolled, welcomed; a former device retires if agreed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.conftest import Desk, OpenDesk
from tests.gui.patience import until
from tests.helpers.town import SECRET, Town, email
from ui.entry.first_start import FirstStart
from ui.entry.steps import SecretStep
from ui.entry.welcome import WelcomeView
from ui.navigation import HomeRoute
from ui.recovery.note_part import DonePart, NotePart
from ui.recovery.recovery_view import RecoveryView
from ui.recovery.type_part import TypePart
from ui.widgets.confirm import ConfirmDialog


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        with Town(tmp_path_factory.mktemp("town")) as made:
            yield made


def shown(desk: Desk) -> QWidget:
    return desk.window.centralWidget().currentWidget()


def recovery(desk: Desk) -> RecoveryView:
    until(lambda: isinstance(desk.shell.stack.front, RecoveryView), "the recovery words")
    front = desk.shell.stack.front
    assert isinstance(front, RecoveryView)
    return front


def go_to_secret(desk: Desk, town: Town, name: str) -> SecretStep:
    first = shown(desk)
    assert isinstance(first, FirstStart)
    code = town.server.command("enrol", email(name))["code"]
    first._code._code.line.setText(code)
    first._code._server.line.setText(town.server.url)
    first._code._submit()
    until(lambda: first._secret is not None, "the next step")
    assert first._secret is not None
    return first._secret


def enrol(step: SecretStep) -> None:
    step._secret.line.setText(SECRET)
    step._again.line.setText(SECRET)
    step._submit()


def test_enrolled_person_is_welcomed_then_reads(
    open_desk: OpenDesk, town: Town, tmp_path: Path, qtbot: QtBot
) -> None:
    desk = open_desk(tmp_path / "one")
    enrol(go_to_secret(desk, town, "councillor"))
    until(lambda: isinstance(shown(desk), WelcomeView), "the welcome")
    welcome = shown(desk)
    assert isinstance(welcome, WelcomeView)
    assert "Victor Bardey" in welcome._title.text()
    until(lambda: "read offline" in welcome._said.text(), "the first reception")
    qtbot.mouseClick(welcome._go, Qt.MouseButton.LeftButton)
    until(lambda: shown(desk) is desk.window.shell, "the session")
    words = recovery(desk)
    until(lambda: isinstance(words.part, NotePart), "the words to note")
    words.part.later.emit()
    assert desk.shell.navigator.route == HomeRoute()
    until(lambda: "p to date" in desk.shell._lines[0].text(), "the state")


def test_former_device_retires_only_when_agreed(
    open_desk: OpenDesk, town: Town, tmp_path: Path, qtbot: QtBot
) -> None:
    program, session = town.enrol("mayor")
    noted = " ".join(session.recovery.to_note("fr"))
    program.lock()
    desk = open_desk(tmp_path / "second")
    step = go_to_secret(desk, town, "mayor")
    enrol(step)
    until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert step._go.isEnabled()
    enrol(step)
    until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(shown(desk), WelcomeView), "the welcome")
    welcome = shown(desk)
    assert isinstance(welcome, WelcomeView)
    until(lambda: "read offline" in welcome._said.text(), "the first reception")
    qtbot.mouseClick(welcome._go, Qt.MouseButton.LeftButton)
    until(lambda: shown(desk) is desk.window.shell, "the session")
    words = recovery(desk)
    until(lambda: isinstance(words.part, TypePart), "the question for the words")
    assert isinstance(words.part, TypePart)
    words.part.edit.setPlainText(noted)
    until(words.part.go.isEnabled, "all twelve")
    qtbot.mouseClick(words.part.go, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(words.part, DonePart), "the notes")


def test_wrong_code_leads_back_to_the_code(open_desk: OpenDesk, town: Town, tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "third")
    first = shown(desk)
    assert isinstance(first, FirstStart)
    first._ask_secret(first._service.check_code("ABCD-EFGH-JKMN", town.server.url))
    assert first._secret is not None
    enrol(first._secret)
    until(first._code.error.isVisible, "the error")
    assert first.currentWidget() is first._code
