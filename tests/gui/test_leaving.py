"""A device that ends: told, erased at once on order, or by its person; then a plain screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from boardpack.domain import clock
from boardpack.services.account import ProfileKind
from boardpack.services.farewells import Erased
from boardpack.store import ended, locks
from boardpack.store.ended import Ended
from sync.protocol.notices import Notice, Purpose
from tests.gui import conftest as furnishing
from tests.gui.conftest import Desk, OpenDesk
from tests.gui.patience import until
from tests.helpers.town import SECRET, Town, email, exchange
from ui.entry.erased import ErasedView, whose_order
from ui.entry.first_start import FirstStart
from ui.leaving.ended_card import EndedCard
from ui.leaving.leaving_view import LeavingView
from ui.leaving.replaced_card import ReplacedCard
from ui.navigation import LeavingRoute
from ui.reader.reader_view import ReaderView
from ui.sitting.sitting_view import SittingScreen
from ui.widgets.confirm import ConfirmDialog


def shown(desk: Desk) -> QWidget:
    return desk.window.centralWidget().currentWidget()


def erased(**changes: object) -> Erased:
    facts: dict[str, object] = {
        "at": clock.now(),
        "ordered": True,
        "reason": "",
        "device_name": "Tablette",
        "authority_name": "Ville de Saint-Aubin",
        "server_url": "https://actes.exemple.fr",
        "complete": True,
        "told": True,
    }
    return Erased(**(facts | changes))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "IT department of Ville de Saint-Aubin"),
        ({"authority_name": ""}, "IT department of actes.exemple.fr"),
        ({"reason": "lost"}, "lost or stolen"),
        ({"reason": "left"}, "your mandate is over"),
        ({"reason": "something newer"}, "IT department"),
        ({"ordered": False}, "You erased this device"),
    ],
)
def test_it_says_by_whose_order(changes: dict[str, object], words: str) -> None:
    assert words in whose_order(erased(**changes))


def replace_device(desk: Desk, purpose: Purpose) -> None:
    notice = Notice(server_id="server", device_id="d", issued_at=1, purpose=purpose)

    def keep() -> None:
        with desk.session.context.store.transaction() as connection:
            ended.save(connection, Ended(notice, drained=True))

    desk.background.in_store(keep)


def test_a_replaced_device_offers_to_erase_itself(desk: Desk, qtbot: QtBot) -> None:
    replace_device(desk, Purpose.RETIRED)
    desk.shell.navigator.open(LeavingRoute())
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, LeavingView)
    desk.shell.navigator.home()
    desk.settle()
    home = desk.shell.stack.front
    assert home is not None
    rows = home._sections["todo"].list.model()  # type: ignore[attr-defined]  # HomeView
    assert "another one replaced it" in rows.index(0, 0).data()
    desk.shell.navigator.open(LeavingRoute())
    desk.settle()
    card = desk.shell.stack.front.cards[0]  # type: ignore[union-attr]  # LeavingView
    assert isinstance(card, ReplacedCard)
    qtbot.mouseClick(card.erase, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    assert dialog.no.isDefault()
    profile = desk.program.profile
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(shown(desk), ErasedView), "the end")
    assert [each.name for each in profile.iterdir()] == ["farewell.json"]
    assert desk.window.shell is None
    view = shown(desk)
    assert isinstance(view, ErasedView)
    until(lambda: "as soon as the network" in view._told.text(), "the state")
    qtbot.mouseClick(view._go, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(shown(desk), FirstStart), "a new life")


def test_nothing_is_erased_when_the_person_thinks_again(desk: Desk, qtbot: QtBot) -> None:
    replace_device(desk, Purpose.REVOKED)
    desk.shell.navigator.open(LeavingRoute())
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, LeavingView)
    until(lambda: bool(screen.cards), "the card")
    card = screen.cards[0]
    assert isinstance(card, ReplacedCard)
    qtbot.mouseClick(card.erase, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    desk.settle()
    assert desk.window.shell is not None
    assert desk.program.profile_state().kind is ProfileKind.OPEN


def test_a_device_in_use_has_nothing_that_ends(desk: Desk) -> None:
    desk.shell.navigator.open(LeavingRoute())
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, LeavingView)
    assert screen._nothing.isVisible()


def end_mandate(desk: Desk, assembly_id: str) -> None:
    def keep() -> None:
        with desk.session.context.store.transaction() as connection:
            changes = locks.begin_ending(connection, assembly_id)
        desk.session.announcer.announce(changes)

    desk.background.in_store(keep)
    desk.settle()


def test_a_mandate_that_is_over_offers_the_notes_then_erases(
    desk: Desk, town: furnishing.Town, tmp_path: Path, qtbot: QtBot
) -> None:
    council = town.sittings.council
    desk.shell.navigator.document(council.documents[1].document_id)
    desk.settle()
    reader = desk.shell.stack.front
    assert isinstance(reader, ReaderView)
    until(lambda: reader.parts.opening.document is not None, "the document")
    end_mandate(desk, council.assembly_id)
    until(lambda: reader.parts.opening.document is None, "it is closed at once")
    desk.shell.navigator.home()
    desk.settle()
    home = desk.shell.stack.front
    rows = home._sections["todo"].list.model()  # type: ignore[union-attr]  # HomeView
    assert "export your notes" in rows.index(0, 0).data()
    desk.shell.navigator.open(LeavingRoute())
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, LeavingView)
    until(lambda: bool(screen.cards), "the card")
    (card,) = screen.cards
    assert isinstance(card, EndedCard)
    assert not card.save.isEnabled(), "no note there"
    card.export.emit(tmp_path / "notes.md")
    until((tmp_path / "notes.md").exists, "the file")
    until(lambda: card._done.text() == "0 notes were saved.", "the word")
    card.export.emit(tmp_path)
    until(card._error.isVisible, "the refusal")
    qtbot.mouseClick(card.wipe, Qt.MouseButton.LeftButton)
    until(lambda: isinstance(QApplication.activeModalWidget(), ConfirmDialog), "the question")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    assert dialog.no.isDefault()
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    until(lambda: not screen.cards, "the end")
    assert screen._nothing.isVisible()
    desk.shell.navigator.home()
    desk.settle()
    sittings = desk.background.in_store(desk.session.reading.sittings)
    assert {row.assembly.assembly_id for row in sittings} == {"bureau", "cao"}


def test_closed_dossiers_say_so(desk: Desk, town: furnishing.Town) -> None:
    council = town.sittings.council
    end_mandate(desk, council.assembly_id)
    desk.shell.navigator.sitting(council.sitting_id)
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, SittingScreen)
    assert "mandate" in screen._head._here._label.text()
    desk.shell.navigator.document(council.documents[1].document_id)
    desk.settle()
    reader = desk.shell.stack.front
    assert isinstance(reader, ReaderView)
    until(lambda: "is over" in spoken(reader), "the reason")


def spoken(widget: QWidget) -> str:
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


@pytest.fixture(scope="module")
def real_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        with Town(tmp_path_factory.mktemp("town")) as made:
            yield made


def test_an_order_from_the_server_ends_the_session_and_is_told(
    open_desk: OpenDesk, real_town: Town, qtbot: QtBot
) -> None:
    program, session = real_town.enrol("councillor")
    exchange(session)
    program.lock()
    profile: Path = real_town.profile("councillor")
    desk = open_desk(profile)
    desk.window._open(desk.background.in_store(lambda: desk.program.unlock(SECRET)))
    until(lambda: desk.window.shell is not None, "the session")
    real_town.server.command("revoke", email("councillor"), "--wipe", "--reason", "lost")
    desk.shell.driver.sync_now()
    until(lambda: isinstance(shown(desk), ErasedView), "the end")
    view = shown(desk)
    assert isinstance(view, ErasedView)
    assert [each.name for each in profile.iterdir()] == ["farewell.json"]
    until(lambda: "inform" in view._told.text(), "the state, in the person's language")
    until(lambda: desk.program.farewells.find().told, "the server")  # type: ignore[union-attr]
    desk.window.start()
    until(lambda: shown(desk) is not view, "another start")
    assert isinstance(shown(desk), ErasedView), "it stays true at the next start"
