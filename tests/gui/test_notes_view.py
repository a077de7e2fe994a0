"""My notes: found by words and filters, opened at their place, exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from boardpack.annotation.note import NoteKind
from tests.gui.conftest import Desk, Town
from tests.gui.office_pictures import make_note
from ui.errors import ErrorPanel
from ui.models.rows import Row
from ui.navigation import DocumentRoute
from ui.notes.filters import NoteFilters
from ui.notes.notes_view import NotesView
from ui.widgets.empty import EmptyState
from ui.widgets.fields import SearchField
from ui.widgets.flow_list import FlowList


@pytest.fixture
def written(desk: Desk, town: Town) -> Desk:
    """Three notes on the council's first report."""
    session = desk.session
    view = desk.background.in_store(
        lambda: session.reading.sitting(town.sittings.council.sitting_id)
    )
    document = view.items[0].documents[0]
    for words in (
        (NoteKind.NOTE, "Demander le détail du lot 3", ""),
        (NoteKind.HIGHLIGHT, "", "arrêté à 412 000 €"),
        (NoteKind.INK, "", ""),
    ):
        note = make_note(session, document, words)
        desk.background.in_store(lambda note=note: session.notes.save(note))
    return desk


def open_notes(desk: Desk) -> NotesView:
    desk.shell.navigator.notes()
    desk.settle()
    front = desk.shell.stack.front
    assert isinstance(front, NotesView)
    return front


def rows(view: NotesView) -> list[Row]:
    lists = [each for each in view.findChildren(FlowList) if each.isVisible()]
    return [row for each in lists for row in each.rows]


def test_without_notes_the_room_says_what_will_be_here(desk: Desk) -> None:
    view = open_notes(desk)
    assert view.findChild(EmptyState).isVisible()
    assert not view.findChild(SearchField).isVisible()


def test_notes_are_found_by_words_without_accents(written: Desk) -> None:
    view = open_notes(written)
    assert len(rows(view)) == 3
    field = view.findChild(SearchField)
    field.setText("DETAIL")
    field.returnPressed.emit()
    assert [row.title for row in rows(view)] == ["Demander le détail du lot 3"]
    field.setText("introuvable")
    field.returnPressed.emit()
    assert rows(view) == []
    assert view.findChild(EmptyState).isVisible()


def test_a_pressed_filter_shows_only_its_kind(written: Desk) -> None:
    view = open_notes(written)
    filters = view.findChild(NoteFilters)
    filters.press(NoteKind.INK)
    assert [row.icon for row in rows(view)] == ["draw"]
    filters.press(NoteKind.HIGHLIGHT)
    assert len(rows(view)) == 2
    filters.press(NoteKind.INK, on=False)
    filters.press(NoteKind.HIGHLIGHT, on=False)
    assert len(rows(view)) == 3


def test_a_note_opens_its_document_at_its_place(written: Desk) -> None:
    view = open_notes(written)
    shown = next(each for each in view.findChildren(FlowList) if each.isVisible())
    QAbstractItemModelTester(shown.model(), view)
    shown.chosen.emit(shown.rows[0].key)
    route = written.shell.navigator.route
    assert isinstance(route, DocumentRoute)
    assert (route.page, route.note_id) == (0, shown.rows[0].key)


def test_a_note_that_arrives_moves_nothing(written: Desk, town: Town) -> None:
    written.window.resize(800, 420)
    view = open_notes(written)
    before = view.findChild(FlowList)
    bar = view._page.verticalScrollBar()
    bar.setValue(bar.maximum())
    kept = bar.value()
    view.opened()
    written.settle()
    assert view.findChild(FlowList) is before
    assert bar.value() == kept


def test_notes_are_exported_where_the_person_wants(
    written: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    view = open_notes(written)
    view.export_to(str(tmp_path / "notes.md"))
    written.settle()
    assert "Demander le détail du lot 3" in (tmp_path / "notes.md").read_text("utf-8")
    assert view._done.text() == "3 notes were saved."
    view.export_to(str(tmp_path / "no" / "notes.md"))
    written.settle()
    assert view.findChild(ErrorPanel).isVisible()
    assert QApplication.activeModalWidget() is None
