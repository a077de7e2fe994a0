"""A note as it is kept and carried (sealed) between devices: each part knows when it was written.

Parts merge by themselves (`merge`): place and look by the newest stamp; texts as a register that
keeps what was written at the same time; strokes as a set to which one adds and from which one
erases; removal as a tombstone. ADR 0014 says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Final, NamedTuple, TypeAlias

import msgspec

from boardpack.annotation.note import (
    Anchor,
    Box,
    InkStroke,
    Instant,
    Note,
    NoteKind,
    OtherText,
    Quad,
    Sharing,
    require_finite,
)
from boardpack.domain.hlc import NEVER, Stamp, written_at

#: Device → its newest stamp that was seen (a version vector).
Seen: TypeAlias = dict[str, tuple[int, int]]
_NO_NAMES: Final[Mapping[str, str]] = {}


class WrittenText(NamedTuple):
    """A text, and when it was written: one stamp, one text."""

    at: Stamp
    text: str


class StrokeId(NamedTuple):
    """Which stroke: the write that brought it, and its number within that write."""

    at: Stamp
    number: Annotated[int, msgspec.Meta(ge=0)]


class KeptStroke(NamedTuple):
    """A stroke; it never changes, it is erased and brought back. `at`: when it last came."""

    stroke_id: StrokeId
    at: Stamp
    stroke: InkStroke


class ErasedStroke(NamedTuple):
    """A stroke that was erased at a stamp; `digest` of its shape, so that an undo finds it."""

    stroke_id: StrokeId
    at: Stamp
    digest: str


@dataclass(frozen=True)
class Clocks:
    """When each part was last written.

    Attributes:
        place: document version and anchor.
        look: colour, width, labels.
        ink: a stroke added or erased.
        touched: anything at all.
    """

    place: Stamp = NEVER
    look: Stamp = NEVER
    ink: Stamp = NEVER
    sharing: Stamp = NEVER
    touched: Stamp = NEVER


@dataclass(frozen=True)
class Tombstone:
    """The note was removed at this stamp, by somebody who had seen these texts."""

    at: Stamp
    seen: Seen


@dataclass(frozen=True)
class NoteRecord:
    """One annotation of one official with the history that merging needs.

    Attributes:
        texts: usually one; several were written at the same time on different devices. Sorted.
        seen: every text ever written here or merged: one that is seen and absent was replaced.
        strokes: sorted, in the order of drawing; `erased` tells which were ever erased, sorted.
    """

    note_id: str
    document_id: str
    sitting_id: str
    kind: NoteKind
    author_id: str
    created: Instant
    modified: Instant
    version_sha256: str
    anchor: Anchor
    colour: str
    width: float
    tags: tuple[str, ...] = ()
    texts: tuple[WrittenText, ...] = ()
    seen: Seen = field(default_factory=dict)
    strokes: tuple[KeptStroke, ...] = ()
    erased: tuple[ErasedStroke, ...] = ()
    sharing: Sharing | None = None
    clocks: Clocks = field(default_factory=Clocks)
    tombstone: Tombstone | None = None

    def __post_init__(self) -> None:
        """Refuse what JSON cannot hold, and texts of no history."""
        require_finite((self.width,), "a note's width")
        if not all(covers(self.seen, each.at) for each in self.texts):
            raise ValueError("a text that was never seen")

    @property
    def live(self) -> bool:
        """Whether it is shown.

        A tombstone wins over what is older; a text that its writer had not seen, or any edit that
        is newer, wins over the tombstone.
        """
        grave = self.tombstone
        if grave is None:
            return True
        unseen = any(not covers(grave.seen, each.at) for each in self.texts)
        return unseen or max(self.clocks.place, self.clocks.look, self.clocks.ink) > grave.at


def covers(seen: Seen, at: Stamp) -> bool:
    """Whether the text of stamp `at` is among what was seen."""
    return seen.get(at.device, (-1, -1)) >= (at.ms, at.nth)


def newest(record: NoteRecord) -> Stamp:
    """Return the newest stamp anywhere in a record: the next one must lie after it."""
    vectors = [record.seen, record.tombstone.seen if record.tombstone else {}]
    return max(
        record.clocks.touched,
        record.clocks.sharing,
        record.tombstone.at if record.tombstone else NEVER,
        *(Stamp(*at, device) for vector in vectors for device, at in vector.items()),
    )


def shown(record: NoteRecord, device_names: Mapping[str, str] = _NO_NAMES) -> Note:
    """Return the note that a record stands for.

    Args:
        record: as kept.
        device_names: identifier → name, to say where another text comes from.
    """
    last, others = _split(record.texts)
    strokes = tuple(each.stroke for each in record.strokes)
    return Note(
        note_id=record.note_id,
        document_id=record.document_id,
        version_sha256=record.version_sha256,
        sitting_id=record.sitting_id,
        kind=record.kind,
        author_id=record.author_id,
        created=record.created,
        modified=record.modified,
        colour=record.colour,
        width=record.width,
        anchor=_around(record.anchor, record.kind, strokes),
        text=last,
        strokes=strokes,
        tags=record.tags,
        deleted=not record.live,
        others=tuple(
            OtherText(
                each.text,
                device_names.get(each.at.device, each.at.device),
                written_at(each.at),
            )
            for each in others
        ),
        sharing=record.sharing,
    )


def _split(texts: tuple[WrittenText, ...]) -> tuple[str, list[WrittenText]]:
    """Return the newest text, and what differs from it, newest first, each once."""
    if not texts:
        return "", []
    last, *earlier = sorted(texts, reverse=True)
    others = {each.text: each for each in reversed(earlier) if each.text not in {last.text, ""}}
    return last.text, sorted(others.values(), reverse=True)


def _around(anchor: Anchor, kind: NoteKind, strokes: tuple[InkStroke, ...]) -> Anchor:
    """Widen the place of a drawing to which another device added strokes."""
    if kind is not NoteKind.INK or not strokes or not anchor.quads:
        return anchor
    bounds = Box.around(point for quad in anchor.quads for point in quad.corners)
    drawn = Box.around((point.x, point.y) for stroke in strokes for point in stroke.points)
    both = Box(
        min(bounds.x0, drawn.x0),
        min(bounds.y0, drawn.y0),
        max(bounds.x1, drawn.x1),
        max(bounds.y1, drawn.y1),
    )
    return anchor if both == bounds else replace(anchor, quads=(Quad.from_box(both),))
