"""A failure says what happened, what is safe, what to do; its words never reach the log."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.workflow.transitions import StaleBaseError
from tests.gui.patience import turn
from ui.errors import ErrorDialog, ErrorPanel, show_error


def texts(widget: QWidget) -> str:
    return widget.accessibleName()


def test_panel_says_three_things_and_a_code(qtbot: QtBot, application: QApplication) -> None:
    panel = ErrorPanel(can_retry=True)
    qtbot.addWidget(panel)
    panel.show_error(StaleBaseError(number="4"))
    said = texts(panel)
    assert all(part.text() in said for part in (panel._title, panel._safe, panel._do))
    assert "workflow.stale_base" in panel._support.text()


def test_code_can_be_copied_and_the_act_tried_again(
    qtbot: QtBot, application: QApplication
) -> None:
    panel = ErrorPanel(can_retry=True)
    qtbot.addWidget(panel)
    panel.show_error(StaleBaseError(number="4"))
    tried: list[bool] = []
    panel.retry.connect(lambda: tried.append(True))
    for button in panel.findChildren(QPushButton):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "workflow.stale_base"
    assert tried == [True]


def test_panel_stays_until_it_is_cleared(qtbot: QtBot, application: QApplication) -> None:
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    panel.show_error(StaleBaseError(number="4"))
    turn(50)
    assert panel.isVisible()
    panel.clear()
    assert not panel.isVisible()


def test_dialog_opens_at_once_and_waits_for_the_person(
    qtbot: QtBot, application: QApplication
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    show_error(window, StaleBaseError(number="4"))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ErrorDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None


def fail(words: str) -> None:
    raise ValueError(f"{words} : huis clos")


def test_defect_is_logged_by_kind_and_place_without_its_words(
    qtbot: QtBot, application: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    panel = ErrorPanel()
    qtbot.addWidget(panel)
    try:
        fail("confidentiel")
    except ValueError as error:
        panel.show_error(error)
    assert "bug.unforeseen" in panel._support.text()
    assert "ValueError" in caplog.text
    assert "test_errors" in caplog.text
    assert "confidentiel : huis clos" not in caplog.text
