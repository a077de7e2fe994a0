"""The window never stops for long: on a book of 350 pages, on a plan, on a page full of ink."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from boardpack.annotation.anchor import anchor_area
from boardpack.annotation.note import Box, InkPoint, InkStroke, Note, NoteKind
from boardpack.domain import clock, ids
from tests.conftest import CORPUS
from tests.gui.patience import turn, until
from tests.gui.reader_desk import OpenReader, ReaderDesk, reader_desks
from tests.gui.watchdog import LONGEST_MS, longest_work
from tests.helpers.documents import many_pages_pdf
from ui.reader.layout import Fit
from ui.reader.side_panel import Part

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture
def open_reader(application: QApplication, tmp_path: Path) -> Iterator[OpenReader]:
    yield from reader_desks(tmp_path)


@pytest.fixture
def book(open_reader: OpenReader) -> ReaderDesk:
    """A book whose reader was opened once: icons and fonts are loaded, the worker runs."""
    desk = open_reader([(CORPUS / "pdf" / "pdf.js__freeculture.pdf").read_bytes()])
    desk.open()
    desk.leave()
    turn()
    return desk


def test_opening_a_book_does_not_stop_the_window(book: ReaderDesk) -> None:
    assert longest_work(book.open, before=book.leave) < LONGEST_MS
    assert len(book.reading.parts.view.boxes) == 352


def test_scrolling_and_zooming_a_book_does_not_stop_the_window(book: ReaderDesk) -> None:
    view = book.open().parts.view
    bar = view.verticalScrollBar()

    def begin() -> None:
        view.set_fit(Fit.WIDTH)
        bar.setValue(0)
        book.settle()

    def scroll_and_zoom() -> None:
        for step in (24, 700, 5000):
            for _ in range(40):
                bar.setValue(bar.value() + step)
                turn(1)
        for factor in (1.2, 1 / 1.2):
            for _ in range(6):
                view.set_zoom(view.zoom * factor)
                turn(1)
        view.set_fit(Fit.PAGE)
        book.settle()

    assert longest_work(scroll_and_zoom, before=begin) < LONGEST_MS
    assert view.current > 100


def test_searching_a_book_does_not_stop_the_window(book: ReaderDesk) -> None:
    reader = book.open()
    find = reader.parts.side.find

    def begin() -> None:
        assert reader.search_field() is not None
        find.field.clear()
        until(lambda: "500 results" not in find._count.text(), "nothing")

    def search() -> None:
        find.field.setText("the")
        until(lambda: "500 results" in find._count.text(), "the results")
        for _ in range(20):
            find.go_on()
            turn(1)
        book.settle()

    assert longest_work(search, before=begin) < LONGEST_MS


def test_small_pages_of_a_book_do_not_stop_the_window(book: ReaderDesk) -> None:
    reader = book.open()

    def look_through() -> None:
        reader.parts.open_panel(Part.PAGES)
        until(lambda: reader.parts.side.thumbnails.model.has(3), "small pages")
        bar = reader.parts.side.thumbnails.list.verticalScrollBar()
        for _ in range(30):
            bar.setValue(bar.value() + 900)
            turn(1)

    assert longest_work(look_through) < LONGEST_MS


def test_a_plan_of_vectors_does_not_stop_the_window(open_reader: OpenReader) -> None:
    desk = open_reader([(CORPUS / "pdf" / "generated__plan_a0_vector.pdf").read_bytes()])
    desk.open()

    def leave() -> None:
        desk.leave()
        turn()

    def look_closely() -> None:
        reader = desk.open()
        view = reader.parts.view
        view.set_zoom(2.0)
        until(lambda: (now := view.renderer.cache.sharp(0)) is not None and not now.whole, "a part")
        reader.deeds.show_text(on=True)
        until(lambda: len(reader.parts.text._starts) == 3000, "every word")

    assert longest_work(look_closely, before=leave) < LONGEST_MS


def drawing(desk: ReaderDesk, page: int, strokes: int) -> Note:
    """A page full of handwriting with pressure."""
    document = desk.dossier.documents[0]

    def stroke(number: int) -> InkStroke:
        x, y = 40 + number % 20 * 26, 60 + number // 20 * 40
        return InkStroke(
            tuple(
                InkPoint(x + 0.6 * t, y + 9 * math.sin(t / 4 + number), 0.2 + 0.02 * t, 8.0 * t)
                for t in range(30)
            )
        )

    now = clock.now()
    return Note(
        note_id=ids.new_id(),
        document_id=document.document_id,
        version_sha256=document.current.sha256,
        sitting_id=desk.dossier.sitting_id,
        kind=NoteKind.INK,
        author_id=desk.session.me.official_id,
        created=now,
        modified=now,
        colour="navy",
        width=1.5,
        anchor=anchor_area(page, Box(40, 60, 560, 800)),
        strokes=tuple(stroke(number) for number in range(strokes)),
    )


def test_pages_full_of_ink_do_not_stop_the_window(open_reader: OpenReader) -> None:
    desk = open_reader([many_pages_pdf(6)])
    note = drawing(desk, 0, 200)
    for page in range(6):
        moved = replace(note, note_id=ids.new_id(), anchor=replace(note.anchor, page_index=page))
        desk.in_store(lambda moved=moved: desk.session.notes.save(moved))
    desk.open()

    def leave() -> None:
        desk.leave()
        turn()

    def look_through() -> None:
        view = desk.open().parts.view
        bar = view.verticalScrollBar()
        for _ in range(60):
            bar.setValue(bar.value() + 120)
            turn(1)
        desk.settle()

    assert longest_work(look_through, before=leave) < LONGEST_MS
    assert len(desk.reading.parts.notebook.all()) == 6
