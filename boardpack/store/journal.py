"""What this device did that a person may ask about later: when it received, left, repaired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain import clock, ids
from boardpack.store.connection import Connection


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    at: datetime
    action: str
    subject_id: str
    detail: str


def write(connection: Connection, action: str, subject_id: str = "", detail: str = "") -> None:
    """Add a line."""
    connection.execute(
        "INSERT INTO journal (entry_id, at, action, subject_id, detail) VALUES (?, ?, ?, ?, ?)",
        (ids.new_id(), clock.stamp(clock.now()), action, subject_id, detail),
    )


def latest(connection: Connection, limit: int) -> tuple[Entry, ...]:
    """Return the last lines, the newest first."""
    rows = connection.execute("SELECT * FROM journal ORDER BY at DESC LIMIT ?", (limit,))
    return tuple(
        Entry(clock.parse(row["at"]), row["action"], row["subject_id"], row["detail"])
        for row in rows
    )
