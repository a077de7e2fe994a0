"""Recovery words on screen: noted and proved, typed on the next device, renewed in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.domain import clock
from boardpack.sealing import words
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import RecoveryState
from boardpack.store import recovery as kept
from boardpack.store.recovery import Words
from tests.gui.conftest import Desk
from tests.gui.patience import until
from ui.navigation import HomeRoute, RecoveryRoute
from ui.recovery import paper
from ui.recovery.note_part import DonePart, NotePart, ProofPart
from ui.recovery.recovery_view import RecoveryView
from ui.recovery.type_part import TypePart
from ui.recovery.word_grid import WordGrid
from ui.settings.recovery import RecoverySection
from ui.settings.settings_view import SettingsView
from ui.widgets.confirm import ConfirmDialog


def stand(desk: Desk, state: Words) -> None:
    """Let the words stand like this, and Home know."""
    store = desk.session.context.store

    def write() -> None:
        with store.transaction() as connection:
            kept.save_words(connection, state)

    desk.background.in_store(write)


def press(screen: QWidget, name: str, qtbot: QtBot) -> None:
    found = next(each for each in screen.findChildren(QPushButton) if each.text().strip() == name)
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def view(desk: Desk) -> RecoveryView:
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, RecoveryView)
    return front


def go(desk: Desk, *, typing: bool = False) -> RecoveryView:
    desk.shell.navigator.recovery(typing=typing)
    return view(desk)


ENTROPY = words.new_entropy()
MADE = words.of_entropy(ENTROPY, "en")


def test_home_asks_quietly_and_leads_to_the_words(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, entropy=ENTROPY))
    home = desk.shell.stack.front
    assert home is not None
    home.opened()
    desk.settle()
    rows = home._sections["todo"].list.rows
    assert rows[-1].title == "Note your recovery words"
    assert not rows[-1].strong
    home._go(rows[-1].key)
    assert isinstance(view(desk).part, NotePart)


def test_words_are_shown_put_off_and_shown_again(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, entropy=ENTROPY))
    screen = go(desk)
    shown = [each.accessibleName() for each in screen.findChild(WordGrid)._cells]
    assert shown == [f"{place}. {word}" for place, word in enumerate(MADE, 1)]
    press(screen, "Later", qtbot)
    assert desk.shell.navigator.route == HomeRoute()
    assert screen.part is None, "no word stays in a screen that is kept for later"
    assert isinstance(go(desk).part, NotePart)
    state = desk.background.in_store(desk.session.recovery.state)
    assert state.wish is RecoveryWish.NOTE


def test_two_words_prove_that_they_are_on_paper(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, entropy=ENTROPY))
    screen = go(desk)
    press(screen, "They are on paper", qtbot)
    desk.settle()
    proof = screen.part
    assert isinstance(proof, ProofPart)
    assert len(proof.fields) == 2
    for field in proof.fields.values():
        qtbot.keyClicks(field.line, "wrong")
    press(screen, "Check", qtbot)
    until(proof.error.isVisible, "the refusal")
    for place, field in proof.fields.items():
        field.line.setText(MADE[place - 1].upper())
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    until(lambda: isinstance(screen.part, DonePart), "the end")
    state = desk.background.in_store(desk.session.recovery.state)
    assert (state.wish, state.noted) == (RecoveryWish.NOTHING, True)
    press(screen, "Continue", qtbot)
    assert desk.shell.navigator.route == HomeRoute()


def test_an_empty_field_of_the_proof_takes_the_focus(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, entropy=ENTROPY))
    screen = go(desk)
    press(screen, "They are on paper", qtbot)
    desk.settle()
    proof = screen.part
    assert isinstance(proof, ProofPart)
    first, second = proof.fields.values()
    qtbot.keyClicks(first.line, "abandon")
    press(screen, "Check", qtbot)
    assert QApplication.focusWidget() is second.line
    press(screen, "Show the words again", qtbot)
    until(lambda: isinstance(screen.part, NotePart), "the words")


def test_a_renewal_leaves_the_former_words_good_until_it_is_noted(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, noted=True))
    desk.shell.navigator.settings()
    desk.settle()
    settings = desk.shell.stack.front
    assert isinstance(settings, SettingsView)
    press(settings, "Make new words", qtbot)
    until(lambda: desk.shell.navigator.route == RecoveryRoute(), "the words")
    screen = view(desk)
    assert isinstance(screen.part, NotePart)
    assert any("stay good" in each.text() for each in screen.findChildren(QLabel))
    press(screen, "Later", qtbot)
    desk.settle()
    state = desk.background.in_store(desk.session.recovery.state)
    assert (state.noted, state.renewing) == (True, False)


def test_typed_words_are_recognised_and_a_wrong_one_is_mended_by_a_touch(
    desk: Desk, qtbot: QtBot
) -> None:
    stand(desk, Words(asked=True))
    screen = go(desk)
    part = screen.part
    assert isinstance(part, TypePart)
    assert not part.go.isEnabled()
    typed = list(MADE)
    right = typed[3]
    typed[3] = right[:3] + "zz" + right[3:]
    part.edit.setPlainText(" ".join(typed))
    until(lambda: "11 of 12" in part.count.text(), "the words")
    assert not part.go.isEnabled()
    near = words.read(typed[3], "en")[0].near
    assert right in near
    press(part, right, qtbot)
    until(part.go.isEnabled, "all twelve")
    press(screen, "Bring my notes back", qtbot)
    # This town has no server that could have kept anything.
    until(part.error.isVisible, "the answer")
    assert part.text == " ".join(MADE), "what was typed stays"


def test_what_is_being_typed_survives_a_look_elsewhere(desk: Desk, qtbot: QtBot) -> None:
    screen = go(desk, typing=True)
    assert isinstance(screen.part, TypePart)
    qtbot.keyClicks(screen.part.edit, "abandon ability")
    desk.shell.navigator.home()
    desk.shell.navigator.back()
    assert isinstance(view(desk).part, TypePart)
    assert screen.part.text == "abandon ability"


def test_without_the_words_one_goes_on_after_one_question(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words(asked=True))
    screen = go(desk)
    press(screen, "I do not have them", qtbot)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(screen.part, NotePart), "words for the notes to come")
    state = desk.background.in_store(desk.session.recovery.state)
    assert state.wish is RecoveryWish.NOTE


def test_the_paper_says_whose_words_these_are_and_what_for(
    application: QApplication, tmp_path: Path
) -> None:
    sheet = paper.sheet(MADE, "Claire <Dumas>")
    text = sheet.toPlainText()
    assert "Claire <Dumas>" in text
    assert all(word in text for word in MADE)
    assert paper.purpose() in text
    sheet.print_(QPdfWriter(str(tmp_path / "paper.pdf")))
    assert (tmp_path / "paper.pdf").stat().st_size > 1000


def test_printing_asks_for_the_printer_first(desk: Desk, qtbot: QtBot) -> None:
    stand(desk, Words("0" * 16, entropy=ENTROPY))
    screen = go(desk)
    press(screen, "Print…", qtbot)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QPrintDialog)
    dialog.reject()
    desk.settle()
    assert isinstance(screen.part, NotePart)


def standing(wish: RecoveryWish, *, noted: bool = False, unreadable: int = 0) -> RecoveryState:
    return RecoveryState(
        wish, clock.now(), noted=noted, renewing=False, sent=True, held=True, unreadable=unreadable
    )


@pytest.mark.parametrize(
    ("state", "said", "offered"),
    [
        (standing(RecoveryWish.NOTE), "Not on paper yet", {"note", "type"}),
        (standing(RecoveryWish.TYPE, unreadable=3), "wait for the words", {"type"}),
        (standing(RecoveryWish.NOTHING, noted=True), "On paper, good", {"renew", "type"}),
    ],
)
def test_settings_say_how_the_words_stand(
    application: QApplication, qtbot: QtBot, state: RecoveryState, said: str, offered: set[str]
) -> None:
    section = RecoverySection()
    qtbot.addWidget(section)
    section.show()
    section.show_state(state)
    assert said in section._state.text()
    assert section._sealed.isVisible() == bool(state.unreadable)
    shown = {name for name in ("note", "renew", "type") if getattr(section, name).isVisible()}
    assert shown == offered
