"""Receptions in the window: what is complete, what waits and why, and how the person steers it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from boardpack.domain import clock
from boardpack.services.changes import Changes
from boardpack.services.holding import Choices, Holding, Metered
from boardpack.services.sync_state import SyncMode, SyncState
from tests.gui.conftest import Desk, Town
from tests.gui.patience import until
from ui.entry.welcome import WelcomeView
from ui.exchange.network import NetworkWatch
from ui.exchange.state_card import StateCard
from ui.exchange.state_text import line
from ui.exchange.state_view import StateView
from ui.home.home_rows import sitting_chips
from ui.reader.reader_view import ReaderView
from ui.settings.network import NetworkSection
from ui.settings.settings_view import SettingsView
from ui.sitting.sitting_view import SittingScreen

ROOT = Path(__file__).parents[2]
CALM = SyncState(SyncMode.IDLE, clock.now(), 0, 0, 0, 0, 0)
PAUSED = replace(CALM, holding=Holding.PAUSED)
LIMITED = replace(CALM, holding=Holding.METERED, held_documents=5, held_bytes=34_000_000)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (PAUSED, "reception paused"),
        (replace(PAUSED, waiting=2), "reception paused, 2 actions waiting"),
        (replace(PAUSED, mode=SyncMode.WORKING), "reception paused"),
        (replace(PAUSED, mode=SyncMode.OFFLINE), "offline, reception paused"),
        (LIMITED, "34 MB for another network"),
        (replace(LIMITED, waiting=1), "1 action waiting"),
        (replace(LIMITED, held_documents=0, held_bytes=0), "up to date just now"),
    ],
)
def test_the_quiet_line_says_what_is_held_back(
    application: QApplication, state: SyncState, text: str
) -> None:
    # Not that of the import: the test may run much later.
    assert plain(line(replace(state, last_contact=clock.now())).text) == text


@pytest.fixture
def card(qtbot: QtBot, application: QApplication) -> StateCard:
    made = StateCard()
    qtbot.addWidget(made)
    made.show()
    return made


def texts(card: StateCard) -> str:
    return plain(" ".join(each.text() for each in card.findChildren(QLabel) if each.isVisible()))


def test_a_reception_tells_bytes_documents_savings_and_an_honest_rest(card: StateCard) -> None:
    state = replace(
        CALM, mode=SyncMode.WORKING, received=84_000_000, to_receive=130_000_000,
        documents=5, documents_left=2, saved=61_000_000, seconds_left=130,
    )  # fmt: skip
    card.show_state(state)
    assert "84 MB of 130 MB received, 3 documents of 5." in texts(card)
    assert "61 MB saved" in texts(card)
    assert "About 3 minutes left." in texts(card)
    card.show_state(replace(state, seconds_left=None, saved=0))
    assert "left" not in texts(card)
    assert "saved" not in texts(card)


def test_the_card_offers_what_helps_now(card: StateCard) -> None:
    pressed: list[str] = []
    for name in ("pause", "resume", "everything"):
        getattr(card, name).connect(lambda name=name: pressed.append(name))
    card.show_state(CALM)
    assert not card._everything.isVisible()
    card._pause.click()
    card.show_state(PAUSED)
    assert not card._pause.isVisible()
    assert "What you write is sent" in texts(card)
    card._resume.click()
    card.show_state(LIMITED)
    assert "5 documents wait, 34 MB." in texts(card)
    assert "can be read offline" not in texts(card)
    card._everything.click()
    assert pressed == ["pause", "resume", "everything"]


def test_the_welcome_does_not_call_complete_what_waits(
    qtbot: QtBot, application: QApplication, desk: Desk
) -> None:
    welcome = WelcomeView(desk.session.me)
    qtbot.addWidget(welcome)
    welcome.show_state(LIMITED)
    assert "5 documents wait" in plain(welcome._said.text())


def sitting(desk: Desk, sitting_id: str) -> SittingScreen:
    desk.shell.navigator.sitting(sitting_id)
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, SittingScreen)
    return front


def here(screen: SittingScreen) -> str:
    return plain(screen._head._here._label.text())


def chips(desk: Desk) -> list[list[str]]:
    rows = desk.background.in_store(desk.session.reading.home).next_sittings
    return [[plain(chip.text) for chip in sitting_chips(row)] for row in rows]


def test_a_dossier_says_on_home_and_in_its_head_what_is_here(desk: Desk, town: Town) -> None:
    tenders, _council, bureau = chips(desk)
    assert "Complete offline" in tenders
    assert "1 document of 7, 252 MB to come" in bureau
    screen = sitting(desk, town.sittings.bureau.sitting_id)
    assert here(screen) == "1 document of 7, 252 MB to come"
    desk.background.in_store(lambda: desk.session.steering.set_metered(Metered.ALWAYS))
    until(lambda: here(screen).startswith("Waiting for an unlimited network: 1"), "the head")
    assert "Waiting for an unlimited network" in chips(desk)[2]
    assert "Complete offline" in chips(desk)[0]
    desk.background.in_store(desk.session.steering.pause)
    until(lambda: here(screen).startswith("Paused: 1"), "the head")
    assert "Paused" in chips(desk)[2]
    screen._head._ask.click()
    until(lambda: here(screen).startswith("1 document"), "what was asked for")
    assert not screen._head._ask.isVisible()
    assert len(desk.session.context.steering.asked) == 6


def test_the_person_pauses_and_resumes_on_the_state_screen(desk: Desk) -> None:
    desk.shell.navigator.state()
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, StateView)
    screen._parts[0].card._pause.click()
    until(lambda: desk.session.steering.choices == Choices(paused=True), "the pause")
    until(lambda: "reception paused" in desk.shell._lines[0].text(), "the quiet line")
    assert "reception paused" in desk.shell._lines[0].accessibleName()
    until(screen._parts[0].card._resume.isVisible, "the way back")
    screen._parts[0].card._resume.click()
    until(lambda: desk.session.steering.choices == Choices(), "going on")
    until(screen._parts[0].card._pause.isVisible, "the way to pause")


def test_the_settings_say_what_the_computer_knows(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.navigator.settings()
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, SettingsView)
    until(lambda: screen._network is not None, "the section")
    section = screen._network
    assert section is not None
    section.chosen.emit(Metered.ALWAYS)
    until(lambda: desk.session.steering.choices.metered is Metered.ALWAYS, "the choice")
    until(lambda: section._said.text().startswith("Only documents under 2 MB"), "its meaning")
    alone = NetworkSection()
    qtbot.addWidget(alone)
    said: dict[bool | None, str] = {}
    for detected in (None, False, True):
        alone.show_choice(Metered.AUTOMATIC, detected)
        said[detected] = alone._said.text()
    assert "does not say" in said[None]
    assert "not limited now" in said[False]
    assert "is limited now" in said[True]


def test_a_document_that_was_waited_for_opens_when_it_arrives(desk: Desk, town: Town) -> None:
    document = town.sittings.council.documents[2]
    sha256, blobs = document.current.sha256, desk.session.context.blobs
    data = desk.background.in_store(lambda: blobs.read(sha256))
    desk.background.in_store(lambda: blobs.give_up(sha256))
    desk.shell.navigator.document(document.document_id)
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, ReaderView)
    until(lambda: desk.session.context.awaited == {sha256}, "the wish")
    assert screen.parts.opening.document is None
    desk.background.in_store(lambda: blobs.keep(data, sha256))
    arrived = Changes(documents=frozenset({document.document_id}))
    desk.session.announcer.announce(arrived)
    until(lambda: screen.parts.opening.document is not None, "the document")


def test_an_unknown_network_is_not_called_unlimited(application: QApplication) -> None:
    told: list[object] = []
    watch = NetworkWatch()
    watch.told.connect(told.append)
    watch.start()
    # Nobody here says that the network is limited; at most somebody says that it is not.
    assert len(told) == 1
    assert told[0] in (None, False)


@pytest.mark.skipif(not shutil.which("dbus-run-session"), reason="no D-Bus here")
def test_the_window_hears_from_the_computer_that_the_network_is_limited() -> None:
    """Qt's real way to a NetworkManager, on a bus of its own."""
    words = ["dbus-run-session", "--", sys.executable, "-m", "tests.helpers.network_manager"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["False", "True", "False"], done.stderr
