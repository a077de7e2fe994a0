"""Queries over receipts: what the server recorded, under what waits to be sent."""

from __future__ import annotations

from datetime import datetime

from boardpack.domain import clock
from boardpack.domain.records import Receipt
from boardpack.store.connection import Connection
from sync.protocol.codec import decode


def of_sitting(connection: Connection, sitting_id: str) -> tuple[Receipt, ...]:
    """Return the receipts of a sitting in the order the server recorded them."""
    rows = connection.execute("SELECT body FROM receipts WHERE sitting_id = ?", (sitting_id,))
    found = (decode(row["body"], Receipt) for row in rows)
    return tuple(sorted(found, key=lambda each: each.recorded_at))


def acknowledged(connection: Connection, official_id: str) -> dict[str, datetime]:
    """Return when this official first acknowledged each convocation, sent or waiting."""
    rows = connection.execute(
        "SELECT sitting_id, json_extract(CAST(body AS TEXT), '$.at') AS at FROM receipts"
        " WHERE kind = 'acknowledged' AND official_id = ? UNION ALL"
        " SELECT sitting_id, json_extract(CAST(event AS TEXT), '$.at') FROM outbox"
        " WHERE kind = 'convocation_acknowledged' AND state <> 'rejected'",
        (official_id,),
    )
    found: dict[str, datetime] = {}
    for row in rows:
        at = clock.parse(row["at"])
        found[row["sitting_id"]] = min(at, found.get(row["sitting_id"], at))
    return found
