"""What a person did to a note, as a change of its record.

The person changed what they *saw*, which may be older than what is kept by now: only the parts that
differ between what they saw and what they want are written, so nothing that arrived meanwhile is
undone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from boardpack.annotation.merge import join
from boardpack.annotation.note import InkStroke, Note, Sharing
from boardpack.annotation.record import (
    Clocks,
    ErasedStroke,
    KeptStroke,
    NoteRecord,
    Seen,
    StrokeId,
    Tombstone,
    WrittenText,
)
from boardpack.domain.hlc import Stamp


def begin(note: Note, at: Stamp) -> NoteRecord:
    """Return the record of a new note."""
    return NoteRecord(
        note_id=note.note_id,
        document_id=note.document_id,
        sitting_id=note.sitting_id,
        kind=note.kind,
        author_id=note.author_id,
        created=note.created,
        modified=note.modified,
        version_sha256=note.version_sha256,
        anchor=note.anchor,
        colour=note.colour,
        width=note.width,
        tags=note.tags,
        texts=(WrittenText(at, note.text),),
        seen={at.device: (at.ms, at.nth)},
        strokes=_numbered(note.strokes, at),
        clocks=Clocks(place=at, look=at, ink=at, touched=at),
    )


def differs(seen: Note, wanted: Note) -> bool:
    """Whether the person changed anything that is kept."""
    return any(
        part(seen) != part(wanted) for part in (_place, _look, _ink, lambda each: each.text)
    ) or bool(_decided(seen, wanted))


def edited(record: NoteRecord, seen: Note, wanted: Note, at: Stamp) -> NoteRecord:
    """Return the record after the person, who saw `seen`, made it `wanted`.

    Args:
        record: as kept now.
        seen: what was on the screen.
        wanted: what is to be; a text missing from its `others` was decided upon, and goes.
        at: after every stamp of the record.
    """
    after = replace(record, modified=wanted.modified, clocks=replace(record.clocks, touched=at))
    if seen.text != wanted.text or _decided(seen, wanted):
        after = _with_text(after, seen, wanted, at)
    if _place(seen) != _place(wanted):
        after = replace(
            after,
            version_sha256=wanted.version_sha256,
            anchor=wanted.anchor,
            clocks=replace(after.clocks, place=at),
        )
    if _look(seen) != _look(wanted):
        after = replace(
            after,
            colour=wanted.colour,
            width=wanted.width,
            tags=wanted.tags,
            clocks=replace(after.clocks, look=at),
        )
    return after if seen.strokes == wanted.strokes else _with_ink(after, seen, wanted, at)


def revived(record: NoteRecord, wanted: Note, at: Stamp) -> NoteRecord:
    """Return the record of a removed note that the person wants back as `wanted` (undo)."""
    fresh = begin(wanted, at)
    return replace(
        fresh,
        seen=join(_ever_seen(record), fresh.seen),
        erased=_with_erased(record.erased, record.strokes, at),
        sharing=record.sharing,
        clocks=replace(fresh.clocks, sharing=record.clocks.sharing),
        tombstone=record.tombstone,
    )


def removed(record: NoteRecord, at: Stamp, when: datetime) -> NoteRecord:
    """Return the record after its removal: what it said is forgotten, what was seen is not.

    A text that another device wrote meanwhile is not among what was seen: it brings the note back.
    """
    clocks = replace(record.clocks, touched=at)
    return replace(
        record,
        modified=when,
        texts=(),
        seen={},
        strokes=(),
        sharing=None,
        clocks=replace(clocks, sharing=at) if record.sharing else clocks,
        tombstone=Tombstone(at, _ever_seen(record)),
    )


def shared(record: NoteRecord, sharing: Sharing | None, at: Stamp) -> NoteRecord:
    """Return the record with other readers, or none."""
    return replace(record, sharing=sharing, clocks=replace(record.clocks, sharing=at, touched=at))


def _ever_seen(record: NoteRecord) -> Seen:
    return join(record.seen, record.tombstone.seen) if record.tombstone else record.seen


def _place(note: Note) -> object:
    return note.version_sha256, note.anchor


def _look(note: Note) -> object:
    return note.colour, note.width, note.tags


def _ink(note: Note) -> object:
    return note.strokes


def _decided(seen: Note, wanted: Note) -> frozenset[str]:
    """Return the other texts that the person read and let go."""
    return frozenset(each.text for each in seen.others) - {each.text for each in wanted.others}


def _with_text(record: NoteRecord, seen: Note, wanted: Note, at: Stamp) -> NoteRecord:
    """Put a text in the place of those that the person saw; others stay beside it."""
    replaced = {seen.text, *_decided(seen, wanted)}
    left = [each for each in record.texts if each.text not in replaced and each.text != wanted.text]
    # An undo brings back what had been let go; the text itself is the newest.
    back = {each.text for each in wanted.others} - {each.text for each in left} - {wanted.text}
    written = [
        WrittenText(at._replace(nth=at.nth + number), text)
        for number, text in enumerate((*sorted(back), wanted.text))
    ]
    last = written[-1].at
    return replace(
        record,
        texts=tuple(sorted([*left, *written])),
        seen=join(record.seen, {last.device: (last.ms, last.nth)}),
    )


def _with_ink(record: NoteRecord, seen: Note, wanted: Note, at: Stamp) -> NoteRecord:
    before, after = Counter(seen.strokes), Counter(wanted.strokes)
    gone = tuple(_find(record.strokes, before - after))
    here = {each.stroke_id for each in record.strokes}
    away = {each.digest: each.stroke_id for each in record.erased if each.stroke_id not in here}
    drawn = tuple(
        KeptStroke(away.pop(digest_of(stroke), StrokeId(at, number)), at, stroke)
        for number, stroke in enumerate((after - before).elements())
    )
    left = [each for each in record.strokes if each not in gone]
    return replace(
        record,
        strokes=tuple(sorted([*left, *drawn], key=lambda each: each.stroke_id)),
        erased=_with_erased(record.erased, gone, at),
        clocks=replace(record.clocks, ink=at),
    )


def _find(strokes: tuple[KeptStroke, ...], wanted: Counter[InkStroke]) -> Iterator[KeptStroke]:
    """Yield as many strokes of each shape as `wanted` counts."""
    left = Counter(wanted)
    for each in strokes:
        if left[each.stroke] > 0:
            left[each.stroke] -= 1
            yield each


def _with_erased(
    erased: tuple[ErasedStroke, ...], gone: tuple[KeptStroke, ...], at: Stamp
) -> tuple[ErasedStroke, ...]:
    now = {
        each.stroke_id: ErasedStroke(each.stroke_id, at, digest_of(each.stroke)) for each in gone
    }
    return tuple(sorted([*(each for each in erased if each.stroke_id not in now), *now.values()]))


def digest_of(stroke: InkStroke) -> str:
    """Return a short digest of a stroke's shape."""
    return hashlib.sha256(repr(stroke.points).encode()).hexdigest()[:16]


def _numbered(strokes: tuple[InkStroke, ...], at: Stamp) -> tuple[KeptStroke, ...]:
    return tuple(
        KeptStroke(StrokeId(at, number), at, stroke) for number, stroke in enumerate(strokes)
    )
