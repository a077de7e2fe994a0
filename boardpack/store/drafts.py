"""Sittings in preparation, on this device alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain import clock
from boardpack.store.connection import Connection, Row


@dataclass(frozen=True)
class StoredDraft:
    """A draft as kept; `body` is encoded by its service."""

    sitting_id: str
    body: bytes
    at: datetime


def keep(connection: Connection, draft: StoredDraft) -> None:
    """Keep a draft; one for each sitting."""
    connection.execute(
        "INSERT OR REPLACE INTO drafts (sitting_id, body, at) VALUES (?, ?, ?)",
        (draft.sitting_id, draft.body, clock.stamp(draft.at)),
    )


def one(connection: Connection, sitting_id: str) -> StoredDraft | None:
    """Return the draft of a sitting, None when there is none."""
    row = connection.execute("SELECT * FROM drafts WHERE sitting_id = ?", (sitting_id,)).fetchone()
    return _draft(row) if row else None


def every(connection: Connection) -> tuple[StoredDraft, ...]:
    """Return all drafts, the last touched first."""
    return tuple(_draft(row) for row in connection.execute("SELECT * FROM drafts ORDER BY at DESC"))


def drop(connection: Connection, sitting_id: str) -> None:
    """Forget the draft of a sitting; none is no error."""
    connection.execute("DELETE FROM drafts WHERE sitting_id = ?", (sitting_id,))


def _draft(row: Row) -> StoredDraft:
    return StoredDraft(row["sitting_id"], bytes(row["body"]), clock.parse(row["at"]))
