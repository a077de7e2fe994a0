"""Queries over my notes: what the server has, merged with what waits to be sent (D3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from boardpack.annotation import codec
from boardpack.annotation.merge import merge
from boardpack.annotation.record import NoteRecord
from boardpack.domain.records import SealedNote
from boardpack.store.connection import Connection, Row
from sync.protocol.codec import decode

#: Versions that one write can replace; a device's own unsent ones replaced each other already.
_MOST_REPLACED = 64


@dataclass(frozen=True)
class StoredNote:
    """A note as kept. `waiting`: something written in it is not on the server yet."""

    note_id: str
    record: NoteRecord
    waiting: bool


@dataclass(frozen=True)
class Standing:
    """A note that is about to be written.

    Attributes:
        record: as it is now, removed or not; None when it is new.
        versions: what the record is the merge of: what the write replaces.
    """

    record: NoteRecord | None
    versions: tuple[str, ...]


def of_document(connection: Connection, document_id: str) -> tuple[StoredNote, ...]:
    """Return the readable notes of a document that are not removed."""
    rows = connection.execute(
        "SELECT note_id, content, written, waiting FROM notes_projected"
        " WHERE live AND document_id = ? ORDER BY note_id",
        (document_id,),
    )
    return tuple(_live(rows))


def every(connection: Connection, sitting_id: str | None = None) -> tuple[StoredNote, ...]:
    """Return the readable notes that are not removed, of one sitting or of all."""
    rows = connection.execute(
        "SELECT note_id, content, written, waiting FROM notes_projected"
        " WHERE live AND (? IS NULL OR sitting_id = ?) ORDER BY note_id",
        (sitting_id, sitting_id),
    )
    return tuple(_live(rows))


def standing(connection: Connection, note_id: str) -> Standing:
    """Return what a write of this note starts from."""
    row = connection.execute(
        "SELECT * FROM notes_projected WHERE note_id = ?", (note_id,)
    ).fetchone()
    if row is None:
        return Standing(None, ())
    told = connection.execute("SELECT merged FROM notes WHERE note_id = ?", (note_id,)).fetchone()
    merged = msgspec.json.decode(told["merged"], type=tuple[str, ...]) if told else ()
    written = connection.execute(
        "SELECT event_id FROM outbox WHERE kind = 'note_sealed' AND subject_id = ?"
        " AND state <> 'rejected' ORDER BY place",
        (note_id,),
    )
    versions = (*merged, *(each["event_id"] for each in written))
    return Standing(_record(row), versions[-_MOST_REPLACED:])


def counts(connection: Connection) -> dict[str, int]:
    """Return how many notes each document has."""
    rows = connection.execute(
        "SELECT document_id, count(*) AS notes FROM notes INDEXED BY notes_shown"
        " WHERE live AND note_id NOT IN (SELECT note_id FROM notes_written) GROUP BY document_id"
    )
    found = {row["document_id"]: row["notes"] for row in rows}
    written = connection.execute(
        "SELECT note_id, content, written, waiting FROM notes_projected"
        " WHERE live AND written IS NOT NULL"
    )
    for each in _live(written):
        document_id = each.record.document_id
        found[document_id] = found.get(document_id, 0) + 1
    return found


def unreadable(connection: Connection) -> tuple[SealedNote, ...]:
    """Return the notes of which no identity of this device opened every version so far."""
    rows = connection.execute("SELECT sealed FROM notes INDEXED BY notes_shut WHERE shut")
    return tuple(decode(row["sealed"], SealedNote) for row in rows)


def unreadable_count(connection: Connection) -> int:
    """Return how many notes there are of which some version did not open."""
    row = connection.execute("SELECT count(*) FROM notes INDEXED BY notes_shut WHERE shut")
    return int(row.fetchone()[0])


def _live(rows: Iterable[Row]) -> Iterator[StoredNote]:
    """Merge what the server told with what was written here; leave out what that removes."""
    for row in rows:
        record = _record(row)
        if record is not None and record.live:
            yield StoredNote(row["note_id"], record, bool(row["waiting"]))


def _record(row: Row) -> NoteRecord | None:
    told, written = row["content"], row["written"]
    if told is None or written is None:
        known = told if written is None else written
        return None if known is None else codec.decode(bytes(known))
    return merge(codec.decode(bytes(told)), codec.decode(bytes(written)))
