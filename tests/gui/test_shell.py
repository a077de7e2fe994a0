"""The frame: entries by role, keys that work anywhere, portrait, what is kept alive."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from boardpack.services.changes import Changes
from tests.gui.conftest import Desk, Town
from tests.gui.patience import turn, until
from ui.navigation import (
    HomeRoute,
    NotesRoute,
    SearchRoute,
    SettingsRoute,
    SittingRoute,
    StateRoute,
)
from ui.shell.rail import RailButton, entries
from ui.shell.stack import ALIVE


def names(*, signs: bool, prepares: bool) -> list[str]:
    return [entry.name for entry in entries(signs=signs, prepares=prepares)]


def test_entries_exist_only_for_those_who_have_the_role() -> None:
    assert names(signs=False, prepares=False) == ["Home", "My notes", "Search", "Settings"]
    assert "To sign" in names(signs=True, prepares=False)
    assert "Secretariat" in names(signs=False, prepares=True)
    assert len(names(signs=True, prepares=True)) == 6


def shown_rail(desk: Desk) -> list[RailButton]:
    return [each for each in desk.shell.findChildren(RailButton) if each.isVisible()]


def test_rail_marks_where_one_is(desk: Desk, town: Town, qtbot: QtBot) -> None:
    settings = next(each for each in shown_rail(desk) if each.text() == "Settings")
    qtbot.mouseClick(settings, Qt.MouseButton.LeftButton)
    assert desk.shell.navigator.route == SettingsRoute()
    assert settings.isChecked()
    desk.shell.navigator.sitting(town.sittings.council.sitting_id)
    assert [each.text() for each in shown_rail(desk) if each.isChecked()] == ["Settings"]


def test_alt_left_goes_back(desk: Desk, qtbot: QtBot) -> None:
    desk.shell.navigator.settings()
    qtbot.keyClick(desk.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert desk.shell.navigator.route == HomeRoute()


def test_ctrl_f_goes_to_the_field_of_the_screen_or_to_search(
    desk: Desk, town: Town, qtbot: QtBot
) -> None:
    qtbot.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert desk.shell.navigator.route == SearchRoute()
    desk.shell.navigator.sitting(town.sittings.council.sitting_id)
    desk.settle()
    qtbot.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    focus = QApplication.focusWidget()
    assert focus is desk.shell.stack.front.search_field()


def test_f6_goes_round_every_pane_and_comes_back(desk: Desk, qtbot: QtBot) -> None:
    desk.window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.window)
    desk.shell._side.first().setFocus()
    start = QApplication.focusWidget()
    seen = []
    for _ in range(8):
        qtbot.keyClick(desk.window, Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
        if seen[-1] is start:
            break
    assert seen[-1] is start
    assert len(set(seen)) == len(seen) >= 3


def test_rail_goes_to_the_bottom_in_portrait(desk: Desk) -> None:
    desk.window.resize(800, 1280)
    turn(20)
    assert desk.shell._bottom.isVisible()
    assert not desk.shell._side.isVisible()
    assert desk.shell._strip.isVisible()
    desk.window.resize(1280, 800)
    turn(20)
    assert desk.shell._side.isVisible()
    assert not desk.shell._strip.isVisible()


def test_state_line_leads_to_everything_about_the_exchange(desk: Desk, qtbot: QtBot) -> None:
    line = desk.shell._lines[0]
    qtbot.waitUntil(lambda: bool(line.text()))
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert desk.shell.navigator.route == StateRoute()


def test_back_finds_a_screen_as_it_was(desk: Desk, town: Town) -> None:
    desk.shell.navigator.sitting(town.sittings.council.sitting_id)
    screen = desk.shell.stack.front
    desk.shell.navigator.settings()
    desk.shell.navigator.back()
    assert desk.shell.stack.front is screen


def test_only_the_last_screens_are_kept_alive(desk: Desk, town: Town) -> None:
    for route in (NotesRoute(), SettingsRoute(), StateRoute(), SearchRoute(), SearchRoute("a")):
        desk.shell.navigator.open(route)
    for each in (town.sittings.council, town.sittings.past, town.sittings.tenders):
        desk.shell.navigator.sitting(each.sitting_id)
    desk.settle()
    assert desk.shell.stack.count() <= ALIVE
    for _ in range(20):
        desk.shell.navigator.back()
    desk.settle()
    assert desk.shell.navigator.route == HomeRoute()
    assert desk.shell.stack.front.title() == "Home"


def test_changes_reach_living_screens_once_for_many_announcements(desk: Desk) -> None:
    seen: list[Changes] = []
    desk.shell.bridge.changed.connect(seen.append)
    for name in "abc":
        desk.session.announcer.announce(Changes(sittings=frozenset(name)))
    until(lambda: bool(seen), "the changes")
    turn(100)
    assert [each.sittings for each in seen] == [frozenset("abc")]


def test_every_control_has_a_name(desk: Desk, town: Town) -> None:
    places = (
        HomeRoute(),
        SittingRoute(town.sittings.council.sitting_id),
        SettingsRoute(),
        SearchRoute(),
        StateRoute(),
    )
    for route in places:
        desk.shell.navigator.open(route)
        desk.settle()
        for each in desk.window.findChildren(QToolButton):
            if each.isVisible():
                assert each.accessibleName(), (route, each.parent())


@pytest.mark.parametrize("text", ["Back"])
def test_back_is_hidden_only_where_there_is_nothing_to_come_back_to(desk: Desk, text: str) -> None:
    back = next(
        each for each in desk.shell.findChildren(QToolButton) if each.accessibleName() == text
    )
    assert not back.isVisible()
    desk.shell.navigator.settings()
    assert back.isVisible()
