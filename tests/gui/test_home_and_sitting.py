"""Home says what needs the person and where to go; a sitting tells its state."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.services.read_models import TodoKind, TodoRow
from tests.gui.conftest import Desk, Town
from tests.gui.patience import until
from ui.home.home_rows import todo_row
from ui.home.home_view import HomeView
from ui.models.rows import Row
from ui.navigation import DocumentRoute, HomeRoute, SearchRoute, SittingRoute, StateRoute
from ui.sitting.sitting_view import SittingScreen
from ui.widgets.confirm import ConfirmDialog
from ui.widgets.fields import SearchField
from ui.widgets.flow_list import FlowList


def rows_of(screen: QWidget, name: str) -> tuple[Row, ...]:
    return next(
        each.rows for each in screen.findChildren(FlowList) if each.accessibleName() == name
    )


def choose(screen: QWidget, name: str, place: int) -> None:
    rows = next(each for each in screen.findChildren(FlowList) if each.accessibleName() == name)
    rows.chosen.emit(rows.rows[place].key)


def home(desk: Desk) -> HomeView:
    front = desk.shell.stack.front
    assert isinstance(front, HomeView)
    return front


def open_sitting(desk: Desk, sitting_id: str) -> SittingScreen:
    desk.shell.navigator.sitting(sitting_id)
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, SittingScreen)
    return front


def test_home_begins_with_what_needs_the_person(desk: Desk) -> None:
    titles = [row.title for row in rows_of(home(desk), "To do")]
    assert titles[0] == "Sign 1 deliberation"
    assert titles.count("Acknowledge the convocation") == 3


def test_next_sittings_of_all_assemblies_stand_in_one_list_by_date(desk: Desk) -> None:
    rows = rows_of(home(desk), "Next sittings")
    assert [row.badge.short_name for row in rows if row.badge] == ["CAO", "CM", "Bureau"]
    assert len({row.badge.colour for row in rows if row.badge}) == 3


def test_missing_bytes_are_named(desk: Desk) -> None:
    row = rows_of(home(desk), "Next sittings")[2]
    assert any("to come" in chip.text for chip in row.chips)


def test_row_leads_to_its_sitting_and_back_returns(desk: Desk, town: Town) -> None:
    choose(home(desk), "Next sittings", 1)
    assert desk.shell.navigator.route == SittingRoute(town.sittings.council.sitting_id)
    desk.shell.navigator.back()
    assert desk.shell.navigator.route == HomeRoute()


@pytest.mark.parametrize(
    ("kind", "count", "route"),
    [
        (TodoKind.REJECTED, 1, StateRoute()),
        (TodoKind.ACKNOWLEDGE, 1, SittingRoute("s")),
        (TodoKind.MODIFIED, 1, DocumentRoute("d")),
        (TodoKind.MODIFIED, 3, SittingRoute("s")),
    ],
)
def test_each_thing_to_do_leads_to_where_it_is_done(
    desk: Desk, kind: TodoKind, count: int, route: object
) -> None:
    badge = desk.background.in_store(desk.session.reading.home).todo[0].assembly
    todo = TodoRow(kind, "Titre", badge, None, "s", document_id="d", event_id="e", count=count)
    assert todo_row(todo).key == route


def test_sitting_lists_convocation_items_and_annexes_in_order(desk: Desk, town: Town) -> None:
    rows = rows_of(open_sitting(desk, town.sittings.council.sitting_id), "Agenda")
    assert rows[0].title == "Convocation"
    assert [row.lead for row in rows if row.lead] == ["1", "2", "3", "4", "5", "6", "7"]
    assert rows[3].indent == 1
    assert rows[-1].key is None
    assert "no document" in rows[-1].detail


def test_unread_document_is_strong_and_said(desk: Desk, town: Town) -> None:
    screen = open_sitting(desk, town.sittings.council.sitting_id)
    row = rows_of(screen, "Agenda")[1]
    assert row.strong
    assert row.spoken == "not read"
    document = town.sittings.council.documents[1]
    desk.background.in_store(
        lambda: desk.session.announcer.announce(
            desk.session.reading.mark_opened(document.document_id, document.current.sha256)
        )
    )
    until(lambda: rows_of(screen, "Agenda")[1].spoken == "read", "the row")
    assert not rows_of(screen, "Agenda")[1].strong


def test_field_narrows_the_agenda_and_offers_the_texts(
    desk: Desk, town: Town, qtbot: QtBot
) -> None:
    screen = open_sitting(desk, town.sittings.council.sitting_id)
    field = screen.findChild(SearchField)
    field.setText("vœu FERROVIAIRE")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    titles = [row.title for row in rows_of(screen, "Agenda")]
    assert titles == ["Vœu relatif au maintien de la ligne ferroviaire"]
    choose(screen, "In the texts", 0)
    assert desk.shell.navigator.route == SearchRoute("vœu FERROVIAIRE")


def acknowledge_button(screen: QWidget) -> QPushButton:
    return next(
        each
        for each in screen.findChildren(QPushButton)
        if each.accessibleName() == "Acknowledge the convocation"
    )


def test_acknowledging_asks_once_then_tells_when(desk: Desk, town: Town, qtbot: QtBot) -> None:
    screen = open_sitting(desk, town.sittings.council.sitting_id)
    pressed = acknowledge_button(screen)
    qtbot.mouseClick(pressed, Qt.MouseButton.LeftButton)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    qtbot.mouseClick(dialog.yes, Qt.MouseButton.LeftButton)
    until(lambda: not pressed.isVisible(), "the answer")
    view = desk.background.in_store(
        lambda: desk.session.reading.sitting(town.sittings.council.sitting_id)
    )
    assert view.row.acknowledged_at is not None


def test_not_now_changes_nothing(desk: Desk, town: Town, qtbot: QtBot) -> None:
    screen = open_sitting(desk, town.sittings.council.sitting_id)
    qtbot.mouseClick(acknowledge_button(screen), Qt.MouseButton.LeftButton)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    desk.settle()
    view = desk.background.in_store(
        lambda: desk.session.reading.sitting(town.sittings.council.sitting_id)
    )
    assert view.row.acknowledged_at is None


def test_a_past_sitting_asks_for_nothing(desk: Desk, town: Town) -> None:
    screen = open_sitting(desk, town.sittings.past.sitting_id)
    assert not acknowledge_button(screen).isVisible()


def test_a_sitting_that_is_gone_is_told_in_the_screen(desk: Desk) -> None:
    screen = open_sitting(desk, "00000000-0000-7000-8000-00000000dead")
    assert "sitting" in screen._error.accessibleName().lower()
