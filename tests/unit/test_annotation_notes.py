"""Notes as values: JSON there and back, colours with names."""

from datetime import UTC, datetime

import msgspec
import pytest

from boardpack.annotation import codec, editing, palette
from boardpack.annotation.errors import UnreadableNoteError
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
from boardpack.annotation.record import shown
from boardpack.domain.hlc import Stamp

NOTE = Note(
    note_id="0190-1",
    document_id="document",
    version_sha256="ab" * 32,
    sitting_id="sitting",
    kind=NoteKind.HIGHLIGHT,
    author_id="official",
    created=datetime(2026, 3, 4, 18, 30, 0, 125000, tzinfo=UTC),
    modified=datetime(2026, 3, 4, 18, 31, tzinfo=UTC),
    colour="yellow",
    width=0,
    anchor=Anchor(
        page_index=3,
        page_fingerprint="words:" + "0" * 40,
        quads=(Quad.from_box(Box(10, 20, 30, 40)),),
        quote=Quote("le budget primitif", "vu le", "pour 2026"),
        word_range=WordRange(12, 15),
    ),
    text="À demander : combien ?",
    strokes=(InkStroke((InkPoint(1, 2, 0.5, 0), InkPoint(3, 4.25, 0.75, 16))),),
    tags=("Question",),
)


RECORD = editing.begin(NOTE, Stamp(1, 0, "tablet"))


def test_a_note_is_the_same_after_writing_and_reading() -> None:
    assert codec.decode(codec.encode(RECORD)) == RECORD
    assert shown(RECORD) == NOTE


def test_fields_of_a_newer_version_are_ignored() -> None:
    fields = msgspec.json.decode(codec.encode(RECORD))
    fields["reactions"] = {"thumb": 1}
    fields["anchor"]["picture"] = [1, 2]
    assert codec.decode(msgspec.json.encode(fields)) == RECORD


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "hologram"),
        ("created", "2026-03-04T18:30:00"),
        ("strokes", [[[[1, 0, "tablet"], 0], [1, 0, "tablet"], {"points": []}]]),
        ("anchor", None),
        ("width", "wide"),
        ("texts", [[[2, 0, "tablet"], "of no history"]]),
        ("clocks", {"place": [-1, 0, "tablet"]}),
    ],
)
def test_a_field_that_makes_no_sense_makes_the_note_unreadable(field: str, value: object) -> None:
    fields = msgspec.json.decode(codec.encode(RECORD))
    fields[field] = value
    with pytest.raises(UnreadableNoteError):
        codec.decode(msgspec.json.encode(fields))


def test_numbers_that_json_cannot_hold_are_refused_before() -> None:
    with pytest.raises(ValueError, match="finite"):
        Quad(Point(0, 0), Point(float("nan"), 0), Point(0, 0), Point(0, 0))
    with pytest.raises(ValueError, match="finite"):
        InkStroke((InkPoint(float("inf"), 0),))


def test_a_quad_knows_the_box_around_it() -> None:
    quad = Quad(Point(1, 9), Point(5, 8), Point(0, 3), Point(4, 2))
    assert quad.bounds == Box(0, 2, 5, 9)


def luminance(rgb: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = (int(rgb[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", palette.HIGHLIGHTERS, ids=lambda each: each.name)
def test_black_text_stays_readable_under_each_highlighter(colour: palette.Colour) -> None:
    assert contrast("#000000", colour.rgb) >= 7


@pytest.mark.parametrize("colour", palette.PENS, ids=lambda each: each.name)
def test_each_pen_is_readable_on_paper(colour: palette.Colour) -> None:
    assert contrast("#ffffff", colour.rgb) >= 4.5


def test_each_colour_has_a_name_and_a_label_of_its_own() -> None:
    colours = (*palette.HIGHLIGHTERS, *palette.PENS)
    assert len(palette.HIGHLIGHTERS) == 5
    assert len({each.name for each in colours}) == len({each.label for each in colours}) == 9
    assert all(palette.colour(each.name) is each for each in colours)


def test_a_colour_of_a_newer_version_is_shown_as_the_first() -> None:
    assert palette.colour("infrared") is palette.HIGHLIGHTERS[0]
