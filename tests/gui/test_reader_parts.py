"""Parts of the reader that need no window: wishes, pictures kept, words under the hand, baking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from boardpack.annotation.anchor import anchor_area
from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Box, InkPoint, InkStroke, Note, NoteKind, WordRange
from boardpack.annotation.text import Word
from boardpack.domain import clock
from ui.reader.baking import _added
from ui.reader.bitmaps import Bitmap, BitmapCache
from ui.reader.find_panel import marked
from ui.reader.layout import Fit, PageLayout, Size
from ui.reader.page_text import PageText
from ui.reader.text_mode import utf16_length
from ui.reader.wishes import MOST_PIXELS, wishes
from ui.widgets.row_shape import MARK_END, MARK_START

A4 = Size(595, 842)


def never_slow(_page: int, _pixels: float) -> bool:
    return False


def bitmap(side: int, *, whole: bool = True) -> Bitmap:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    return Bitmap(image, 1.0, QRect(0, 0, side, side), whole, dark=False)


# --- what is asked for ---


def test_the_page_that_fills_most_comes_first_then_the_others_then_the_next():
    desk = PageLayout([A4] * 5, Size(800, 1600), Fit.WIDTH, 1.0)
    view = QRect(0, desk.pages[1].y + 300, 800, 1600)
    wanted = wishes(desk, view, 1.0, 1, never_slow)
    assert [want.page for want in wanted] == [2, 1, 3, 0]
    backwards = wishes(desk, view, 1.0, -1, never_slow)
    assert [want.page for want in backwards] == [2, 1, 0, 3]


def test_a_slow_page_is_asked_for_coarsely_first():
    desk = PageLayout([A4], Size(800, 600), Fit.WIDTH, 1.0)
    wanted = wishes(desk, QRect(0, 0, 800, 600), 1.0, 1, lambda _page, _pixels: True)
    assert [want.preview for want in wanted] == [True, False]


def test_a_plan_is_taken_to_be_slow_before_it_was_ever_drawn():
    desk = PageLayout([Size(2384, 3370)], Size(800, 600), Fit.WIDTH, 1.0)
    assert wishes(desk, QRect(0, 0, 800, 600), 1.0, 1, never_slow)[0].preview


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_no_picture_is_larger_than_four_screens(ratio: float):
    desk = PageLayout([A4] * 3, Size(1280, 800), Fit.FREE, 8.0)
    view = QRect(900, 3000, 1280, 800)
    for want in wishes(desk, view, ratio, 1, never_slow):
        pixels = want.area.width() * want.area.height()
        assert pixels <= min(MOST_PIXELS, 9 * 1280 * 800 * ratio * ratio)
        assert want.preview or not want.whole


def test_a_small_move_wants_the_same_part_of_a_large_page():
    desk = PageLayout([A4], Size(1280, 800), Fit.FREE, 8.0)
    first = wishes(desk, QRect(1000, 1000, 1280, 800), 1.0, 1, never_slow)[-1]
    second = wishes(desk, QRect(1010, 1020, 1280, 800), 1.0, 1, never_slow)[-1]
    assert first.area == second.area


# --- what is kept ---


def test_the_least_recently_shown_picture_leaves_first():
    cache = BitmapCache(budget=3 * 100 * 100 * 4)
    for page in range(3):
        cache.put(page, bitmap(100))
    cache.sharp(0)
    cache.put(3, bitmap(100))
    assert [cache.sharp(page) is not None for page in range(4)] == [True, False, True, True]
    assert cache.held <= 3 * 100 * 100 * 4


def test_one_picture_too_large_for_the_budget_is_kept_all_the_same():
    cache = BitmapCache(budget=10)
    cache.put(0, bitmap(100))
    assert cache.sharp(0) is not None


def test_a_whole_picture_stays_as_preview_when_a_part_takes_its_place():
    cache = BitmapCache()
    whole, part = bitmap(50), bitmap(80, whole=False)
    cache.put(0, whole)
    cache.put(0, part)
    assert cache.sharp(0) is part
    assert cache.preview(0) is whole
    cache.clear()
    assert cache.held == 0


# --- words under the hand ---


def page_text() -> PageText:
    """Two lines of two words on an A4 page; boxes in PDF user space."""
    words = (
        Word(72, 760, 120, 772, "Le", 0, 0, 0),
        Word(130, 760, 200, 772, "budget", 0, 0, 1),
        Word(72, 740, 120, 752, "est", 0, 1, 0),
        Word(130, 740, 200, 752, "adopté", 0, 1, 1),
    )
    return PageText(words, PageBox(Box(0, 0, 595, 842), Box(0, 0, 595, 842)))


def test_a_word_is_found_under_the_hand_and_nothing_over_white():
    text = page_text()
    assert text.word_at(150, 76) == 1
    assert text.word_at(150, 96) == 3
    assert text.word_at(400, 400) is None


def test_a_drag_beyond_the_end_of_a_line_stays_on_that_line():
    text = page_text()
    assert text.between((80, 76), (500, 78)) == WordRange(0, 2)


def test_a_drag_upwards_selects_the_same_words():
    text = page_text()
    assert text.between((150, 96), (80, 76)) == WordRange(0, 4)
    assert text.text(WordRange(0, 4)) == "Le budget\nest adopté"


def test_a_page_without_words_has_nothing_to_select():
    box = PageBox(Box(0, 0, 595, 842), Box(0, 0, 595, 842))
    assert PageText((), box).between((0, 0), (9, 9)) is None


def test_found_words_are_marked_whatever_their_accents():
    text = marked("la Délibération est votée", ["deliberation"])
    assert text == f"la {MARK_START}Délibération{MARK_END} est votée"


@pytest.mark.parametrize(("text", "length"), [("abc", 3), ("é", 1), ("𝄞", 2)])
def test_places_in_a_text_are_counted_as_qt_does(text: str, length: int):
    assert utf16_length(text) == length


# --- what is drawn on top of what is drawn ---


def note(kind: NoteKind, name: str = "a", strokes: int = 0) -> Note:
    now = clock.now()
    lines = tuple(InkStroke((InkPoint(x, 1), InkPoint(x, 2))) for x in range(strokes))
    return Note(
        note_id=name,
        document_id="d",
        version_sha256="0",
        sitting_id="s",
        kind=kind,
        author_id="me",
        created=now,
        modified=now,
        colour="navy",
        width=1.5,
        anchor=anchor_area(0, Box(0, 0, 9, 9)),
        strokes=lines,
    )


def test_one_stroke_more_is_only_that_stroke():
    before = note(NoteKind.INK, strokes=3)
    after = replace(note(NoteKind.INK, strokes=4), created=before.created)
    added = _added((before,), (after,))
    assert added is not None
    assert [each.strokes for each in added] == [after.strokes[3:]]


def test_a_new_drawing_goes_on_top_and_a_new_highlight_below():
    before = note(NoteKind.INK, strokes=1)
    drawing, mark = note(NoteKind.INK, "b", 2), note(NoteKind.HIGHLIGHT, "c")
    assert _added((before,), (before, drawing)) == (drawing,)
    assert _added((before,), (before, mark)) is None


@pytest.mark.parametrize("change", [{"colour": "red"}, {"text": "À voir"}, {"strokes": ()}])
def test_anything_else_is_drawn_anew(change: dict[str, object]):
    before = note(NoteKind.INK, strokes=2)
    assert _added((before,), (replace(before, **change),)) is None
    assert _added((before,), ()) is None
