"""Leaving an assembly: what it gave goes, keys first; the person's own notes stay."""

from __future__ import annotations

from typing import Final

from boardpack.domain.changes import Changes
from boardpack.domain.dossier import Telling
from boardpack.store import assembly_keys, journal, locks, meta, outbox, sealed_ahead, sent
from boardpack.store.connection import Connection
from sync.protocol.messages import blobs_of

#: Name in `meta` of the key of the search index (`boardpack.store.index`).
INDEX_KEY: Final = "index_key"

_NAMED = """
SELECT v.sha256 FROM versions v
UNION SELECT json_extract(v.value, '$.sha256')
      FROM deliberations d, json_each(CAST(d.body AS TEXT), '$.versions') v
"""


def leave(connection: Connection, assembly_id: str) -> Changes:
    """Forget the dossiers and people of an assembly; what is the person's own stays.

    Own are notes, receipts, and deliberations that they were to sign: the official's own feed
    carries them whatever the mandates. The keys of files that nothing names any more are destroyed
    in the same transaction: from then on the files are noise. `BlobStore.sweep` removes them. The
    search index loses its key too, and is made anew. Public keys and the ratchet stay: coming back
    to an assembly is no way to an older revision.
    """
    sittings = _column(
        connection, "SELECT sitting_id FROM dossiers WHERE assembly_id = ?", assembly_id
    )
    documents = frozenset[str]().union(
        *(
            _column(connection, "SELECT document_id FROM documents WHERE sitting_id = ?", sitting)
            for sitting in sittings
        )
    )
    named = _all_named(connection)
    for document in documents:
        for table in ("positions", "seen_versions"):
            connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document,))  # noqa: S608
    for sitting in sittings:
        connection.execute("DELETE FROM drafts WHERE sitting_id = ?", (sitting,))
    sent.forget_sittings(connection, sittings)
    for table in ("dossiers", "political_groups", "mandates", "assemblies", "shared_notes"):
        connection.execute(f"DELETE FROM {table} WHERE assembly_id = ?", (assembly_id,))  # noqa: S608
    sealed_ahead.leave(connection, assembly_id)
    leave_secretariat(connection, assembly_id)
    locks.end_ending(connection, assembly_id)
    _destroy_keys(connection, named - _all_named(connection) - _to_send(connection))
    meta.delete(connection, INDEX_KEY)
    journal.write(connection, "assembly_left", assembly_id)
    return Changes(sittings=sittings, documents=documents, deliberations=True, people=True)


def expire(connection: Connection) -> tuple[Changes, bool]:
    """Leave the assemblies whose time to export notes has run out; tell whether there were any."""
    changes = Changes()
    over = locks.over(connection)
    for assembly_id in over:
        changes |= leave(connection, assembly_id)
    return changes, bool(over)


def leave_secretariat(connection: Connection, assembly_id: str) -> Changes:
    """Forget what only the secretariat of an assembly sees: receipts, circuits, the signing key."""
    assembly_keys.leave(connection, assembly_id)
    enrolled = meta.enrolled(connection)
    me = enrolled.official_id if enrolled else ""
    connection.execute(
        "DELETE FROM receipts WHERE official_id <> ?"
        " AND json_extract(CAST(body AS TEXT), '$.assembly_id') = ?",
        (me, assembly_id),
    )
    connection.execute(
        "DELETE FROM deliberations WHERE assembly_id = ? AND NOT EXISTS ("
        " SELECT 1 FROM json_each(CAST(body AS TEXT), '$.steps') e"
        " WHERE json_extract(e.value, '$.official_id') = ?)",
        (assembly_id, me),
    )
    return _forget_untold(connection, assembly_id) | Changes(deliberations=True, people=True)


def _forget_untold(connection: Connection, assembly_id: str) -> Changes:
    """Forget dossiers that readers were not told of yet."""
    rows = connection.execute(
        "SELECT sitting_id FROM dossiers WHERE assembly_id = ?"
        " AND json_extract(CAST(body AS TEXT), '$.telling') <> ?",
        (assembly_id, Telling.TOLD.value),
    )
    untold = frozenset(str(row["sitting_id"]) for row in rows)
    named = _all_named(connection)
    for sitting in untold:
        connection.execute("DELETE FROM drafts WHERE sitting_id = ?", (sitting,))
        connection.execute("DELETE FROM dossiers WHERE sitting_id = ?", (sitting,))
    _destroy_keys(connection, named - _all_named(connection) - _to_send(connection))
    return Changes(sittings=untold)


def _column(connection: Connection, query: str, *parameters: str) -> frozenset[str]:
    return frozenset(str(row[0]) for row in connection.execute(query, parameters))


def _all_named(connection: Connection) -> frozenset[str]:
    return _column(connection, _NAMED)


def _to_send(connection: Connection) -> frozenset[str]:
    """Files of what the person did and the server has not answered, or rejected unseen."""
    rows = connection.execute("SELECT event_id FROM outbox WHERE state = 'waiting'").fetchall()
    waiting = outbox.by_ids(connection, (row["event_id"] for row in rows))
    return frozenset(
        sha256 for row in (*waiting, *outbox.rejected(connection)) for sha256 in blobs_of(row.event)
    )


def _destroy_keys(connection: Connection, digests: frozenset[str]) -> None:
    connection.executemany("DELETE FROM blobs WHERE sha256 = ?", [(each,) for each in digests])
