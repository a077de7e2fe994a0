"""Queries over documents on this device: which bytes are here, which versions were opened."""

from __future__ import annotations

from datetime import datetime

from boardpack.domain import clock
from boardpack.store.connection import Connection


def available(connection: Connection) -> frozenset[str]:
    """Return the digests whose bytes are whole on this device."""
    rows = connection.execute("SELECT sha256 FROM blobs WHERE state = 'complete'")
    return frozenset(row["sha256"] for row in rows)


def opened(connection: Connection, official_id: str) -> dict[str, frozenset[str]]:
    """Return which versions of which documents this official opened, here or on another device."""
    rows = connection.execute(
        "SELECT document_id, sha256 FROM seen_versions UNION"
        " SELECT document_id, sha256 FROM receipts"
        " WHERE kind = 'opened' AND official_id = ? AND document_id IS NOT NULL",
        (official_id,),
    )
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        found[row["document_id"]] = found.get(row["document_id"], frozenset()) | {row["sha256"]}
    return found


def mark_seen(connection: Connection, document_id: str, sha256: str, at: datetime) -> bool:
    """Note that a version was shown here; tell whether it was the first time."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO seen_versions (document_id, sha256, at) VALUES (?, ?, ?)",
        (document_id, sha256, clock.stamp(at)),
    )
    return cursor.rowcount > 0
