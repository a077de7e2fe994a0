"""What was refused of the server's word, or must be said about it: until the person has read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, Parameter
from boardpack.store import journal
from boardpack.store.connection import Connection, Row


@dataclass(frozen=True)
class Doubt:
    """One thing that must be said.

    Attributes:
        subject_id: the sitting or the key that it is about.
        code, parameters: the error of the tree that says it.
        body: the record that was refused, as it came; empty when nothing was.
    """

    subject_id: str
    code: str
    parameters: dict[str, Parameter]
    body: bytes
    at: datetime


def write(
    connection: Connection, subject_id: str, error: BoardpackError, body: bytes = b""
) -> bool:
    """Keep a doubt; tell whether it is a new one, not the same again."""
    parameters = msgspec.json.encode(error.parameters).decode()
    known = connection.execute(
        "SELECT 1 FROM doubts WHERE subject_id = ? AND code = ? AND parameters = ?",
        (subject_id, error.code, parameters),
    ).fetchone()
    if known:
        connection.execute(
            "UPDATE doubts SET body = ? WHERE subject_id = ?", (body or None, subject_id)
        )
        return False
    connection.execute(
        "INSERT OR REPLACE INTO doubts (subject_id, code, parameters, body, at, seen)"
        " VALUES (?, ?, ?, ?, ?, 0)",
        (subject_id, error.code, parameters, body or None, clock.stamp(clock.now())),
    )
    journal.write(connection, error.code, subject_id, parameters)
    return True


def settle(connection: Connection, subject_id: str) -> bool:
    """Forget a doubt that the server's later word resolved; tell whether there was one."""
    return bool(
        connection.execute("DELETE FROM doubts WHERE subject_id = ?", (subject_id,)).rowcount
    )


def acknowledge(connection: Connection, subject_id: str) -> bool:
    """Say that the person read it. What was refused stays refused."""
    moved = connection.execute("UPDATE doubts SET seen = 1 WHERE subject_id = ?", (subject_id,))
    return bool(moved.rowcount)


def unread(connection: Connection) -> tuple[Doubt, ...]:
    """Return what the person has not read, the oldest first."""
    rows = connection.execute("SELECT * FROM doubts WHERE NOT seen ORDER BY at, subject_id")
    return tuple(_doubt(row) for row in rows)


def count(connection: Connection) -> int:
    """Return how many the person has not read."""
    return int(connection.execute("SELECT count(*) FROM doubts WHERE NOT seen").fetchone()[0])


def refused(connection: Connection) -> tuple[Doubt, ...]:
    """Return those that hold a refused record, read or not."""
    rows = connection.execute("SELECT * FROM doubts WHERE body IS NOT NULL ORDER BY subject_id")
    return tuple(_doubt(row) for row in rows)


def _doubt(row: Row) -> Doubt:
    return Doubt(
        subject_id=row["subject_id"],
        code=row["code"],
        parameters=msgspec.json.decode(row["parameters"], type=dict[str, str | int]),
        body=bytes(row["body"] or b""),
        at=clock.parse(row["at"]),
    )
