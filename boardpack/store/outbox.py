"""What the person did and the server has not confirmed yet (D3, D10).

Rows keep the order in which they were written (`place`): a device's clock may jump back.

A row is `waiting`, then `accepted` or `rejected`. An accepted row goes (to `boardpack.store.sent`)
once the feeds have caught up with it, so that what it did never disappears from view for a moment.
A rejected row stays until the person saw the reason.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from boardpack.domain import clock
from boardpack.store.connection import Connection, Row
from sync.protocol import codec
from sync.protocol.messages import MAX_EVENTS, Answer, Event

#: What the program does by itself: no action of the person waits, and a refusal concerns nobody.
QUIET: Final = frozenset({"position_sealed", "assembly_key_made", "assembly_key_shared"})
_QUIET: Final = (json.dumps(sorted(QUIET)),)
#: A batch stops growing here; one larger event still travels alone.
MAX_BATCH_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class OutboxRow:
    """One thing that the person did.

    Attributes:
        content: a note in clear, so that its author can read it whatever the server says.
        code: why the server rejected it, empty otherwise; `parameters` belong to its text.
    """

    event_id: str
    kind: str
    subject_id: str
    sitting_id: str | None
    document_id: str | None
    event: Event
    content: bytes | None
    created_at: datetime
    state: str
    code: str
    parameters: dict[str, str | int]


def append(
    connection: Connection,
    event: Event,
    *,
    subject_id: str,
    sitting_id: str | None = None,
    document_id: str | None = None,
    content: bytes | None = None,
) -> None:
    """Keep an event until the server has answered it; in the caller's transaction."""
    connection.execute(
        "INSERT INTO outbox (place, event_id, kind, subject_id, sitting_id, document_id, event,"
        " content, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _next_place(connection),
            event.event_id,
            str(type(event).__struct_config__.tag),
            subject_id,
            sitting_id,
            document_id,
            codec.encode(event),
            content,
            clock.stamp(event.at),
        ),
    )


def _next_place(connection: Connection) -> int:
    """Return a place after everything, also what was sent: it may have to be sent again."""
    row = connection.execute(
        "SELECT max(coalesce((SELECT max(place) FROM outbox), 0),"
        " coalesce((SELECT max(place) FROM sent), 0)) + 1 AS place"
    ).fetchone()
    return int(row["place"])


def waiting(
    connection: Connection,
    limit: int = MAX_EVENTS,
    max_bytes: int = MAX_BATCH_BYTES,
    skip: Collection[str] = (),
) -> tuple[OutboxRow, ...]:
    """Return the oldest waiting rows that fit one batch, in the order they were made.

    Args:
        connection: to the store.
        limit: most events of a batch.
        max_bytes: most bytes of a batch; one larger event still travels alone.
        skip: identifiers of events to leave out.
    """
    rows = connection.execute("SELECT * FROM outbox WHERE state = 'waiting' ORDER BY place")
    found: list[OutboxRow] = []
    room = max_bytes
    for row in rows:
        if row["event_id"] in skip:
            continue
        if len(found) == limit:
            break
        room -= len(row["event"])
        if found and room < 0:
            break
        found.append(_row(row))
    return tuple(found)


def of_kinds(connection: Connection, kinds: Collection[str]) -> tuple[OutboxRow, ...]:
    """Return the waiting rows of these kinds, in the order they were made."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE state = 'waiting'"
        " AND kind IN (SELECT value FROM json_each(?)) ORDER BY place",
        (json.dumps(list(kinds)),),
    )
    return tuple(_row(row) for row in rows)


def by_ids(connection: Connection, event_ids: Iterable[str]) -> tuple[OutboxRow, ...]:
    """Return the named rows that still wait, in the order they were made."""
    found = (
        connection.execute(
            "SELECT * FROM outbox WHERE event_id = ? AND state = 'waiting'", (event_id,)
        ).fetchone()
        for event_id in event_ids
    )
    rows = (row for row in found if row is not None)
    return tuple(_row(row) for row in sorted(rows, key=lambda row: int(row["place"])))


def answered(connection: Connection, answers: Iterable[Answer]) -> int:
    """Keep the server's answers; return how many rows they moved. Unknown events are ignored."""
    moved = 0
    for answer in answers:
        moved += connection.execute(
            "UPDATE outbox SET state = ?, code = ?, parameters = ?"
            " WHERE event_id = ? AND state = 'waiting'",
            (
                "accepted" if answer.accepted else "rejected",
                "" if answer.accepted else answer.code,
                "{}" if answer.accepted else msgspec.json.encode(answer.parameters).decode(),
                answer.event_id,
            ),
        ).rowcount
    return moved


def reject(
    connection: Connection, event_ids: Iterable[str], code: str, parameters: dict[str, str | int]
) -> int:
    """Reject events on this device's own account: a file that they need can never be sent."""
    refusals = (
        Answer(each, accepted=False, code=code, parameters=parameters) for each in event_ids
    )
    return answered(connection, refusals)


def drop_quiet(connection: Connection) -> int:
    """Let refusals go that concern nobody; return how many."""
    return connection.execute(
        "DELETE FROM outbox WHERE state = 'rejected' AND kind IN (SELECT value FROM json_each(?))",
        _QUIET,
    ).rowcount


def rejected(connection: Connection) -> tuple[OutboxRow, ...]:
    """Return what the server rejected and the person has not seen."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE state = 'rejected'"
        " AND kind NOT IN (SELECT value FROM json_each(?)) ORDER BY place",
        _QUIET,
    )
    return tuple(_row(row) for row in rows)


def acknowledge_rejection(connection: Connection, event_id: str) -> bool:
    """Let a rejected row go: the person saw why. Tell whether there was one."""
    cursor = connection.execute(
        "DELETE FROM outbox WHERE event_id = ? AND state = 'rejected'", (event_id,)
    )
    return cursor.rowcount > 0


def has(connection: Connection, kind: str) -> bool:
    """Tell whether some row is of this kind, in whatever state."""
    row = connection.execute("SELECT 1 FROM outbox WHERE kind = ? LIMIT 1", (kind,)).fetchone()
    return row is not None


@dataclass(frozen=True)
class Counts:
    """How many actions of the person wait to be sent, and how many were rejected."""

    waiting: int
    rejected: int


def counts(connection: Connection) -> Counts:
    """Return how many rows wait, and how many were rejected."""
    row = connection.execute(
        "SELECT coalesce(sum(state = 'waiting'), 0) AS waiting,"
        " coalesce(sum(state = 'rejected'), 0) AS rejected FROM outbox"
        " WHERE kind NOT IN (SELECT value FROM json_each(?))",
        _QUIET,
    ).fetchone()
    return Counts(row["waiting"], row["rejected"])


def _row(row: Row) -> OutboxRow:
    return OutboxRow(
        event_id=row["event_id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        sitting_id=row["sitting_id"],
        document_id=row["document_id"],
        event=codec.decode_event(row["event"]),
        content=None if row["content"] is None else bytes(row["content"]),
        created_at=clock.parse(row["created_at"]),
        state=row["state"],
        code=row["code"],
        parameters=msgspec.json.decode(row["parameters"], type=dict[str, str | int]),
    )
