"""The quiet line is true; an exchange is started once, after actions, and never at each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from boardpack.domain import clock
from boardpack.services.changes import Changes
from boardpack.services.rejections import RejectedRow
from boardpack.services.server_history import Agreement, ServerHistory
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.services.synchronize import SyncReport
from tests.gui.conftest import Desk, Town
from tests.gui.patience import until
from ui.exchange.refused import RefusedCard
from ui.exchange.state_card import StateCard
from ui.exchange.state_text import line
from ui.exchange.state_view import StateView
from ui.widgets.labels import label

CALM = SyncState(SyncMode.IDLE, None, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "nothing received yet"),
        ({"waiting": 2}, "2 actions waiting"),
        ({"mode": SyncMode.OFFLINE, "waiting": 2}, "offline, 2 actions waiting"),
        ({"mode": SyncMode.OFFLINE}, "offline"),
        ({"mode": SyncMode.WORKING, "to_receive": 42_000_000}, "42 MB to receive"),
        ({"mode": SyncMode.WORKING}, "exchanging"),
        ({"mode": SyncMode.STOPPED, "rejected": 1}, "exchanges stopped"),
        ({"rejected": 1, "waiting": 3}, "1 action refused"),
        ({"closing": 3, "mode": SyncMode.OFFLINE}, "dossiers close in 3 days"),
        ({"closing": 1}, "dossiers close in 1 day"),
        ({"closing": 0, "mode": SyncMode.OFFLINE}, "dossiers closed: connect"),
        ({"closing": 0, "mode": SyncMode.WORKING}, "exchanging"),
        ({"to_receive": 42_000_000}, "42 MB to receive"),
    ],
)
def test_line_says_the_most_pressing_thing(
    application: QApplication, change: dict[str, object], text: str
) -> None:
    assert line(replace(CALM, **change)).text.replace("\u00a0", " ") == text


def test_line_says_when_all_is_well(application: QApplication) -> None:
    state = replace(CALM, last_contact=clock.now() - timedelta(minutes=3))
    assert line(state).text.replace("\u00a0", " ") == "up to date 3 min ago"


def test_card_tells_why_and_offers_the_right_button(
    qtbot: QtBot, application: QApplication
) -> None:
    card = StateCard()
    qtbot.addWidget(card)
    card.show()
    pressed: list[str] = []
    card.now.connect(lambda: pressed.append("now"))
    card.stop.connect(lambda: pressed.append("stop"))
    card.show_state(replace(CALM, mode=SyncMode.OFFLINE, code="client.offline"))
    assert card._why.isVisible()
    card._button.click()
    card.show_state(replace(CALM, mode=SyncMode.WORKING, to_receive=100, received=25))
    assert card._bar.value() == 25
    assert not card._why.isVisible()
    card._button.click()
    assert pressed == ["now", "stop"]


def test_card_says_what_became_of_a_restored_server(
    qtbot: QtBot, application: QApplication
) -> None:
    card = StateCard()
    qtbot.addWidget(card)
    card.show()
    since = clock.now()
    said = []
    for agreement, again in ((Agreement.RECONCILE, 0), (Agreement.RECONCILED, 3)):
        history = ServerHistory(agreement, since, again)
        card.show_state(replace(CALM, history=history))
        assert card._restored.isVisible()
        said.append(card._restored.text())
    assert "nothing is deleted" in said[0]
    assert "3 lost actions" in said[1]
    card.show_state(replace(CALM, mode=SyncMode.STOPPED, code="sync.server_behind"))
    assert not card._restored.isVisible(), "the error says it"
    assert "sync.server_behind" in card._why.text()


def test_refused_action_says_what_why_and_what_to_do(
    qtbot: QtBot, application: QApplication
) -> None:
    row = RejectedRow(
        "e", "deliberation_signed", "s", None, None, "2026-11-04", clock.now(),
        "workflow.stale_base", {"number": "2026-11-04"}, "",
    )  # fmt: skip
    card = RefusedCard(row)
    qtbot.addWidget(card)
    texts = " ".join(each.text() for each in card.findChildren(type(label(""))))
    assert "Signing a deliberation" in texts
    assert "workflow.stale_base" in texts
    understood: list[str] = []
    card.understood.connect(understood.append)
    card.understood.emit(row.event_id)
    assert understood == ["e"]


def test_being_offline_is_quiet(desk: Desk) -> None:
    until(lambda: not desk.shell.driver.under_way, "the exchange")
    until(lambda: "ffline" in desk.shell._lines[0].text(), "the line")
    assert QApplication.activeModalWidget() is None


def test_an_action_starts_an_exchange_after_a_moment(desk: Desk, town: Town) -> None:
    until(lambda: not desk.shell.driver.under_way, "the first exchange")
    sitting_id = town.sittings.council.sitting_id
    desk.background.in_store(
        lambda: desk.session.announcer.announce(desk.session.reading.acknowledge(sitting_id))
    )
    until(lambda: desk.shell.driver.under_way, "the exchange")
    until(lambda: not desk.shell.driver.under_way, "its end")
    until(lambda: "1 action" in desk.shell._lines[0].text(), "what waits")


def test_what_the_person_wants_to_read_is_fetched_at_once(desk: Desk) -> None:
    until(lambda: not desk.shell.driver.under_way, "the first exchange")
    desk.background.in_store(lambda: desk.session.announcer.announce(Changes(awaited=True)))
    until(lambda: desk.shell.driver.under_way, "the exchange")
    until(lambda: not desk.shell.driver.under_way, "its end")


def test_a_turn_is_kept_though_the_routine_comes_later(desk: Desk) -> None:
    driver = desk.shell.driver
    until(lambda: not driver.under_way, "the first exchange")
    driver._ended(SyncReport(later=3, next_in=7, retry_after=60))
    # A coarse timer of Qt may end a twentieth later.
    assert 6000 < driver._routine.remainingTime() <= 7350
    driver._ended(SyncReport(retry_after=60))
    assert driver._routine.remainingTime() >= 59_000


def test_asking_while_one_runs_makes_one_more_not_two_at_once(desk: Desk) -> None:
    driver = desk.shell.driver
    until(lambda: not driver.under_way, "the first exchange")
    driver.sync_now()
    driver.sync_now()
    driver.sync_now()
    assert driver.under_way
    until(lambda: not driver.under_way, "all of them")


def test_state_screen_follows_the_exchange(desk: Desk) -> None:
    desk.shell.navigator.state()
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, StateView)
    card = screen._parts[0].card
    until(lambda: card._title.text() == "Offline", "the state")
    assert "Last contact" in card._sentences[0].text()
