"""What the server accepted, kept for the day when it is restored from before that (D10).

Sending an event again is safe: a server that knows it answers as it did. What proves something in
law is kept longer than any backup is; the rest as long as backups usually are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.store.connection import Connection

#: As long as the server remembers events and heads of its feeds.
LASTING: Final = timedelta(days=400)
PASSING: Final = timedelta(days=90)
#: A later one of the same subject says all that an earlier one said, to the server too.
_WHOLE: Final = ("note_sealed", "position_sealed")
#: Many, and of no legal weight.
_PASSING: Final = (*_WHOLE, "document_opened")


@dataclass(frozen=True)
class Asked:
    """Events of which the server is asked whether it knows them; `upto` is the last one's place."""

    event_ids: tuple[str, ...] = ()
    upto: int = 0


def settle(connection: Connection, at: datetime) -> int:
    """Move accepted rows here from the outbox; return how many.

    Args:
        connection: to the store.
        at: the server's time: this device's clock may be wrong by years.
    """
    connection.execute(
        "DELETE FROM sent WHERE kind IN (?, ?) AND (kind, subject_id) IN"
        " (SELECT kind, subject_id FROM outbox WHERE state = 'accepted')",
        _WHOLE,
    )
    connection.execute(
        "INSERT OR REPLACE INTO sent (place, event_id, kind, subject_id, sitting_id, document_id,"
        " event, content, created_at, accepted_at)"
        " SELECT place, event_id, kind, subject_id, sitting_id, document_id, event, content,"
        " created_at, ? FROM outbox WHERE state = 'accepted' ORDER BY place",
        (clock.stamp(at),),
    )
    moved = connection.execute("DELETE FROM outbox WHERE state = 'accepted'").rowcount
    if moved:
        _prune(connection, min(at, clock.now()))
    return moved


def _prune(connection: Connection, now: datetime) -> None:
    """Forget what is too old by both clocks: neither alone may empty the log."""
    connection.execute(
        "DELETE FROM sent WHERE accepted_at < ? OR (accepted_at < ? AND kind IN (?, ?, ?))",
        (clock.stamp(now - LASTING), clock.stamp(now - PASSING), *_PASSING),
    )


def after(connection: Connection, place: int, limit: int) -> Asked:
    """Return the next events after `place`, oldest first."""
    rows = connection.execute(
        "SELECT place, event_id FROM sent WHERE place > ? ORDER BY place LIMIT ?", (place, limit)
    ).fetchall()
    return Asked(tuple(row["event_id"] for row in rows), rows[-1]["place"] if rows else place)


def put_back(connection: Connection, event_ids: Collection[str]) -> int:
    """Put events back into the outbox, in their old places; return how many."""
    moved = 0
    for event_id in event_ids:
        moved += connection.execute(
            "INSERT OR IGNORE INTO outbox (place, event_id, kind, subject_id, sitting_id,"
            " document_id, event, content, created_at)"
            " SELECT place, event_id, kind, subject_id, sitting_id, document_id, event, content,"
            " created_at FROM sent WHERE event_id = ?",
            (event_id,),
        ).rowcount
        connection.execute("DELETE FROM sent WHERE event_id = ?", (event_id,))
    return moved


def forget_sittings(connection: Connection, sittings: Collection[str]) -> None:
    """Forget what concerns sittings of an assembly that was left; notes stay their author's."""
    connection.executemany(
        "DELETE FROM sent WHERE sitting_id = ? AND kind <> 'note_sealed'",
        [(each,) for each in sorted(sittings)],
    )
