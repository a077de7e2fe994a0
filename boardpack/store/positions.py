"""Where each reading stopped, on this device alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain import clock
from boardpack.store.connection import Connection, Row


@dataclass(frozen=True)
class StoredPosition:
    """A place in one version of a document; `page` counts from 0."""

    document_id: str
    sha256: str
    page: int
    top: float
    zoom: float
    at: datetime


def keep(connection: Connection, position: StoredPosition) -> None:
    """Remember a place; one for each document."""
    connection.execute(
        "INSERT OR REPLACE INTO positions (document_id, sha256, page, top, zoom, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            position.document_id,
            position.sha256,
            position.page,
            position.top,
            position.zoom,
            clock.stamp(position.at),
        ),
    )


def one(connection: Connection, document_id: str) -> StoredPosition | None:
    """Return where a document's reading stopped, None when it never began."""
    row = connection.execute(
        "SELECT * FROM positions WHERE document_id = ?", (document_id,)
    ).fetchone()
    return _position(row) if row else None


def latest(connection: Connection, limit: int) -> tuple[StoredPosition, ...]:
    """Return the last readings, the newest first."""
    rows = connection.execute("SELECT * FROM positions ORDER BY at DESC LIMIT ?", (limit,))
    return tuple(_position(row) for row in rows)


def _position(row: Row) -> StoredPosition:
    return StoredPosition(
        document_id=row["document_id"],
        sha256=row["sha256"],
        page=row["page"],
        top=row["top"],
        zoom=row["zoom"],
        at=clock.parse(row["at"]),
    )
