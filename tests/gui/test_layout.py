"""Nothing is cut: at every size, theme layout and text size, in both languages, on every screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from boardpack.services.preferences import Layout, Preferences
from tests.gui.conftest import Desk, OpenDesk, Town
from tests.gui.patience import settle, turn
from ui.entry.first_start import FirstStart
from ui.language import speak
from ui.navigation import HomeRoute, Route, SearchRoute, SettingsRoute, SittingRoute, StateRoute
from ui.secretariat.foot import Foot
from ui.theme import Appearance, appearance_of, install, look
from ui.widgets.buttons import button
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.page import Page

WIDE, TALL = QSize(1280, 800), QSize(800, 1280)
VARIANTS = [
    pytest.param(WIDE, 100, Layout.MOUSE, "en", id="wide"),
    pytest.param(WIDE, 200, Layout.MOUSE, "fr", id="wide-200-fr"),
    pytest.param(TALL, 100, Layout.TOUCH, "fr", id="tall-fr"),
    pytest.param(TALL, 200, Layout.TOUCH, "fr", id="tall-200-fr"),
    pytest.param(TALL, 200, Layout.TOUCH, "en", id="tall-200"),
]


def too_small(widget: QWidget) -> bool:
    """Tell whether a widget that shows text has too little room for it."""
    need = widget.sizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    if isinstance(widget, FlowList):
        return widget.rows_height(widget.width()) != widget.height()
    return need.width() > widget.width() + 1 or need.height() > widget.height() + 1


def cut(widget: QWidget) -> Iterator[str]:
    """Yield what is cut of the visible texts under `widget`."""
    for each in widget.findChildren(QWidget):
        if not each.isVisible() or isinstance(each, ElidedLabel):
            continue
        if isinstance(each, QLabel | QAbstractButton) and not each.text():
            continue
        if isinstance(each, QLabel | QAbstractButton | FlowList) and too_small(each):
            text = each.accessibleName() if isinstance(each, FlowList) else each.text()
            yield f"{type(each).__name__} {text!r}: {each.sizeHint()} in {each.size()}"


def sideways(widget: QWidget) -> Iterator[str]:
    """Yield pages whose content is wider than they are: it could not be reached."""
    for page in widget.findChildren(Page):
        inside = page.widget()
        if page.isVisible() and inside is not None and inside.width() > page.viewport().width() + 1:
            yield f"{page.accessibleName()}: {inside.width()} > {page.viewport().width()}"


def check(desk: Desk, size: QSize, where: object) -> None:
    desk.settle()
    turn(30)
    assert desk.window.size() == size, f"{where} makes the window grow"
    assert not [*cut(desk.window), *sideways(desk.window)], where


def dress(desk: Desk, size: QSize, preferences: Preferences) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    speak(application, preferences.language)
    look().apply(appearance_of(preferences))
    desk.window.resize(size)


@pytest.mark.parametrize(("size", "scale", "layout", "language"), VARIANTS)
def test_nothing_is_cut_in_a_session(
    open_desk: OpenDesk, town: Town, size: QSize, scale: int, layout: Layout, language: str
) -> None:
    desk = open_desk(town.folder)
    preferences = Preferences(language=language, text_scale=scale, layout=layout)
    dress(desk, size, preferences)
    check(desk, size, "unlock")
    desk.unlock(preferences)
    places: tuple[Route, ...] = (
        HomeRoute(),
        SittingRoute(town.sittings.council.sitting_id),
        SittingRoute(town.sittings.bureau.sitting_id),
        SearchRoute("budget"),
        StateRoute(),
        SettingsRoute(),
    )
    for route in places:
        desk.shell.navigator.open(route)
        desk.settle()
        check(desk, size, route)


@pytest.mark.parametrize(("size", "scale", "layout", "language"), VARIANTS)
def test_nothing_is_cut_at_the_first_start(
    open_desk: OpenDesk, tmp_path: Path, size: QSize, scale: int, layout: Layout, language: str
) -> None:
    desk = open_desk(tmp_path / "new")
    dress(desk, size, Preferences(language=language, text_scale=scale, layout=layout))
    check(desk, size, "code")
    first = desk.window.centralWidget().currentWidget()
    assert isinstance(first, FirstStart)
    first._ask_secret(first._service.check_code("ABCD-EFGH-JKMN", "actes.exemple.fr"))
    settle(desk.background)
    check(desk, size, "secret")


def test_text_size_can_change_under_an_open_screen(desk: Desk) -> None:
    for scale in (200, 100, 150):
        look().apply(appearance_of(Preferences(text_scale=scale, layout=Layout.MOUSE)))
        check(desk, desk.window.size(), scale)


@pytest.mark.parametrize("sentence", ["Ready to be sent", "3 things to correct before sending"])
def test_foot_is_as_high_as_its_lines(
    qtbot: QtBot, application: QApplication, sentence: str
) -> None:
    install(application, Appearance(text_scale=2.0, touch=True))
    window = QWidget()
    qtbot.addWidget(window)
    names = ("Abandonner ce brouillon", "Relire les fichiers", "Envoyer…")
    foot = Foot(*(button(name, icon="send") for name in names))
    column = QVBoxLayout(window)
    column.addWidget(Page("What stands above"), 1)
    column.addWidget(foot)
    look().dress(window)
    foot.say(sentence, "14 items · 23 documents")
    window.resize(800, 900)
    window.show()
    turn(30)
    assert not [*cut(window)]
    last = foot.findChildren(QPushButton)[-1]
    assert last.mapTo(foot, last.rect().bottomRight()).y() < foot.height()


def test_page_ends_where_its_content_ends(qtbot: QtBot, application: QApplication) -> None:
    page = Page("A page of short lines")
    look().dress(page)
    qtbot.addWidget(page)
    for _line in range(8):
        page.body.addWidget(label("One line here; in a narrow window it would be three of them"))
    page.resize(900, 400)
    page.show()
    turn(30)
    assert page.verticalScrollBar().maximum() == 0
