"""Marking: highlights, notes, ink, eraser; everything can be undone, everything is stored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTapAndHoldGesture

from boardpack.annotation.note import Note, NoteKind
from tests.gui.patience import turn
from tests.gui.reader_desk import OpenReader, ReaderDesk, reader_desks
from tests.helpers.documents import scan_pdf, shaped_pdf, text_pdf
from ui.errors import ErrorDialog
from ui.reader.side_panel import Part
from ui.reader.toolbox import Tool

LEFT = Qt.MouseButton.LeftButton
REPORT = text_pdf(
    "Le conseil adopte le budget primitif\nAprès en avoir délibéré\nLa séance est levée",
    "Deuxième page",
)
LINE = 72.0


@pytest.fixture
def open_reader(application: QApplication, tmp_path: Path) -> Iterator[OpenReader]:
    yield from reader_desks(tmp_path)


@pytest.fixture
def desk(open_reader: OpenReader) -> ReaderDesk:
    made = open_reader([REPORT])
    made.open()
    return made


def drag(desk: ReaderDesk, *places: QPointF) -> None:
    """Press at the first place, move over the others, lift at the last, as a hand does."""
    viewport = desk.reading.parts.view.viewport()
    QTest.mousePress(viewport, LEFT, pos=places[0].toPoint())
    for start, end in pairwise(places):
        for step in range(1, 6):
            QTest.mouseMove(viewport, (start + (end - start) * step / 5).toPoint())
    QTest.mouseRelease(viewport, LEFT, pos=places[-1].toPoint())


def click(desk: ReaderDesk, place: QPointF) -> None:
    QTest.mouseClick(desk.reading.parts.view.viewport(), LEFT, pos=place.toPoint())


def highlight(desk: ReaderDesk, colour: str = "yellow") -> Note:
    desk.reading.parts.habits.options.highlighter = colour
    desk.reading.deeds.choose(Tool.HIGHLIGHT)
    drag(desk, desk.place(0, 74, 69), desk.place(0, 150, 69))
    desk.settle()
    return desk.notes()[-1]


def test_dragging_over_words_highlights_whole_words(desk: ReaderDesk) -> None:
    note = highlight(desk)
    assert note.kind is NoteKind.HIGHLIGHT
    assert note.anchor.quote is not None
    assert note.anchor.quote.exact == "Le conseil adopte"
    assert note.version_sha256 == desk.dossier.documents[0].current.sha256
    assert note.sitting_id == desk.dossier.sitting_id


def test_a_highlight_is_seen_at_once_and_keeps_letters_dark(desk: ReaderDesk) -> None:
    view = desk.reading.parts.view.viewport()
    before = view.grab().toImage().pixelColor(desk.place(0, 75, 61).toPoint())
    highlight(desk)
    after = view.grab().toImage().pixelColor(desk.place(0, 75, 61).toPoint())
    assert before.name() == "#ffffff"
    assert after.name() == "#ffe45c"


def test_words_selected_while_reading_offer_what_to_do(desk: ReaderDesk) -> None:
    drag(desk, desk.place(0, 74, 69), desk.place(0, 100, 69))
    bar = desk.reading.parts.selection_bar
    assert bar.isVisible()
    bar._highlight.click()
    desk.settle()
    assert [note.kind for note in desk.notes()] == [NoteKind.HIGHLIGHT]
    assert not bar.isVisible()


def test_a_selection_can_be_copied(desk: ReaderDesk) -> None:
    drag(desk, desk.place(0, 74, 69), desk.place(0, 110, 69))
    desk.reading.parts.selection_bar._copy.click()
    assert QApplication.clipboard().text() == "Le conseil"


def test_a_key_uses_the_highlighter_on_the_selection(desk: ReaderDesk) -> None:
    drag(desk, desk.place(0, 74, 69), desk.place(0, 80, 69))
    QTest.keyClick(desk.reading.parts.view, Qt.Key.Key_H)
    desk.settle()
    assert [note.kind for note in desk.notes()] == [NoteKind.HIGHLIGHT]
    assert desk.reading.parts.tools.tool is Tool.READ


def test_a_scan_is_marked_by_area(open_reader: OpenReader) -> None:
    desk = open_reader([scan_pdf()])
    desk.open()
    desk.reading.deeds.choose(Tool.HIGHLIGHT)
    drag(desk, desk.place(0, 100, 100), desk.place(0, 300, 200))
    desk.settle()
    (note,) = desk.notes()
    area = note.anchor.quads[0].bounds
    assert note.anchor.page_fingerprint.startswith("dhash:")
    assert (area.x0, area.y0) == pytest.approx((100, 842 - 200), abs=1)
    assert (area.x1, area.y1) == pytest.approx((300, 842 - 100), abs=1)


def test_a_slip_of_the_hand_marks_nothing(open_reader: OpenReader) -> None:
    desk = open_reader([scan_pdf()])
    desk.open()
    desk.reading.deeds.choose(Tool.HIGHLIGHT)
    drag(desk, desk.place(0, 100, 100), desk.place(0, 112, 102))
    desk.settle()
    assert desk.notes() == ()


def test_a_note_is_put_where_the_page_is_touched(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.NOTE)
    click(desk, desk.place(0, 400, 442))
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor.text.setPlainText("Demander le coût")
    editor.choose_tag("question", on=True)
    editor.choose_colour("blue")
    editor._save.click()
    desk.settle()
    (note,) = desk.notes()
    assert (note.kind, note.text, note.tags) == (NoteKind.NOTE, "Demander le coût", ("question",))
    assert note.colour == "blue"
    assert note.anchor.quads[0].upper_left == pytest.approx((400, 400), abs=1)


def test_cancelling_a_new_note_keeps_nothing(desk: ReaderDesk) -> None:
    desk.reading.parts.tools.draft_note()
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor._cancel.click()
    desk.settle()
    assert desk.notes() == ()


def test_a_pin_opens_its_note_and_changes_can_be_undone(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.NOTE)
    click(desk, desk.place(0, 300, 300))
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor.text.setPlainText("Premier")
    editor._save.click()
    turn()
    desk.reading.deeds.choose(Tool.READ)
    click(desk, desk.place(0, 303, 298))
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    assert editor.text.toPlainText() == "Premier"
    editor.text.setPlainText("Second")
    editor._save.click()
    desk.settle()
    assert desk.notes()[0].text == "Second"
    desk.reading.parts.tools.stack.undo()
    desk.settle()
    assert desk.notes()[0].text == "Premier"


def test_a_page_note_needs_no_pointer(desk: ReaderDesk) -> None:
    desk.reading.parts.open_panel(Part.NOTES)
    desk.reading.parts.side.notes.add.click()
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor.text.setPlainText("Pour la page")
    editor._save.click()
    desk.settle()
    assert desk.notes()[0].anchor.page_index == 0


def draw(desk: ReaderDesk, *places: tuple[float, float]) -> None:
    desk.reading.deeds.choose(Tool.INK)
    drag(desk, *(desk.place(0, x, y) for x, y in places))
    desk.settle()


def test_the_mouse_draws_ink(desk: ReaderDesk) -> None:
    draw(desk, (100, 300), (200, 350), (300, 300))
    (note,) = desk.notes()
    points = note.strokes[0].points
    assert note.kind is NoteKind.INK
    assert (points[0].x, points[0].y) == pytest.approx((100, 842 - 300), abs=1)
    assert (points[-1].x, points[-1].y) == pytest.approx((300, 842 - 300), abs=1)
    assert {point.pressure for point in points} == {0.5}


def tablet(
    desk: ReaderDesk, kind: QEvent.Type, place: QPointF, pressure: float, *, down: bool = True
) -> None:
    viewport = desk.reading.parts.view.viewport()
    device = QPointingDevice.primaryPointingDevice()
    event = QTabletEvent(
        kind,
        device,
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        pressure,
        0,
        0,
        0,
        0,
        0,
        Qt.KeyboardModifier.NoModifier,
        LEFT,
        LEFT if down else Qt.MouseButton.NoButton,
    )
    QApplication.sendEvent(viewport, event)
    assert event.isAccepted(), "else Qt would make a mouse event of it as well"


def pen_stroke(desk: ReaderDesk, x: float, y: float) -> None:
    tablet(desk, QEvent.Type.TabletPress, desk.place(0, x, y), 0.1)
    for step in range(1, 40):
        pressure = 0.1 + 0.8 * step / 40
        tablet(desk, QEvent.Type.TabletMove, desk.place(0, x + 3 * step, y + step % 5), pressure)
    tablet(desk, QEvent.Type.TabletRelease, desk.place(0, x + 120, y), 0.0, down=False)


def test_the_pen_draws_with_its_pressure(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.INK)
    pen_stroke(desk, 100, 400)
    desk.settle()
    points = desk.notes()[0].strokes[0].points
    assert len(points) < 40, "smoothed and thinned at pen-up"
    assert points[0].pressure < 0.2
    assert max(point.pressure for point in points) > 0.6


def test_strokes_made_together_are_one_drawing_but_undone_one_by_one(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.INK)
    pen_stroke(desk, 100, 400)
    pen_stroke(desk, 100, 420)
    desk.settle()
    assert [len(note.strokes) for note in desk.notes()] == [2]
    desk.reading.parts.tools.stack.undo()
    desk.settle()
    assert [len(note.strokes) for note in desk.notes()] == [1]


def test_the_palm_does_not_scroll_while_the_pen_is_near(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.INK)
    pen_stroke(desk, 100, 400)
    assert desk.reading.parts.pointer._palm.isActive()


def test_the_eraser_takes_one_stroke_and_undo_brings_it_back(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.INK)
    pen_stroke(desk, 100, 400)
    pen_stroke(desk, 100, 430)
    desk.settle()
    before = desk.notes()
    desk.reading.deeds.choose(Tool.ERASER)
    drag(desk, desk.place(0, 160, 390), desk.place(0, 160, 412))
    desk.settle()
    assert [len(note.strokes) for note in desk.notes()] == [1]
    desk.reading.parts.tools.stack.undo()
    desk.settle()
    assert desk.notes() == before


def test_the_eraser_leaves_written_notes_alone(desk: ReaderDesk) -> None:
    note = highlight(desk)
    desk.reading.parts.desk.edit(note)
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor.text.setPlainText("À dire en séance")
    editor._save.click()
    desk.reading.deeds.choose(Tool.ERASER)
    drag(desk, desk.place(0, 70, 69), desk.place(0, 150, 69))
    desk.settle()
    assert [note.text for note in desk.notes()] == ["À dire en séance"]


@pytest.mark.parametrize("times", [1, 3])
def test_do_undo_redo_undo_equals_the_start(desk: ReaderDesk, times: int) -> None:
    highlight(desk)
    start = desk.notes()
    stack = desk.reading.parts.tools.stack
    begun = stack.index()
    highlight(desk, "green")
    draw(desk, (100, 300), (250, 320))
    desk.reading.parts.tools.remove(start[0])
    desk.settle()
    done = desk.notes()
    assert len(done) == 2
    for _ in range(times):
        stack.setIndex(begun)
        desk.settle()
        assert desk.notes() == start
        stack.setIndex(stack.count())
        desk.settle()
        assert desk.notes() == done
    stack.setIndex(begun)
    desk.settle()
    assert desk.notes() == start


def test_undo_and_redo_buttons_follow_the_stack(desk: ReaderDesk) -> None:
    bar = desk.reading.parts.bar
    assert not bar.undo.isEnabled()
    highlight(desk)
    assert bar.undo.isEnabled()
    bar.undo.click()
    desk.settle()
    assert desk.notes() == ()
    assert bar.redo.isEnabled()


def test_my_notes_are_listed_and_a_row_jumps_to_its_page(desk: ReaderDesk) -> None:
    note = highlight(desk)
    parts = desk.reading.parts
    parts.open_panel(Part.NOTES)
    parts.view.go_to(1)
    row = parts.side.notes.list.rows[0]
    assert "Le conseil adopte" in row.title
    assert row.detail == "Page 1"
    parts.side.notes.list.chosen.emit(row.key)
    assert parts.view.current == 0
    assert parts.view.painter.layers.focused == note


def test_a_row_is_changed_and_removed_by_keyboard(desk: ReaderDesk) -> None:
    note = highlight(desk)
    parts = desk.reading.parts
    parts.open_panel(Part.NOTES)
    parts.side.notes.list.select_key(note.note_id)
    parts.side.notes.list.setFocus()
    QTest.keyClick(parts.side.notes.list, Qt.Key.Key_F2)
    editor = parts.desk.editor
    assert editor is not None
    editor.reject()
    turn()
    QTest.keyClick(parts.side.notes.list, Qt.Key.Key_Delete)
    desk.settle()
    assert desk.notes() == ()


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_highlight_on_a_turned_page_stands_on_its_words(
    open_reader: OpenReader, rotation: int
) -> None:
    data = shaped_pdf((0, 0, 595, 842), cropbox=(20, 40, 575, 800), rotation=rotation)
    desk = open_reader([data])
    desk.open()
    text = desk.reading.parts.texts.get(0)
    assert text is not None
    box = text.boxes[0]
    middle = QPointF((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    desk.reading.deeds.choose(Tool.HIGHLIGHT)
    drag(
        desk,
        desk.place(0, middle.x() - 8, middle.y()),
        desk.place(0, middle.x() + 8, middle.y()),
    )
    desk.settle()
    (note,) = desk.notes()
    assert note.anchor.quote is not None
    assert note.anchor.quote.exact == "Repère"
    assert note.anchor.quads[0].bounds == pytest.approx(text.words[0].box, abs=0.5)


def finger(desk: ReaderDesk, *places: QPoint, rest: int = 5) -> None:
    """Put one finger down, move it over the places, lift it."""
    touch = QTest.createTouchDevice()
    viewport = desk.reading.parts.view.viewport()
    QTest.touchEvent(viewport, touch).press(0, places[0], viewport).commit()
    turn(rest)
    for place in places[1:]:
        QTest.touchEvent(viewport, touch).move(0, place, viewport).commit()
        turn(rest)
    QTest.touchEvent(viewport, touch).release(0, places[-1], viewport).commit()
    turn(rest)


def test_a_finger_opens_a_note_by_touching_it(desk: ReaderDesk) -> None:
    highlight(desk)
    desk.reading.deeds.choose(Tool.READ)
    finger(desk, desk.place(0, 80, 69).toPoint())
    assert desk.reading.parts.desk.editor is not None


def test_a_finger_that_moves_scrolls_and_marks_nothing(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.HIGHLIGHT)
    bar = desk.reading.parts.view.verticalScrollBar()
    before = bar.value()
    start = desk.place(0, 100, 300).toPoint()
    finger(desk, *(start - QPoint(0, 15 * step) for step in range(15)))
    desk.settle()
    assert bar.value() > before + 100
    assert desk.notes() == ()


def test_a_finger_that_rests_selects_the_word_under_it(desk: ReaderDesk) -> None:
    before = QTapAndHoldGesture.timeout()
    QTapAndHoldGesture.setTimeout(20)
    try:
        finger(desk, desk.place(0, 95, 69).toPoint(), rest=120)
    finally:
        QTapAndHoldGesture.setTimeout(before)
    selection = desk.reading.parts.tools.selection
    assert selection is not None
    assert selection.text.text(selection.words) == "conseil"
    assert desk.reading.parts.selection_bar.isVisible()


def test_a_finger_scrolls_until_it_is_told_to_draw(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.INK)
    pointer = desk.reading.parts.pointer
    assert not pointer.finger_draws
    desk.reading.parts.options.finger.click()
    assert pointer.finger_draws
    start = desk.place(0, 100, 300).toPoint()
    finger(desk, *(start + QPoint(5 * step, 0) for step in range(20)))
    desk.settle()
    assert [note.kind for note in desk.notes()] == [NoteKind.INK]
    assert desk.in_store(desk.session.preferences.get).finger_draws


def test_a_note_that_cannot_be_kept_is_told_and_taken_back(desk: ReaderDesk) -> None:
    desk.reading.deeds.choose(Tool.NOTE)
    click(desk, desk.place(0, 300, 300))
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    # Lines as people write them: Qt would break one word of that length for a minute.
    editor.text.setPlainText(("x" * 79 + "\n") * 25_000)
    editor._save.click()
    desk.settle()
    dialog = desk.reading.window().findChild(ErrorDialog)
    assert dialog is not None
    dialog.accept()
    assert desk.notes() == ()
    assert desk.reading.parts.notebook.all() == ()
    assert not desk.reading.parts.tools.stack.canUndo()
