"""Queries over my notes: what the server has, under what waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from boardpack.store.connection import Connection, Row


@dataclass(frozen=True)
class StoredNote:
    """A note as kept; `content` is its clear form, encoded by `boardpack.annotation.codec`."""

    note_id: str
    content: bytes
    waiting: bool


def of_document(connection: Connection, document_id: str) -> tuple[StoredNote, ...]:
    """Return the readable notes of a document that are not deleted."""
    rows = connection.execute(
        "SELECT note_id, content, waiting FROM notes_projected"
        " WHERE document_id = ? AND NOT deleted AND content IS NOT NULL ORDER BY note_id",
        (document_id,),
    )
    return tuple(_note(row) for row in rows)


def every(connection: Connection, sitting_id: str | None = None) -> tuple[StoredNote, ...]:
    """Return the readable notes that are not deleted, of one sitting or of all."""
    rows = connection.execute(
        "SELECT note_id, content, waiting FROM notes_projected"
        " WHERE NOT deleted AND content IS NOT NULL AND (? IS NULL OR sitting_id = ?)"
        " ORDER BY note_id",
        (sitting_id, sitting_id),
    )
    return tuple(_note(row) for row in rows)


def one(connection: Connection, note_id: str) -> StoredNote | None:
    """Return one readable note that is not deleted."""
    row = connection.execute(
        "SELECT note_id, content, waiting FROM notes_projected"
        " WHERE note_id = ? AND NOT deleted AND content IS NOT NULL",
        (note_id,),
    ).fetchone()
    return _note(row) if row else None


def counts(connection: Connection) -> dict[str, int]:
    """Return how many notes each document has."""
    rows = connection.execute(
        "SELECT document_id, count(*) AS notes FROM notes_projected"
        " WHERE NOT deleted AND content IS NOT NULL GROUP BY document_id"
    )
    return {row["document_id"]: row["notes"] for row in rows}


def _note(row: Row) -> StoredNote:
    return StoredNote(row["note_id"], bytes(row["content"]), bool(row["waiting"]))
