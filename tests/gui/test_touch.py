"""A finger pushes the page from anywhere on it, and a tap on a row still chooses it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.patience import turn, until
from ui.models.rows import Row
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


def finger() -> QPointingDevice:
    """Return a touch screen."""
    return QTest.createTouchDevice(QInputDevice.DeviceType.TouchScreen)


def long_page(qtbot: QtBot) -> tuple[Page, ListSection]:
    page = Page("Page")
    qtbot.addWidget(page)
    section = ListSection("Liste")
    page.body.addWidget(section)
    page.resize(600, 400)
    section.set_rows([Row(number, f"Point {number}") for number in range(60)])
    page.show()
    qtbot.waitExposed(page)
    turn(20)
    assert page.verticalScrollBar().maximum() > 500
    return page, section


def test_finger_pushes_the_page_from_a_list(application: QApplication, qtbot: QtBot) -> None:
    page, section = long_page(qtbot)
    chosen: list[object] = []
    section.chosen.connect(chosen.append)
    device, target = finger(), section.list.viewport()
    start = QPoint(200, 300)
    QTest.touchEvent(target, device).press(0, start, target).commit()
    for step in range(1, 12):
        turn(10)
        QTest.touchEvent(target, device).move(0, start - QPoint(0, 20 * step), target).commit()
    QTest.touchEvent(target, device).release(0, start - QPoint(0, 220), target).commit()
    until(lambda: page.verticalScrollBar().value() > 50, "the page to move")
    assert not chosen


def test_tap_on_a_row_chooses_it(application: QApplication, qtbot: QtBot) -> None:
    page, section = long_page(qtbot)
    chosen: list[object] = []
    section.chosen.connect(chosen.append)
    device, target = finger(), section.list.viewport()
    place = section.list.visualRect(section.list.model().index(2, 0)).center()
    QTest.touchEvent(target, device).press(0, place, target).commit()
    turn(30)
    QTest.touchEvent(target, device).release(0, place, target).commit()
    until(lambda: chosen == [2], "the choice")
    assert page.verticalScrollBar().value() == 0


def test_row_under_a_finger_is_high_enough(application: QApplication, qtbot: QtBot) -> None:
    _page, section = long_page(qtbot)
    row = section.list.visualRect(section.list.model().index(0, 0))
    assert row.height() >= 44
    assert Qt.FocusPolicy.TabFocus & section.list.focusPolicy()
