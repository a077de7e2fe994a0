"""Settings show at once and are kept; searching answers the last question, by sitting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from boardpack.messages import language
from boardpack.services.preferences import Layout, Theme
from boardpack.services.read_models import AssemblyBadge, SearchHit, SearchResult
from tests.gui.conftest import Desk, Town
from tests.gui.furnished import SECRET
from tests.gui.patience import until
from ui.entry.secret_field import SecretField
from ui.navigation import DocumentRoute, SearchRoute, SittingRoute
from ui.search import search_rows
from ui.search.search_view import SearchView
from ui.settings.settings_view import SettingsView
from ui.theme import look
from ui.widgets.labels import label


def settings(desk: Desk) -> SettingsView:
    desk.shell.navigator.settings()
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, SettingsView)
    return front


def answer(screen: QWidget, name: str) -> QPushButton:
    return next(
        each
        for each in screen.findChildren(QPushButton)
        if each.isCheckable() and each.text().replace("\u00a0", " ") == name
    )


@pytest.mark.parametrize(
    ("name", "theme"), [("Dark", Theme.DARK), ("High contrast", Theme.CONTRAST)]
)
def test_theme_shows_at_once_and_is_kept(desk: Desk, name: str, theme: Theme) -> None:
    answer(settings(desk), name).click()
    until(lambda: look().name is theme, "the theme")
    assert desk.background.in_store(desk.session.preferences.get).theme is theme


def test_text_size_and_touch_show_at_once(desk: Desk) -> None:
    screen = settings(desk)
    answer(screen, "200 %").click()
    until(lambda: look().metrics.scale == 2.0, "the text size")
    answer(screen, "For the finger").click()
    until(lambda: look().appearance.touch, "the layout")
    kept = desk.background.in_store(desk.session.preferences.get)
    assert (kept.text_scale, kept.layout) == (200, Layout.TOUCH)


def test_another_language_speaks_at_once_and_stays_in_the_settings(desk: Desk) -> None:
    before = desk.shell
    answer(settings(desk), "Français").click()
    until(lambda: desk.shell is not before, "the other language")
    desk.settle()
    assert language() == "fr"
    assert isinstance(desk.shell.stack.front, SettingsView)
    assert answer(desk.shell.stack.front, "Français").isChecked()


def test_choices_show_what_is_in_force(desk: Desk) -> None:
    screen = settings(desk)
    assert answer(screen, "Light").isChecked()
    assert answer(screen, "100 %").isChecked()
    assert answer(screen, "English").isChecked()


def change_secret(desk: Desk, screen: SettingsView, old: str, new: str, again: str) -> None:
    section = screen._secret
    section._open()
    for field, text in ((section._old, old), (section._new, new), (section._again, again)):
        assert isinstance(field, SecretField)
        field.line.setText(text)
    section._submit()
    desk.settle()


NEW = "encore quatre autres mots"


def test_secret_is_changed(desk: Desk) -> None:
    screen = settings(desk)
    change_secret(desk, screen, SECRET, NEW, NEW)
    until(screen._secret._done.isVisible, "the change")
    assert screen._secret._new.text == ""
    desk.window.lock()
    until(lambda: desk.program.session is None, "the lock")
    desk.background.in_store(lambda: desk.program.unlock(NEW))


def test_wrong_present_secret_changes_nothing(desk: Desk) -> None:
    screen = settings(desk)
    change_secret(desk, screen, "not this one", NEW, NEW)
    until(screen._secret._error.isVisible, "the error")
    assert not screen._secret._done.isVisible()


def test_new_secret_typed_differently_is_told(desk: Desk) -> None:
    screen = settings(desk)
    change_secret(desk, screen, SECRET, NEW, "x")
    assert screen._secret._again._wrong.isVisible()


def test_settings_tell_server_room_and_licence(desk: Desk) -> None:
    screen = settings(desk)

    def texts() -> str:
        return " ".join(each.text() for each in screen.findChildren(type(label(""))))

    until(lambda: "PyMuPDF" in texts() and "encrypted" in texts(), "what is looked up")
    for part in ("127.0.0.1:9", "Claire Dumas", "Affero"):
        assert part in texts(), part


def search(desk: Desk, words: str) -> SearchView:
    desk.shell.navigator.search(words)
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, SearchView)
    return front


def test_results_stand_by_sitting_and_lead_to_the_page(desk: Desk) -> None:
    screen = search(desk, "ferroviaire")
    sections = screen._sections()
    assert len(sections) == 2  # the coming council and the past one
    row = next(row for row in sections[0].list.rows if "page 1" in row.detail)
    assert "\u2068" in row.quote
    sections[0].list.chosen.emit(row.key)
    route = desk.shell.navigator.route
    assert isinstance(route, DocumentRoute)
    assert route.page == 0


def test_typing_goes_on_and_back_returns_to_the_words(desk: Desk, qtbot: QtBot) -> None:
    screen = search(desk, "")
    qtbot.keyClicks(screen._field, "budget")
    qtbot.keyClick(screen._field, Qt.Key.Key_Return)
    until(lambda: bool(screen._sections()), "the results")
    assert desk.shell.navigator.route == SearchRoute("budget")
    desk.shell.navigator.settings()
    desk.shell.navigator.back()
    assert desk.shell.stack.front is screen


def test_nothing_found_is_said(desk: Desk) -> None:
    screen = search(desk, "zzzyx")
    until(lambda: "zzzyx" in screen._empty._title.text(), "the answer")
    assert screen._empty.isVisible()


def test_question_without_letters_is_told_calmly(desk: Desk) -> None:
    screen = search(desk, "!!!")
    until(screen._error.isVisible, "the answer")


def hit(desk: Desk, town: Town) -> SearchHit:
    council = town.sittings.council
    return SearchHit(
        document_id="d",
        sha256="0" * 64,
        sitting_id=council.sitting_id,
        sitting_title=council.title,
        sitting_starts_at=council.starts_at,
        assembly=AssemblyBadge("conseil", "Conseil municipal", "CM", 0, "Saint-Aubin"),
        item_number=2,
        document_title="Rapport",
        page=3,
        snippet="",
        is_current=True,
    )


def test_older_version_opens_itself_and_says_so(desk: Desk, town: Town) -> None:
    row = search_rows.hit_row(replace(hit(desk, town), is_current=False))
    assert row.key == DocumentRoute("d", "0" * 64, 3)
    assert [chip.text for chip in row.chips] == ["Older version"]


def test_title_of_a_sitting_leads_to_the_sitting(desk: Desk, town: Town) -> None:
    row = search_rows.hit_row(replace(hit(desk, town), document_id="", document_title="", page=-1))
    assert row.key == SittingRoute(town.sittings.council.sitting_id)


def test_what_was_not_searched_is_named() -> None:
    said = search_rows.remarks(SearchResult((), scans=1, unindexed=2, more=True))
    assert all(part in said for part in ("1 document is a scan", "2 documents", "best results"))
