"""Where each reading stopped; sealed copies of it follow the person to their next device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.domain.records import SealedPosition
from boardpack.store.connection import Connection, Row

_NEXT: Final = timedelta(milliseconds=1)


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
    """Remember a place; one for each document.

    It counts as later than every place that was known here, whatever the devices' clocks say.
    """
    known = one(connection, position.document_id)
    after = position.at if known is None else max(position.at, known.at + _NEXT)
    _put(connection, replace(position, at=after), changed=True)


def follow(connection: Connection, position: StoredPosition) -> bool:
    """Take over a place that another device remembered, unless a later one is known here.

    If the server has an earlier one than what this device had sent, another device sent its own
    after it: the later one is sent again.
    """
    known = one(connection, position.document_id)
    if known is None or _age(known) < _age(position):
        _put(connection, position, changed=False)
        return True
    if _age(known) > _age(position):
        connection.execute(
            "UPDATE positions SET changed = 1, sealed_at = NULL"
            " WHERE document_id = ? AND NOT changed",
            (position.document_id,),
        )
    return False


def _age(position: StoredPosition) -> tuple[datetime, int, float, str]:
    """Return what orders places; of one instant, all devices take the same one."""
    return position.at, position.page, position.top, position.sha256


def _put(connection: Connection, position: StoredPosition, *, changed: bool) -> None:
    connection.execute(
        "INSERT INTO positions (document_id, sha256, page, top, zoom, at, changed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (document_id) DO UPDATE SET sha256 = excluded.sha256, page = excluded.page,"
        " top = excluded.top, zoom = excluded.zoom, at = excluded.at, changed = excluded.changed",
        (
            position.document_id,
            position.sha256,
            position.page,
            position.top,
            position.zoom,
            clock.stamp(position.at),
            changed,
        ),
    )


def left(connection: Connection, document_id: str) -> None:
    """Note that the document was closed: its place is sealed with the next exchange."""
    connection.execute(
        "UPDATE positions SET sealed_at = NULL WHERE document_id = ? AND changed", (document_id,)
    )


def to_seal(connection: Connection, before: datetime) -> tuple[StoredPosition, ...]:
    """Return the places that changed and were not sealed since `before`."""
    rows = connection.execute(
        "SELECT * FROM positions WHERE changed AND (sealed_at IS NULL OR sealed_at < ?)"
        " ORDER BY at",
        (clock.stamp(before),),
    )
    return tuple(_position(row) for row in rows)


def sealed(connection: Connection, document_id: str, at: datetime) -> None:
    """Note that a place was sealed as it is now."""
    connection.execute(
        "UPDATE positions SET changed = 0, sealed_at = ? WHERE document_id = ?",
        (clock.stamp(at), document_id),
    )


def arrived(connection: Connection) -> tuple[SealedPosition, ...]:
    """Return the sealed places that nobody tried to open yet."""
    rows = connection.execute("SELECT * FROM sealed_positions WHERE state = 'new'")
    return tuple(SealedPosition(row["position_id"], bytes(row["ciphertext"])) for row in rows)


def tried(connection: Connection, position_id: str, *, opened: bool) -> None:
    """Note whether a sealed place could be opened."""
    connection.execute(
        "UPDATE sealed_positions SET state = ? WHERE position_id = ?",
        ("open" if opened else "shut", position_id),
    )


def try_again(connection: Connection) -> None:
    """Have the sealed places that did not open tried again: this device has another identity."""
    connection.execute("UPDATE sealed_positions SET state = 'new' WHERE state = 'shut'")


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
