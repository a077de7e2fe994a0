"""What this device still has to fetch and to send, and which dossiers are whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from datetime import datetime
from typing import Final

from boardpack.domain import clock, spread
from boardpack.domain.dossier import DocumentKind, Dossier, Telling
from boardpack.domain.people import Role
from boardpack.domain.transfers import Pending, Wanted
from boardpack.store import access, meta, outbox
from boardpack.store.connection import Connection, Row
from sync.protocol.codec import decode
from sync.protocol.messages import blobs_of

#: Journal's word for a dossier that became whole; the receipt is made once.
RECEIVED: Final = "dossier_received"

_HERE = "SELECT 1 FROM blobs b WHERE b.state = 'complete' AND b.sha256 ="

_DOCUMENTS = f"""
SELECT v.sha256, v.size, d.sitting_id, s.starts_at, d.kind = ? AS convocation, 0 AS to_sign,
       s.told_at, s.spread_s
FROM documents d JOIN dossiers s USING (sitting_id) JOIN versions v USING (document_id)
WHERE NOT d.withdrawn
  AND v.number = (SELECT max(number) FROM versions w WHERE w.document_id = d.document_id)
  AND NOT EXISTS ({_HERE} v.sha256)
  AND NOT EXISTS (SELECT 1 FROM access a WHERE a.assembly_id = s.assembly_id AND NOT a.granted)
"""  # noqa: S608 constants only

_DELIBERATIONS = f"""
SELECT p.sha256, p.size, p.sitting_id,
       coalesce(s.starts_at, p.placed_at) AS starts_at, 0 AS convocation,
       EXISTS (SELECT 1 FROM json_each(p.steps) e
               WHERE json_extract(e.value, '$.official_id') = ?
                 AND json_extract(e.value, '$.state') = 'waiting') AS to_sign,
       NULL AS told_at, 0 AS spread_s
FROM (SELECT sitting_id,
             json_extract(CAST(body AS TEXT), '$.versions[#-1].sha256') AS sha256,
             json_extract(CAST(body AS TEXT), '$.versions[#-1].size') AS size,
             json_extract(CAST(body AS TEXT), '$.placed_at') AS placed_at,
             json_extract(CAST(body AS TEXT), '$.steps') AS steps
      FROM deliberations) p
LEFT JOIN dossiers s USING (sitting_id)
WHERE NOT EXISTS ({_HERE} p.sha256)
"""  # noqa: S608 constants only


#: Sent ahead, sealed; once the dossier was told its files come instead. A server that was restored
#: may send ahead again what is known here.
_PACKS = f"""
SELECT p.sha256, p.size, p.sitting_id, s.day || 'T00:00:00Z' AS starts_at, 0 AS convocation,
       0 AS to_sign, s.told_at, s.spread_s
FROM sealed_packs p JOIN sealed_dossiers s USING (sitting_id)
WHERE NOT s.opened AND NOT EXISTS ({_HERE} p.sha256)
  AND NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.sitting_id = p.sitting_id)
  AND NOT EXISTS (SELECT 1 FROM access a WHERE a.assembly_id = s.assembly_id AND NOT a.granted)
