"""Assemblies whose dossiers are closed: too long without contact, or the mandate is over.

Nothing is erased by a lock; titles stay in sight. A mandate that is over keeps its dossiers for a
while under lock, so that the person can export their own notes with the titles around them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from boardpack.domain.changes import Changes
from boardpack.store import elapsed, meta
from boardpack.store.connection import Connection

#: How long a person has to export their notes.
GRACE: Final = timedelta(days=30)
ENDINGS: Final = "endings"


class LockKind(StrEnum):
    """Why the dossiers of an assembly are closed."""

    LEASE = "lease"
    MANDATE = "mandate"


@dataclass(frozen=True)
class Lock:
    """One closed assembly.

    Attributes:
        until: when what is here is erased; None while the next contact opens it again.
    """

    assembly_id: str
    kind: LockKind
    since: datetime
    until: datetime | None = None


def locks(connection: Connection) -> dict[str, Lock]:
    """Return the closed assemblies by identifier."""
    now = elapsed.present(connection)
    found = {
        assembly_id: Lock(assembly_id, LockKind.LEASE, ends)
        for assembly_id, ends in leases(connection).items()
        if ends <= now
    }
    for assembly_id, since in endings(connection).items():
        found[assembly_id] = Lock(assembly_id, LockKind.MANDATE, since, since + GRACE)
    return found


def leases(connection: Connection) -> dict[str, datetime]:
    """Return when the dossiers of each assembly close unless the server is heard before.

    An assembly without a lease (0 days) never closes.
    """
    known = elapsed.load(connection)
    if known is None:
        return {}
    rows = connection.execute(
        "SELECT a.assembly_id, json_extract(CAST(a.body AS TEXT), '$.lease_days') AS days"
        " FROM assemblies a JOIN access USING (assembly_id) WHERE granted"
    )
    return {
        row["assembly_id"]: known.contact + timedelta(days=row["days"])
        for row in rows
        if row["days"]
    }


def endings(connection: Connection) -> dict[str, datetime]:
    """Return the assemblies whose mandate is over: identifier → since when."""
    return meta.read(connection, ENDINGS, dict[str, datetime]) or {}


def begin_ending(connection: Connection, assembly_id: str) -> Changes:
    """Close an assembly whose mandate is over; the time to export notes runs from now."""
    known = endings(connection)
    if assembly_id not in known:
        meta.write(connection, ENDINGS, known | {assembly_id: elapsed.present(connection)})
    return _touched(connection, assembly_id)


def end_ending(connection: Connection, assembly_id: str) -> Changes:
    """Let an assembly be: the person was given access again, or it is erased."""
    known = endings(connection)
    if assembly_id not in known:
        return Changes()
    del known[assembly_id]
    meta.write(connection, ENDINGS, known)
    return _touched(connection, assembly_id)


def over(connection: Connection) -> tuple[str, ...]:
    """Return the assemblies whose time to export notes has run out."""
    now = elapsed.present(connection)
    return tuple(name for name, since in endings(connection).items() if since + GRACE <= now)


def _touched(connection: Connection, assembly_id: str) -> Changes:
    sittings = json.dumps(
        [
            row["sitting_id"]
            for row in connection.execute(
                "SELECT sitting_id FROM dossiers WHERE assembly_id = ?", (assembly_id,)
            )
        ]
    )
    documents = connection.execute(
        "SELECT document_id FROM documents WHERE sitting_id IN (SELECT value FROM json_each(?))",
        (sittings,),
    )
    return Changes(
        sittings=frozenset(json.loads(sittings)),
        documents=frozenset(row["document_id"] for row in documents),
        people=True,
    )
