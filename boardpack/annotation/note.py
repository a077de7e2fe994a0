"""A note and the place where it stands, as values (`reader.md` §3.2).

All coordinates are PDF user space: points, y upwards, before /Rotate, as PDF itself counts
(ISO 32000-1 §8.3.2.3). `boardpack.annotation.geometry` turns them into what a screen shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec

#: An instant with a time zone; a naive one is refused by the codec.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Point(NamedTuple):
    """A place on a page."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle whose sides lie along the axes; `x0 <= x1` and `y0 <= y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Extent along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent along y."""
        return self.y1 - self.y0

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]]) -> Box:
        """Return the smallest box that holds every point.

        Raises:
            ValueError: no point was given.
        """
        xs, ys = zip(*((x, y) for x, y in points), strict=True)
        return cls(min(xs), min(ys), max(xs), max(ys))


def require_finite(values: Iterable[float], what: str) -> None:
    """Refuse what JSON cannot hold.

    Raises:
        ValueError: a value is infinite, or no number.
    """
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{what} needs finite numbers")


@dataclass(frozen=True)
class Quad:
    """Four corners of a marked place, in the order of PDF viewers' /QuadPoints."""

    upper_left: Point
    upper_right: Point
    lower_left: Point
    lower_right: Point

    def __post_init__(self) -> None:
        """Refuse what JSON cannot hold."""
        require_finite((each for point in self.corners for each in point), "a quad")

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        """The four corners, as stored."""
        return (self.upper_left, self.upper_right, self.lower_left, self.lower_right)

    @property
    def bounds(self) -> Box:
        """The box around the four corners."""
        return Box.around(self.corners)

    @classmethod
    def from_box(cls, box: Box) -> Quad:
        """Return the quad of an upright box."""
        return cls(
            Point(box.x0, box.y1),
            Point(box.x1, box.y1),
            Point(box.x0, box.y0),
            Point(box.x1, box.y0),
        )


@dataclass(frozen=True)
class Quote:
    """W3C TextQuoteSelector: the marked words, and eight folded words on each side."""

    exact: str
    prefix: str = ""
    suffix: str = ""


class WordRange(NamedTuple):
    """Words `start` to `end` (not included) of one page, in the order the page gives them."""

    start: int
    end: int


@dataclass(frozen=True)
class Anchor:
    """Where a note stands, said in several ways so that it can be found again in a new version.

    Attributes:
        page_index: counts from 0.
        page_fingerprint: `words:<sha1>` of the page's folded words, `dhash:<256 bits>` of its
            picture where it has no words, empty where neither was known.
        quads: one for each line of marked text; one for a pin or a drawing.
        quote: None where no text is near.
        word_range: within the words of that page (a position in the whole document follows from
            it, but would need every earlier page to be read first).
    """

    page_index: Annotated[int, msgspec.Meta(ge=0)]
    page_fingerprint: str
    quads: tuple[Quad, ...]
    quote: Quote | None = None
    word_range: WordRange | None = None


class InkPoint(NamedTuple):
    """One sample of the pen: place, pressure from 0 to 1, milliseconds since the stroke began."""

    x: float
    y: float
    pressure: float = 0.5
    t: float = 0.0


@dataclass(frozen=True)
class InkStroke:
    """One stroke of the pen, from touch to lift; at least one point."""

    points: Annotated[tuple[InkPoint, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse what JSON cannot hold."""
        require_finite((each for point in self.points for each in point), "a stroke")


class NoteKind(StrEnum):
    """What the person made."""

    HIGHLIGHT = "highlight"
    NOTE = "note"
    INK = "ink"


@dataclass(frozen=True)
class OtherText:
    """What was written on another device at the same time; shown until the person decides.

    Attributes:
        device: its name where it is known, else its identifier.
    """

    text: str
    device: str
    written: Instant


@dataclass(frozen=True)
class Sharing:
    """With whom a note is shared: chosen people, or a political group; within one assembly."""

    assembly_id: str
    official_ids: tuple[str, ...] = ()
    group_id: str = ""


@dataclass(frozen=True)
class Note:
    """One annotation of one official, as it is shown; see `record` for how it is kept.

    Attributes:
        version_sha256: the version it was written on.
        colour: name of a colour of `boardpack.annotation.palette`.
        width: of the pen in points; 0 where nothing is drawn.
        text: what the person wrote; may be empty for a highlight or a drawing.
        strokes: of ink, in PDF user space.
        deleted: kept as a tombstone, so that undo and other devices agree.
        others: texts that other devices wrote at the same time as `text`.
        sharing: None for a private note, which is the rule.
    """

    note_id: str
    document_id: str
    version_sha256: str
    sitting_id: str
    kind: NoteKind
    author_id: str
    created: Instant
    modified: Instant
    colour: str
    width: float
    anchor: Anchor
    text: str = ""
    strokes: tuple[InkStroke, ...] = ()
    tags: tuple[str, ...] = ()
    deleted: bool = False
    others: tuple[OtherText, ...] = ()
    sharing: Sharing | None = None

    def __post_init__(self) -> None:
        """Refuse what JSON cannot hold."""
        require_finite((self.width,), "a note's width")
