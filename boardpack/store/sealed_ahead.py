"""What was sent ahead of a dossier, sealed: its packs, and how they are let go."""

from __future__ import annotations

from typing import Final, NamedTuple

from boardpack.domain import clock
from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.records import SealedDossier
from boardpack.store.connection import Connection
from sync.protocol.codec import encode

_OPENED: Final = """
SELECT p.sha256, p.key FROM sealed_packs p
JOIN sealed_dossiers s USING (sitting_id) JOIN blobs b ON b.sha256 = p.sha256
WHERE s.opened AND b.state = 'complete'
"""
#: Packs that nothing is to be taken out of any more: a cut one, and those of whole dossiers.
_SPENT: Final = """
SELECT p.sha256 FROM sealed_packs p
JOIN sealed_dossiers s USING (sitting_id) JOIN blobs b ON b.sha256 = p.sha256
WHERE s.opened AND (b.state <> 'complete' OR NOT EXISTS (
  SELECT 1 FROM documents d JOIN versions v USING (document_id)
  WHERE d.sitting_id = p.sitting_id AND NOT d.withdrawn
    AND v.number = (SELECT max(number) FROM versions w WHERE w.document_id = d.document_id)
    AND NOT EXISTS (SELECT 1 FROM blobs h WHERE h.state = 'complete' AND h.sha256 = v.sha256)))
"""


class Pack(NamedTuple):
    """A pack that is here, and its key."""

    sha256: str
    key: bytes


def put(connection: Connection, record: SealedDossier) -> Changes:
    """Write what the server says was sent ahead; packs that it names no more are destroyed."""
    drop(connection, record.sitting_id, keep={each.sha256 for each in record.packs})
    connection.execute(
        "INSERT OR REPLACE INTO sealed_dossiers"
        " (sitting_id, assembly_id, day, opened, told_at, spread_s, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record.sitting_id,
            record.assembly_id,
            record.day.isoformat(),
            record.opened,
            clock.stamp(record.offered_at),
            record.spread_s,
            encode(record),
        ),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO sealed_packs (sha256, sitting_id, size, key) VALUES (?, ?, ?, ?)",
        [(each.sha256, record.sitting_id, each.size, each.key) for each in record.packs],
    )
    return NOTHING


def drop(
    connection: Connection, sitting_id: str, keep: frozenset[str] | set[str] = frozenset()
) -> None:
    """Forget packs of a sitting: the keys of what is here first, so that the bytes are noise."""
    rows = connection.execute("SELECT sha256 FROM sealed_packs WHERE sitting_id = ?", (sitting_id,))
    gone = [(row["sha256"],) for row in rows.fetchall() if row["sha256"] not in keep]
    connection.executemany("DELETE FROM blobs WHERE sha256 = ?", gone)
    connection.executemany("DELETE FROM sealed_packs WHERE sha256 = ?", gone)


def leave(connection: Connection, assembly_id: str) -> None:
    """Forget all that was sent ahead by an assembly."""
    rows = connection.execute(
        "SELECT sitting_id FROM sealed_dossiers WHERE assembly_id = ?", (assembly_id,)
    )
    for row in rows.fetchall():
        drop(connection, row["sitting_id"])
    connection.execute("DELETE FROM sealed_dossiers WHERE assembly_id = ?", (assembly_id,))


def opened(connection: Connection) -> tuple[Pack, ...]:
    """Return the packs that are here, with the keys that the server gave."""
    rows = connection.execute(_OPENED)
    return tuple(Pack(row["sha256"], bytes(row["key"])) for row in rows if row["key"])


def spent(connection: Connection) -> tuple[str, ...]:
    """Return the packs here of which nothing is needed any more."""
    return tuple(row["sha256"] for row in connection.execute(_SPENT))
