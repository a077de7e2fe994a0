"""Reading: pages, places, search, agenda, links, versions, and what cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from boardpack.annotation.note import NoteKind, WordRange
from boardpack.services.pages import Link
from tests.conftest import CORPUS
from tests.gui.patience import turn, until
from tests.gui.reader_desk import OpenReader, ReaderDesk, reader_desks
from tests.helpers.documents import (
    damaged_pdf,
    endless_pdf,
    linked_pdf,
    many_pages_pdf,
    scan_pdf,
    text_pdf,
)
from ui.navigation import DocumentRoute
from ui.reader.go_to import GoToDialog
from ui.reader.layout import ACTUAL_SIZE, Fit
from ui.reader.side_panel import Part
from ui.reader.toolbox import Tool
from ui.widgets.confirm import ConfirmDialog

LEFT = Qt.MouseButton.LeftButton
TWENTY = many_pages_pdf(20)
REPORT = text_pdf("Le conseil adopte la délibération\nDELIBERATION suivante", "Autre délibération")


@pytest.fixture
def open_reader(application: QApplication, tmp_path: Path) -> Iterator[OpenReader]:
    yield from reader_desks(tmp_path)


@pytest.fixture
def twenty(open_reader: OpenReader) -> ReaderDesk:
    made = open_reader([TWENTY])
    made.open()
    return made


def key(desk: ReaderDesk, pressed: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    view = desk.reading.parts.view
    QTest.keyClick(view, pressed, modifier or Qt.KeyboardModifier.NoModifier)


# --- pages and places ---


def test_a_document_opens_at_full_width_and_says_where_one_is(twenty: ReaderDesk) -> None:
    parts = twenty.reading.parts
    assert parts.view.fit is Fit.WIDTH
    assert parts.item_bar._page.text() == "p. 1/20"
    assert parts.item_bar._title.text() == "Item 1 · Rapport 1"
    assert parts.view.renderer.cache.sharp(0) is not None
    assert parts.view.renderer.cache.sharp(1) is not None, "the next page is rendered before"


def test_assistive_tools_find_a_document_named_by_its_page(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    spoken = QAccessible.queryAccessibleInterface(view)
    assert spoken.role() is QAccessible.Role.Document
    assert spoken.text(QAccessible.Text.Name) == "Page 1 of 20, item 1"
    view.go_to(2)
    assert spoken.text(QAccessible.Text.Name) == "Page 3 of 20, item 1"


def test_keys_move_over_the_pages(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    key(twenty, Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() > 500
    key(twenty, Qt.Key.Key_PageUp)
    assert view.verticalScrollBar().value() == 0
    key(twenty, Qt.Key.Key_End)
    assert view.current == 19
    key(twenty, Qt.Key.Key_Home)
    assert view.current == 0
    key(twenty, Qt.Key.Key_Down)
    assert 0 < view.verticalScrollBar().value() < 100


def test_the_pages_show_a_ring_to_those_who_came_by_keyboard(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    before = view.viewport().size()
    twenty.reading.parts.bar.search.setFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.property("ring")
    assert view.viewport().size() == before, "nothing moves"
    twenty.reading.parts.bar.search.setFocus()
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not view.property("ring")


def test_the_keyboard_reaches_tools_pages_and_panel(twenty: ReaderDesk) -> None:
    twenty.reading.parts.open_panel(Part.AGENDA)
    for pane in twenty.reading.panes():
        pane.setFocus(Qt.FocusReason.ShortcutFocusReason)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus is pane or pane.isAncestorOf(focus)


def test_escape_steps_back_one_thing_at_a_time(twenty: ReaderDesk) -> None:
    parts = twenty.reading.parts
    parts.open_panel(Part.NOTES)
    twenty.reading.deeds.choose(Tool.HIGHLIGHT)
    parts.view.setFocus()
    key(twenty, Qt.Key.Key_Escape)
    assert parts.tools.tool is Tool.READ
    assert parts.frame.panel_is_open
    key(twenty, Qt.Key.Key_Escape)
    assert not parts.frame.panel_is_open


def test_going_to_a_page_by_its_number(twenty: ReaderDesk) -> None:
    twenty.reading.parts.item_bar._page.click()
    dialog = twenty.reading.window().findChild(GoToDialog)
    assert dialog is not None
    dialog.field.setValue(13)
    dialog._go()
    assert twenty.reading.parts.view.current == 12
    assert twenty.reading.parts.item_bar._page.text() == "p. 13/20"


def test_the_place_is_remembered_and_found_again(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    view.set_zoom(1.3)
    view.go_to(7, 120.0)
    left = view.position()
    twenty.leave()
    again = twenty.open().parts.view
    assert again.position() == left
    assert (left.page, left.zoom) == (7, 1.3)
    assert left.top == pytest.approx(120, abs=1)


def test_fitting_the_width_is_remembered_as_such(twenty: ReaderDesk) -> None:
    twenty.reading.parts.view.go_to(3)
    twenty.leave()
    assert twenty.open().parts.view.fit is Fit.WIDTH
    assert twenty.reading.parts.view.current == 3


def test_the_place_is_written_a_few_seconds_after_a_move(twenty: ReaderDesk) -> None:
    keeper = twenty.reading.parts.keeper
    keeper.setInterval(10)
    twenty.reading.parts.view.go_to(5)
    until(lambda: not keeper.isActive(), "the place to be written")
    twenty.settle()
    document_id = twenty.dossier.documents[0].document_id
    kept = twenty.in_store(lambda: twenty.session.reading.open_document(document_id)).position
    assert kept is not None
    assert kept.page == 5


def test_a_route_may_name_the_page(open_reader: OpenReader) -> None:
    desk = open_reader([TWENTY])
    assert desk.open(page=11).parts.view.current == 11


def test_opening_is_recorded_once_the_page_was_seen(twenty: ReaderDesk) -> None:
    sitting = twenty.in_store(lambda: twenty.session.reading.sitting(twenty.dossier.sitting_id))
    assert sitting.items[0].documents[0].read


# --- zoom ---


def test_ctrl_and_wheel_zoom_around_the_pointer(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    at = twenty.place(0, 300, 200)
    before = view.zoom
    event = QWheelEvent(
        at,
        QPointF(view.viewport().mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 Qt's signature
    )
    QApplication.sendEvent(view.viewport(), event)
    spot = view.spot(at)
    assert view.zoom == pytest.approx(before * 1.2)
    assert spot is not None
    assert (spot.x, spot.y) == pytest.approx((300, 200), abs=1)


# Qt says so of the moment between the first finger and the second, on this platform only.
@pytest.mark.qt_log_ignore("could not find the target for gesture", extend=True)
def test_two_fingers_zoom(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    before = view.zoom
    viewport = view.viewport()
    touch = QTest.createTouchDevice()
    one, other = QPoint(500, 400), QPoint(600, 400)
    QTest.touchEvent(viewport, touch).press(0, one, viewport).commit()
    QTest.touchEvent(viewport, touch).stationary(0).press(1, other, viewport).commit()
    for step in range(1, 9):
        away = QPoint(10 * step, 0)
        event = QTest.touchEvent(viewport, touch)
        event.move(0, one - away, viewport).move(1, other + away, viewport).commit()
    event = QTest.touchEvent(viewport, touch)
    event.release(0, one - QPoint(80, 0), viewport).release(1, other + QPoint(80, 0), viewport)
    event.commit()
    assert view.zoom > 1.5 * before
    assert view.fit is Fit.FREE


def test_the_old_picture_is_stretched_until_the_sharp_one_is_there(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    old = view.renderer.cache.sharp(0)
    view.set_zoom(3.0)
    assert view.renderer.cache.sharp(0) is old
    assert view.viewport().grab().toImage().pixelColor(400, 400).name() == "#ffffff"
    until(lambda: view.renderer.cache.sharp(0) is not old, "the sharp picture")
    sharp = view.renderer.cache.sharp(0)
    assert sharp is not None
    assert sharp.scale == 3.0


def test_a_page_much_larger_than_the_screen_is_rendered_in_parts(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    view.set_zoom(6.0)
    until(lambda: (now := view.renderer.cache.sharp(0)) is not None and not now.whole, "a part")
    sharp = view.renderer.cache.sharp(0)
    assert sharp is not None
    seen = view.view_rect().translated(-view.desk.pages[0].x, -view.desk.pages[0].y)
    whole = view.desk.pages[0]
    assert sharp.area.contains(seen.intersected(sharp.area.united(seen)) & sharp.area)
    assert sharp.image.width() * sharp.image.height() < whole.width * whole.height / 2
    assert view.renderer.cache.preview(0) is not None, "something to show beside the part"


def test_buttons_and_keys_zoom(twenty: ReaderDesk) -> None:
    parts = twenty.reading.parts
    before = parts.view.zoom
    parts.bar.zoom_in.click()
    assert parts.view.zoom == pytest.approx(before * 1.2)
    key(twenty, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert parts.view.zoom == pytest.approx(ACTUAL_SIZE)
    assert parts.bar.zoom.text() == "100 %"
    key(twenty, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert parts.view.fit is Fit.PAGE
    placed = parts.view.desk.pages[0]
    assert placed.height <= parts.view.viewport().height()


def test_dark_pages_stay_dark_for_the_next_document(twenty: ReaderDesk) -> None:
    view = twenty.reading.parts.view
    twenty.reading.deeds.set_dark(dark=True)
    until(lambda: (now := view.renderer.cache.sharp(0)) is not None and now.dark, "a dark page")
    assert view.viewport().grab().toImage().pixelColor(300, 300).lightness() < 60
    twenty.leave()
    again = twenty.open().parts.view.renderer.cache.sharp(0)
    assert again is not None
    assert again.dark


# --- search ---


def find(desk: ReaderDesk, query: str) -> None:
    panel = desk.reading.parts.side.find
    desk.reading.search_field()
    panel.field.setText(query)
    panel.field.returnPressed.emit()
    desk.settle()


def test_search_pays_no_heed_to_accents_and_goes_round(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    desk.open()
    find(desk, "deliberation")
    parts = desk.reading.parts
    assert parts.side.find._count.text() == "1 of 3 results"
    assert set(parts.view.painter.layers.hits) == {0, 1}
    QTest.keyClick(parts.view, Qt.Key.Key_F3)
    QTest.keyClick(parts.view, Qt.Key.Key_F3)
    assert parts.side.find._count.text() == "3 of 3 results"
    assert parts.view.painter.layers.hit is not None
    assert parts.view.painter.layers.hit[0] == 1
    parts.side.find.go_on()
    assert parts.side.find._count.text() == "1 of 3 results"
    parts.side.find.go_back()
    assert parts.side.find._count.text() == "3 of 3 results"


def test_a_found_passage_is_highlighted_without_a_pointer(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    desk.open()
    find(desk, "suivante")
    desk.reading.parts.side.find._highlight.click()
    desk.settle()
    (note,) = desk.notes()
    assert note.kind is NoteKind.HIGHLIGHT
    assert note.anchor.quote is not None
    assert note.anchor.quote.exact == "suivante"


def test_nothing_found_says_so(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    desk.open()
    find(desk, "patinoire")
    assert desk.reading.parts.side.find._count.text() == "Nothing found for « patinoire »"
    assert not desk.reading.parts.side.find._next.isEnabled()


def test_closing_the_panel_takes_the_marks_away(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    desk.open()
    find(desk, "conseil")
    desk.reading.parts.frame.close_panel()
    assert desk.reading.parts.view.painter.layers.hits == {}


# --- agenda, neighbours, thumbnails ---


def test_the_agenda_leads_to_another_document(open_reader: OpenReader) -> None:
    desk = open_reader([TWENTY, REPORT], ["Budget", "Voirie"])
    reader = desk.open()
    reader.parts.open_panel(Part.AGENDA)
    desk.settle()
    rows = reader.parts.side.agenda.list.rows
    assert [(row.lead, row.title) for row in rows] == [("1", "Budget"), ("2", "Voirie")]
    reader.parts.side.agenda.list.chosen.emit(rows[1].key)
    until(lambda: len(reader.parts.view.boxes) == 2, "the other document")
    assert reader.title() == "Item 2 · Voirie"
    assert desk.navigator.route == DocumentRoute(desk.dossier.documents[1].document_id)


def test_next_and_previous_follow_the_agenda(open_reader: OpenReader) -> None:
    desk = open_reader([TWENTY, REPORT])
    reader = desk.open()
    bar = reader.parts.item_bar
    assert not bar._previous.isEnabled()
    bar._next.click()
    until(lambda: len(reader.parts.view.boxes) == 2, "the next document")
    assert not bar._next.isEnabled()
    bar._previous.click()
    until(lambda: len(reader.parts.view.boxes) == 20, "the document before")


def test_small_pages_come_as_they_are_seen(twenty: ReaderDesk) -> None:
    parts = twenty.reading.parts
    parts.open_panel(Part.PAGES)
    until(lambda: parts.side.thumbnails.model.has(0), "the first small page")
    assert not parts.side.thumbnails.model.has(19)
    parts.side.thumbnails.page_asked.emit(9)
    assert parts.view.current == 9


# --- links ---


def test_a_link_within_the_document_jumps(open_reader: OpenReader) -> None:
    desk = open_reader([linked_pdf()])
    reader = desk.open()
    answers: list[tuple[Link, ...]] = []
    reader.parts.links.ask(0, answers.append)
    until(lambda: bool(answers), "the links")
    inner = next(link for link in answers[0] if not link.uri)
    middle = reader.parts.view.boxes[0].to_view.box(inner.quad.bounds)
    place = desk.place(0, (middle.x0 + middle.x1) / 2, (middle.y0 + middle.y1) / 2)
    QTest.mouseClick(reader.parts.view.viewport(), LEFT, pos=place.toPoint())
    turn()
    assert reader.parts.view.current == inner.page


def test_a_link_to_the_outside_asks_first(twenty: ReaderDesk) -> None:
    links = twenty.reading.parts.links
    opened: list[QUrl] = []
    links.open_outside = opened.append
    quad = twenty.reading.parts.texts.get(0).quads(WordRange(0, 1))[0]
    links.follow(Link(quad, "https://example.org/plu"))
    dialog = twenty.reading.window().findChild(ConfirmDialog)
    assert dialog is not None
    assert opened == []
    yes = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Open")
    yes.click()
    assert [url.toString() for url in opened] == ["https://example.org/plu"]


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x/y", "calc"])
def test_nothing_but_pages_and_mail_is_opened(twenty: ReaderDesk, uri: str) -> None:
    links = twenty.reading.parts.links
    links.open_outside = lambda _url: pytest.fail("opened")
    quad = twenty.reading.parts.texts.get(0).quads(WordRange(0, 1))[0]
    links.follow(Link(quad, uri))
    assert twenty.reading.window().findChild(ConfirmDialog) is None


# --- versions ---


def test_an_old_version_says_so_and_leads_to_the_new_one(open_reader: OpenReader) -> None:
    desk = open_reader([[TWENTY, REPORT]])
    old = desk.dossier.documents[0].versions[0].sha256
    reader = desk.open(sha256=old)
    desk.settle()
    assert len(reader.parts.view.boxes) == 20
    banner = reader.parts.banner
    assert banner.isVisible()
    assert banner._text.text() == "Older version, number 1 of 2"
    banner._go.click()
    assert desk.navigator.route == DocumentRoute(desk.dossier.documents[0].document_id)


def test_a_version_that_arrives_while_reading_moves_nothing_but_is_told(
    twenty: ReaderDesk,
) -> None:
    parts = twenty.reading.parts
    parts.view.go_to(9)
    twenty.replace_document(0, REPORT)
    until(parts.banner.isVisible, "the banner")
    assert len(parts.view.boxes) == 20
    assert parts.view.current == 9
    parts.banner._go.click()
    until(lambda: len(parts.view.boxes) == 2, "the new version")


def test_a_new_version_says_since_when_and_leads_to_the_old_one(twenty: ReaderDesk) -> None:
    old = twenty.dossier.documents[0].current.sha256
    twenty.leave()
    twenty.replace_document(0, REPORT)
    parts = twenty.open().parts
    until(parts.banner.isVisible, "the banner")
    assert parts.banner._text.text().startswith("Document replaced on ")
    parts.banner._go.click()
    assert twenty.navigator.route == DocumentRoute(twenty.dossier.documents[0].document_id, old)


def test_a_note_of_an_older_version_is_listed_and_opens_that_version(
    open_reader: OpenReader,
) -> None:
    desk = open_reader([[TWENTY, REPORT]])
    old = desk.dossier.documents[0].versions[0].sha256
    desk.open(sha256=old).parts.tools.draft_note()
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor.text.setPlainText("Sur l’ancienne")
    editor._save.click()
    desk.settle()
    desk.leave()
    reader = desk.open()
    desk.settle()
    (row,) = reader.parts.side.notes.list.rows
    assert row.detail == "Page 1 · on version 1"
    assert reader.parts.notebook.on_page(0) == ()
    reader.parts.side.notes.list.chosen.emit(row.key)
    assert desk.navigator.route == DocumentRoute(
        desk.dossier.documents[0].document_id, old, None, str(row.key)
    )


def test_a_route_to_a_note_shows_it(open_reader: OpenReader) -> None:
    desk = open_reader([TWENTY])
    desk.open(page=14).parts.tools.draft_note()
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor._save.click()
    desk.settle()
    (note,) = desk.notes()
    assert note.anchor.page_index == 14
    desk.reading.parts.view.go_to(0)
    desk.leave()
    reader = desk.open(note_id=note.note_id)
    until(lambda: reader.parts.view.current == 14, "the note")


# --- text mode ---


def test_text_mode_gives_the_words_and_their_marks(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    reader = desk.open()
    reader.deeds.show_text(on=True)
    desk.settle()
    text = reader.parts.text.toPlainText()
    assert text.startswith("Page 1 of 2 · Item 1\nLe conseil adopte la délibération")
    reader.parts.view.go_to(1)
    desk.settle()
    assert "Autre délibération" in reader.parts.text.toPlainText()


def test_words_selected_in_the_text_are_highlighted_by_a_key(open_reader: OpenReader) -> None:
    desk = open_reader([REPORT])
    reader = desk.open()
    reader.deeds.show_text(on=True)
    desk.settle()
    browser = reader.parts.text
    cursor = browser.document().find("conseil adopte")
    browser.setTextCursor(cursor)
    reader.deeds.choose(Tool.HIGHLIGHT)
    desk.settle()
    (note,) = desk.notes()
    assert note.anchor.quote is not None
    assert note.anchor.quote.exact == "conseil adopte"
    marked = QTextCursor(browser.document().find("adopte"))
    assert marked.charFormat().background().color().name() == "#ffe45c"


def test_a_scan_says_that_it_has_no_text(open_reader: OpenReader) -> None:
    desk = open_reader([scan_pdf()])
    reader = desk.open()
    reader.deeds.show_text(on=True)
    desk.settle()
    assert "its text has not been recognised" in reader.parts.text.toPlainText()


# --- what cannot be shown ---


def test_a_damaged_document_says_so_and_can_be_saved(
    open_reader: OpenReader, tmp_path: Path
) -> None:
    data = damaged_pdf()
    desk = open_reader([data])
    reader = desk.show()
    until(reader.parts.message.isVisible, "the message")
    assert reader.parts.message._error._code == "pdf.damaged"
    reader.deeds.export_to(tmp_path / "copie.pdf")
    desk.settle()
    assert (tmp_path / "copie.pdf").read_bytes() == data


@pytest.mark.slow
def test_a_page_that_hangs_costs_that_page_only(open_reader: OpenReader) -> None:
    desk = open_reader([endless_pdf(3)])
    desk.session.pages._worker._supervisor.watchdog = 1.0
    view = desk.show().parts.view
    view.renderer._patience.setInterval(1)
    late: list[int] = []
    view.renderer.delayed.connect(late.append)
    until(lambda: view.renderer.failure(0) is not None, "the page to be given up")
    assert 0 in late, "it was said that the page takes long"
    assert view.renderer.failure(0).code == "pdf.page_hung"
    view.go_to(1)
    until(lambda: view.renderer.cache.sharp(1) is not None, "the next page")
    assert view.renderer.failure(1) is None


@pytest.mark.corpus
@pytest.mark.slow
def test_the_next_document_opens_after_one_that_hangs(open_reader: OpenReader) -> None:
    hang = (CORPUS / "pdf" / "PyMuPDF__test_2548.pdf").read_bytes()
    desk = open_reader([hang, REPORT])
    desk.session.pages._worker._supervisor.watchdog = 1.0
    view = desk.show().parts.view
    until(lambda: view.renderer.failure(0) is not None, "the page to be given up")
    desk.reading.parts.item_bar._next.click()
    until(lambda: len(view.boxes) == 2 and view.renderer.cache.sharp(0) is not None, "the next")


@pytest.mark.corpus
def test_turned_pages_are_shown_upright(open_reader: OpenReader) -> None:
    desk = open_reader([(CORPUS / "pdf" / "pdf.js__rotation.pdf").read_bytes()])
    view = desk.open().parts.view
    shapes = {box.rotation: box.width > box.height for box in view.boxes}
    assert shapes == {0: False, 90: True}
    for page, box in enumerate(view.boxes):
        placed = view.desk.pages[page]
        assert placed.height / placed.width == pytest.approx(box.height / box.width, rel=0.01)


def test_an_unreadable_event_is_left_to_others(twenty: ReaderDesk) -> None:
    pointer = twenty.reading.parts.pointer
    assert not pointer.eventFilter(twenty.reading.parts.view.viewport(), QEvent(QEvent.Type.Enter))