"""  # noqa: S608 constants only


def missing(
    connection: Connection, official_id: str, now: datetime | None = None
) -> tuple[Wanted, ...]:
    """Return the files in force that are not here: of dossiers, of deliberations, sealed ones.

    Older versions are not fetched; those already here stay.

    Args:
        connection: to the store.
        official_id: whose signature counts.
        now: by the server's clock, to tell how long this device's turns are away.
    """
    rows = [
        *connection.execute(_DOCUMENTS, (DocumentKind.CONVOCATION.value,)),
        *connection.execute(_DELIBERATIONS, (official_id,)),
        *connection.execute(_PACKS),
    ]
    enrolled = meta.enrolled(connection)
    device_id = enrolled.device_id if enrolled else ""
    return tuple(_wanted(row, device_id, now) for row in rows)


def _wanted(row: Row, device_id: str, now: datetime | None) -> Wanted:
    return Wanted(
        sha256=row["sha256"],
        size=row["size"],
        sitting_id=row["sitting_id"],
        starts_at=clock.parse(row["starts_at"]),
        convocation=bool(row["convocation"]),
        to_sign=bool(row["to_sign"]),
        turn_in=_turn_in(row, device_id, now) if now and row["spread_s"] else 0.0,
    )


def _turn_in(row: Row, device_id: str, now: datetime) -> float:
    since_told = (now - clock.parse(row["told_at"])).total_seconds()
    at = spread.place(device_id, row["sitting_id"])
    return spread.turn_in(since_told, row["spread_s"], at)


def pending(
    connection: Connection, skip: Collection[str] = (), lost: Collection[str] = ()
) -> tuple[Pending, ...]:
    """Return the next batch of events, each with the files that the server may not hold yet.

    Args:
        connection: to the store.
        skip: identifiers of events to leave out this time.
        lost: files that the server named once and says it has not.
    """
    held = _held_by_server(connection) - frozenset(lost)
    return tuple(
        Pending(row.event_id, tuple(each for each in blobs_of(row.event) if each not in held))
        for row in outbox.waiting(connection, skip=skip)
    )


def needing(connection: Connection, sha256: str) -> tuple[str, ...]:
    """Return the identifiers of waiting events that need a file to be sent before them."""
    rows = outbox.waiting(connection, limit=sys.maxsize, max_bytes=sys.maxsize)
    return tuple(row.event_id for row in rows if sha256 in blobs_of(row.event))


def _held_by_server(connection: Connection) -> frozenset[str]:
    """Files that the server named itself: it holds them."""
    rows = connection.execute(
        "SELECT sha256 FROM versions UNION"
        " SELECT json_extract(v.value, '$.sha256')"
        " FROM deliberations d, json_each(CAST(d.body AS TEXT), '$.versions') v"
    )
    return frozenset(row["sha256"] for row in rows)


def complete_unreceipted(
    connection: Connection, official_id: str, sittings: Collection[str] | None = None
) -> tuple[Dossier, ...]:
    """Return the dossiers that are whole on this device and not yet receipted in this revision.

    Only of assemblies that this person sits in: a secretariat receipts nothing to itself.

    Args:
        connection: to the store.
        official_id: whose receipts count.
        sittings: look only at these dossiers (None: at all).
    """
    sits_in = {
        assembly_id
        for assembly_id, roles in access.granted(connection).items()
        if roles - {Role.SECRETARY_OFFICE}
    }
    among = None if sittings is None else json.dumps(list(sittings))
    rows = connection.execute(
        """
        SELECT s.body FROM dossiers s
        WHERE (? IS NULL OR s.sitting_id IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (
            SELECT 1 FROM documents d JOIN versions v USING (document_id)
            WHERE d.sitting_id = s.sitting_id AND NOT d.withdrawn
              AND v.number = (SELECT max(number) FROM versions w
                              WHERE w.document_id = d.document_id)
              AND NOT EXISTS (SELECT 1 FROM blobs b
                              WHERE b.state = 'complete' AND b.sha256 = v.sha256))
          AND NOT EXISTS (
            SELECT 1 FROM receipts r
            WHERE r.sitting_id = s.sitting_id AND r.kind = 'received'
              AND r.official_id = ? AND r.revision >= s.revision)
          AND NOT EXISTS (
            SELECT 1 FROM journal j
            WHERE j.action = ? AND j.subject_id = s.sitting_id AND j.detail = s.revision)
        ORDER BY s.starts_at
        """,
        (among, among, official_id, RECEIVED),
    )
    found = (decode(row["body"], Dossier) for row in rows)
    told = (each for each in found if each.telling is Telling.TOLD)
    return tuple(each for each in told if each.assembly_id in sits_in)


def places_of(connection: Connection, sha256: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the sittings and the documents that a file belongs to."""
    rows = connection.execute(
        "SELECT d.sitting_id, d.document_id FROM documents d JOIN versions v USING (document_id)"
        " WHERE v.sha256 = ?",
        (sha256,),
    ).fetchall()
    return frozenset(row["sitting_id"] for row in rows), frozenset(
        row["document_id"] for row in rows
    )
