"""Leaving an assembly: what it gave goes, keys first; the person's own notes stay."""

from __future__ import annotations

from boardpack.domain.changes import Changes
from boardpack.store import journal, outbox
from boardpack.store.connection import Connection
from sync.protocol.messages import blobs_of

_NAMED = """
SELECT v.sha256 FROM versions v
UNION SELECT json_extract(v.value, '$.sha256')
      FROM deliberations d, json_each(CAST(d.body AS TEXT), '$.versions') v
"""


def leave(connection: Connection, assembly_id: str) -> Changes:
    """Forget the dossiers, deliberations, receipts and people of an assembly.

    The keys of files that nothing else names are destroyed in the same transaction: from then on
    the files are noise. `BlobStore.sweep` removes them.
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
    for sitting in sittings:
        for table in ("receipts", "drafts"):
            connection.execute(f"DELETE FROM {table} WHERE sitting_id = ?", (sitting,))  # noqa: S608
    for document in documents:
        for table in ("positions", "seen_versions"):
            connection.execute(f"DELETE FROM {table} WHERE document_id = ?", (document,))  # noqa: S608
    for table in ("dossiers", "deliberations", "political_groups", "mandates", "assemblies"):
        connection.execute(f"DELETE FROM {table} WHERE assembly_id = ?", (assembly_id,))  # noqa: S608
    _destroy_keys(connection, named - _all_named(connection) - _to_send(connection))
    journal.write(connection, "assembly_left", assembly_id)
    return Changes(sittings=sittings, documents=documents, deliberations=True, people=True)


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
