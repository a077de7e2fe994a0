"""Queries over notes that other officials share with this one; they are never written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from boardpack.annotation import codec
from boardpack.annotation.record import NoteRecord
from boardpack.domain.records import SharedNote
from boardpack.store.connection import Connection, Row
from sync.protocol.codec import decode


@dataclass(frozen=True)
class StoredShare:
    """A note of somebody else, as of the last exchange."""

    share_id: str
    record: NoteRecord


def of_document(connection: Connection, document_id: str) -> tuple[StoredShare, ...]:
    """Return the notes of others on a document, without those that were hidden."""
    rows = connection.execute(
        "SELECT share_id, note_id, content FROM shared_notes_seen WHERE document_id = ?"
        " ORDER BY share_id",
        (document_id,),
    )
    return tuple(_each_once(rows))


def every(connection: Connection, sitting_id: str | None = None) -> tuple[StoredShare, ...]:
    """Return the notes of others, of one sitting or of all, without those that were hidden."""
    rows = connection.execute(
        "SELECT share_id, note_id, content FROM shared_notes_seen"
        " WHERE ? IS NULL OR sitting_id = ? ORDER BY share_id",
        (sitting_id, sitting_id),
    )
    return tuple(_each_once(rows))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many notes of others each document has."""
    rows = connection.execute(
        "SELECT document_id, count(DISTINCT note_id) AS notes FROM shared_notes_seen"
        " GROUP BY document_id"
    )
    return {row["document_id"]: row["notes"] for row in rows}


def hide(connection: Connection, author_id: str, note_id: str) -> bool:
    """Hide a note of somebody else on this device; tell whether there was one."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO hidden_notes"
        " SELECT share_id FROM shared_notes WHERE author_id = ? AND note_id = ?",
        (author_id, note_id),
    )
    return cursor.rowcount > 0


def show_all(connection: Connection) -> bool:
    """Show what was hidden again; tell whether anything was."""
    return connection.execute("DELETE FROM hidden_notes").rowcount > 0


def hidden(connection: Connection) -> int:
    """Return how many notes of others are here and hidden."""
    row = connection.execute(
        "SELECT count(*) AS notes FROM shared_notes JOIN hidden_notes USING (share_id) WHERE live"
    ).fetchone()
    return int(row["notes"])


def unreadable(connection: Connection) -> tuple[SharedNote, ...]:
    """Return the notes of others that no identity of this device opened so far."""
    rows = connection.execute("SELECT sealed FROM shared_notes WHERE shut")
    return tuple(decode(row["sealed"], SharedNote) for row in rows)


def _each_once(rows: Iterable[Row]) -> Iterator[StoredShare]:
    """Two authors may use one identifier: the first one to share it is seen."""
    known: set[str] = set()
    for row in rows:
        if row["note_id"] not in known:
            known.add(row["note_id"])
            yield StoredShare(row["share_id"], codec.decode(bytes(row["content"])))
