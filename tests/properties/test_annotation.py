"""Laws of notes, geometry and searching."""

import contextlib
from datetime import UTC

from hypothesis import given, settings, strategies as st

from boardpack.annotation import codec, editing, ink
from boardpack.annotation.errors import UnreadableNoteError
from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import (
    Anchor,
    Box,
    InkPoint,
    InkStroke,
    Note,
    NoteKind,
    Point,
    Quad,
    Quote,
    WordRange,
)
from boardpack.annotation.text import Word, find, fold, tokens
from boardpack.domain.hlc import Stamp

AT = Stamp(1_800_000_000_000, 3, "tablet")
quick = settings(deadline=None, max_examples=80)

numbers = st.floats(-1e6, 1e6, allow_nan=False)
points = st.builds(Point, numbers, numbers)
shares = st.floats(0, 1)
strokes = st.builds(
    InkStroke,
    st.lists(st.builds(InkPoint, numbers, numbers, shares, numbers), min_size=1, max_size=9).map(
        tuple
    ),
)
anchors = st.builds(
    Anchor,
    page_index=st.integers(0, 10_000),
    page_fingerprint=st.text(),
    quads=st.lists(st.builds(Quad, points, points, points, points), max_size=4).map(tuple),
    quote=st.none() | st.builds(Quote, st.text(), st.text(), st.text()),
    word_range=st.none() | st.builds(WordRange, st.integers(0, 999), st.integers(0, 999)),
)
instants = st.datetimes(timezones=st.just(UTC))
notes = st.builds(
    Note,
    note_id=st.text(),
    document_id=st.text(),
    version_sha256=st.text(),
    sitting_id=st.text(),
    kind=st.sampled_from(NoteKind),
    author_id=st.text(),
    created=instants,
    modified=instants,
    colour=st.text(),
    width=st.floats(0, 100),
    anchor=anchors,
    text=st.text(),
    strokes=st.lists(strokes, max_size=3).map(tuple),
    tags=st.lists(st.text(), max_size=3).map(tuple),
    deleted=st.booleans(),
)


@quick
@given(notes)
def test_any_note_is_the_same_after_writing_and_reading(note: Note) -> None:
    record = editing.begin(note, AT)
    assert codec.decode(codec.encode(record)) == record


@quick
@given(st.binary() | st.text().map(str.encode))
def test_foreign_bytes_are_unreadable_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(UnreadableNoteError):
        codec.decode(data)


@quick
@given(notes, st.integers(0), st.integers(0, 255))
def test_a_damaged_note_never_breaks_the_reader(note: Note, at: int, value: int) -> None:
    data = bytearray(codec.encode(editing.begin(note, AT)))
    data[at % len(data)] = value
    with contextlib.suppress(UnreadableNoteError):
        codec.decode(bytes(data))


sides = st.floats(10, 5000)
boxes = st.builds(
    lambda x, y, width, height: Box(x, y, x + width, y + height),
    st.floats(-500, 500),
    st.floats(-500, 500),
    sides,
    sides,
)
page_boxes = st.builds(
    PageBox,
    mediabox=boxes,
    cropbox=boxes,
    rotation=st.sampled_from([0, 90, 180, 270]),
    user_unit=st.floats(0.1, 10),
)


@quick
@given(page_boxes, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_to_the_screen_and_back_is_the_same_place(box: PageBox, x: float, y: float) -> None:
    there = box.to_view.point(x, y)
    back = box.to_user.point(*there)
    assert abs(back.x - x) < 1e-6
    assert abs(back.y - y) < 1e-6


@quick
@given(page_boxes, boxes)
def test_a_box_on_the_screen_holds_its_corners(box: PageBox, area: Box) -> None:
    shown = box.to_view.box(area)
    corners = Box.around(
        box.to_view.point(x, y) for x in (area.x0, area.x1) for y in (area.y0, area.y1)
    )
    assert all(abs(a - b) < 1e-6 for a, b in zip(shown, corners, strict=True))


@quick
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@quick
@given(st.text(), st.text())
def test_case_makes_no_difference_to_words(text: str, other: str) -> None:
    sentence = f"{text} {other}"
    assert tokens(sentence.casefold()) == tokens(sentence)


words_on_lines = st.lists(
    st.lists(st.text("abcéèœ’-12", min_size=1, max_size=6), min_size=1, max_size=6),
    min_size=1,
    max_size=5,
)


@quick
@given(words_on_lines, st.data())
def test_words_taken_from_a_page_are_found_there(
    lines: list[list[str]], data: st.DataObject
) -> None:
    words = [
        Word(0, 0, 1, 1, text, 0, row, number)
        for row, line in enumerate(lines)
        for number, text in enumerate(line)
    ]
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    query = " ".join(word.text for word in words[start:end])
    if not tokens(words[start].text) or not tokens(words[end - 1].text):
        return
    found = find(words, query)
    assert any(first <= start and end <= last for first, last in found)


@quick
@given(words_on_lines, st.text("abcéèœ’-12 ", max_size=8))
def test_what_is_found_begins_with_the_query(lines: list[list[str]], query: str) -> None:
    words = [
        Word(0, 0, 1, 1, text, 0, row, number)
        for row, line in enumerate(lines)
        for number, text in enumerate(line)
    ]
    wanted = "".join(tokens(query))
    for start, end in find(words, query):
        assert wanted in "".join("".join(tokens(word.text)) for word in words[start:end])


samples = st.lists(
    st.builds(InkPoint, st.floats(0, 600), st.floats(0, 800), shares, st.floats(0, 1e5)),
    min_size=1,
    max_size=60,
)


@quick
@given(samples)
def test_smoothing_keeps_ends_and_adds_no_point(points: list[InkPoint]) -> None:
    kept = ink.smooth(points).points
    assert len(kept) <= len(points)
    assert kept[0][:2] == points[0][:2]
    assert kept[-1][:2] == points[-1][:2]


@quick
@given(strokes, points)
def test_an_eraser_on_a_point_of_a_stroke_takes_it(stroke: InkStroke, end: Point) -> None:
    start = Point(stroke.points[0].x, stroke.points[0].y)
    assert ink.is_touched(stroke, start, end, radius=1e-6)
