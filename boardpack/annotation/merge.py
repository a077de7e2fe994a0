"""Two records of one note become one: the same whatever the order, however often.

Every part is a join of a semilattice (commutative, associative, idempotent;
`tests/properties/test_merge.py`), so devices that know the same versions show the same note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import Final, TypeVar

import msgspec

from boardpack.annotation.record import (
    Clocks,
    ErasedStroke,
    KeptStroke,
    NoteRecord,
    Seen,
    StrokeId,
    Tombstone,
    WrittenText,
    covers,
)
from boardpack.domain.hlc import NEVER, Stamp

T = TypeVar("T")
_encoder: Final = msgspec.json.Encoder(order="sorted")


def merged(records: Iterable[NoteRecord]) -> NoteRecord | None:
    """Return the merge of all, None of none."""
    found = list(records)
    return reduce(merge, found) if found else None


def merge(one: NoteRecord, other: NoteRecord) -> NoteRecord:
    """Return what both records of a note come to."""
    mine, theirs = one.clocks, other.clocks
    place = _newer(
        (mine.place, (one.version_sha256, one.anchor)),
        (theirs.place, (other.version_sha256, other.anchor)),
    )
    look = _newer(
        (mine.look, (one.colour, one.width, one.tags)),
        (theirs.look, (other.colour, other.width, other.tags)),
    )
    erased = _erased(one.erased, other.erased)
    texts, seen = _texts(one, other)
    return replace(
        max(one, other, key=_origin),
        modified=_newer((mine.touched, one.modified), (theirs.touched, other.modified)),
        version_sha256=place[0],
        anchor=place[1],
        colour=look[0],
        width=look[1],
        tags=look[2],
        texts=texts,
        seen=seen,
        strokes=_strokes((*one.strokes, *other.strokes), erased),
        erased=erased,
        sharing=_newer((mine.sharing, one.sharing), (theirs.sharing, other.sharing)),
        clocks=Clocks(
            place=max(mine.place, theirs.place),
            look=max(mine.look, theirs.look),
            ink=max(mine.ink, theirs.ink),
            sharing=max(mine.sharing, theirs.sharing),
            touched=max(mine.touched, theirs.touched),
        ),
        tombstone=_tombstone(one.tombstone, other.tombstone),
    )


def _newer(one: tuple[Stamp, T], other: tuple[Stamp, T]) -> T:
    """Return the value of the newer stamp; of one stamp (a cloned device), always the same one."""
    if one[0] == other[0] and one[1] != other[1]:
        return max(one, other, key=lambda each: _encoder.encode(each[1]))[1]
    return one[1] if one[0] >= other[0] else other[1]


def _origin(record: NoteRecord) -> bytes:
    """Return what never changes, to be compared; of one note it is the same in all its records."""
    kind, created = record.kind, record.created
    return _encoder.encode(
        (record.note_id, record.document_id, record.sitting_id, kind, record.author_id, created)
    )


def _texts(one: NoteRecord, other: NoteRecord) -> tuple[tuple[WrittenText, ...], Seen]:
    """Join two registers: a text stays unless the other side had seen it and has it no more.

    This is the observed-remove rule (Bieniusa et al., *An optimized conflict-free replicated set*,
    2012) with a text for an element and its stamp for the tag.
    """
    mine, theirs = dict(one.texts), dict(other.texts)
    kept = {at: max(mine[at], theirs[at]) for at in mine.keys() & theirs.keys()}
    kept |= {at: text for at, text in mine.items() if not covers(other.seen, at)}
    kept |= {at: text for at, text in theirs.items() if not covers(one.seen, at)}
    return tuple(sorted(WrittenText(*each) for each in kept.items())), join(one.seen, other.seen)


def join(one: Seen, other: Seen) -> Seen:
    """Return what either side has seen."""
    return {
        device: max(one.get(device, (0, 0)), other.get(device, (0, 0)))
        for device in sorted(one.keys() | other.keys())
    }


def _erased(
    one: tuple[ErasedStroke, ...], other: tuple[ErasedStroke, ...]
) -> tuple[ErasedStroke, ...]:
    last: dict[StrokeId, ErasedStroke] = {}
    for each in (*one, *other):
        last[each.stroke_id] = max(each, last.get(each.stroke_id, each))
    return tuple(sorted(last.values()))


def _strokes(
    drawn: tuple[KeptStroke, ...], erased: tuple[ErasedStroke, ...]
) -> tuple[KeptStroke, ...]:
    """Keep the strokes that came, or came back, after they were last erased."""
    gone = {each.stroke_id: each.at for each in erased}
    last: dict[StrokeId, KeptStroke] = {}
    for each in drawn:
        last[each.stroke_id] = max(each, last.get(each.stroke_id, each), key=_age)
    kept = (each for each in last.values() if each.at > gone.get(each.stroke_id, NEVER))
    return tuple(sorted(kept, key=lambda each: each.stroke_id))


def _age(stroke: KeptStroke) -> tuple[Stamp, bytes]:
    return stroke.at, _encoder.encode(stroke.stroke)


def _tombstone(one: Tombstone | None, other: Tombstone | None) -> Tombstone | None:
    if one is None or other is None:
        return one or other
    return Tombstone(max(one.at, other.at), join(one.seen, other.seen))
