"""Records of the server, put into the server's tables; called by `boardpack.store.changes` only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from boardpack.annotation.note import Note
from boardpack.domain import clock
from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Assembly, Authority, Mandate, Official, PoliticalGroup
from boardpack.domain.records import Access, EnrolledDevice, Receipt, SealedNote
from boardpack.domain.signature import Deliberation
from boardpack.store import journal
from boardpack.store.connection import Connection
from boardpack.store.errors import InconsistentReplyError
from sync.protocol.codec import encode
from sync.protocol.messages import Record

_PEOPLE: Final = Changes(people=True)

#: Kind of the wire → table and key, for records that are gone.
_TABLES: Final[dict[str, tuple[str, str]]] = {
    "authority": ("authorities", "authority_id"),
    "assembly": ("assemblies", "assembly_id"),
    "political_group": ("political_groups", "group_id"),
    "official": ("officials", "official_id"),
    "mandate": ("mandates", "mandate_id"),
    "dossier": ("dossiers", "sitting_id"),
    "deliberation": ("deliberations", "deliberation_id"),
    "receipt": ("receipts", "receipt_id"),
    "note": ("notes", "note_id"),
    "access": ("access", "assembly_id"),
    "device": ("devices", "device_id"),
}


def _upsert(connection: Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    first, *others = values
    updates = ", ".join(f"{name} = excluded.{name}" for name in others)
    connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 our own names
        f" ON CONFLICT ({first}) DO UPDATE SET {updates}",
        tuple(values.values()),
    )


def put(connection: Connection, record: Record) -> Changes:
    """Put the present state of a record (notes: `put_note`)."""
    return _WRITERS[type(record)](connection, record)


def remove(connection: Connection, kind: str, record_id: str) -> Changes:
    """Remove a record that is gone."""
    table, key = _TABLES[kind]
    changes = _touched(connection, kind, record_id)
    connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (record_id,))  # noqa: S608 ours
    return changes


def _touched(connection: Connection, kind: str, record_id: str) -> Changes:
    match kind:
        case "dossier":
            rows = connection.execute(
                "SELECT document_id FROM documents WHERE sitting_id = ?", (record_id,)
            )
            documents = frozenset(row["document_id"] for row in rows)
            return Changes(sittings=frozenset({record_id}), documents=documents)
        case "receipt":
            row = connection.execute(
                "SELECT sitting_id FROM receipts WHERE receipt_id = ?", (record_id,)
            ).fetchone()
            return Changes(sittings=frozenset({row["sitting_id"]})) if row else NOTHING
        case "deliberation":
            return Changes(deliberations=True)
        case "note":
            return Changes(notes=True)
        case _:
            return _PEOPLE


def put_note(
    connection: Connection, sealed: SealedNote, note: Note | None, content: bytes | None
) -> Changes:
    """Put a note: its ciphertext, and its clear form when it could be opened.

    A note that cannot be opened, or a tombstone, keeps the place that an earlier state told.
    """
    _upsert(
        connection,
        "notes",
        note_id=sealed.note_id,
        ciphertext=sealed.ciphertext,
        content=content,
        deleted=sealed.deleted,
    )
    if note is not None:
        connection.execute(
            "UPDATE notes SET document_id = ?, sitting_id = ? WHERE note_id = ?",
            (note.document_id, note.sitting_id, sealed.note_id),
        )
    return Changes(notes=True)


def _authority(connection: Connection, record: Authority) -> Changes:
    _upsert(connection, "authorities", authority_id=record.authority_id, body=encode(record))
    return _PEOPLE


def _assembly(connection: Connection, record: Assembly) -> Changes:
    _upsert(
        connection,
        "assemblies",
        assembly_id=record.assembly_id,
        authority_id=record.authority_id,
        body=encode(record),
    )
    return _PEOPLE


def _group(connection: Connection, record: PoliticalGroup) -> Changes:
    _upsert(
        connection,
        "political_groups",
        group_id=record.group_id,
        assembly_id=record.assembly_id,
        body=encode(record),
    )
    return _PEOPLE


def _official(connection: Connection, record: Official) -> Changes:
    _upsert(connection, "officials", official_id=record.official_id, body=encode(record))
    return _PEOPLE


def _mandate(connection: Connection, record: Mandate) -> Changes:
    _upsert(
        connection,
        "mandates",
        mandate_id=record.mandate_id,
        official_id=record.official_id,
        assembly_id=record.assembly_id,
        role=record.role.value,
        starts=record.starts.isoformat(),
        ends=None if record.ends is None else record.ends.isoformat(),
        body=encode(record),
    )
    return _PEOPLE


def _access(connection: Connection, record: Access) -> Changes:
    _upsert(
        connection,
        "access",
        assembly_id=record.assembly_id,
        roles=msgspec.json.encode(record.roles).decode(),
        granted=record.granted,
    )
    return _PEOPLE


def _device(connection: Connection, record: EnrolledDevice) -> Changes:
    _upsert(
        connection,
        "devices",
        device_id=record.device_id,
        state=record.state.value,
        body=encode(record),
    )
    return _PEOPLE


def _deliberation(connection: Connection, record: Deliberation) -> Changes:
    _upsert(
        connection,
        "deliberations",
        deliberation_id=record.deliberation_id,
        sitting_id=record.sitting_id,
        assembly_id=record.assembly_id,
        number=record.number,
        body=encode(record),
    )
    return Changes(deliberations=True, sittings=frozenset({record.sitting_id}))


def _receipt(connection: Connection, record: Receipt) -> Changes:
    _upsert(
        connection,
        "receipts",
        receipt_id=record.receipt_id,
        kind=record.kind.value,
        sitting_id=record.sitting_id,
        official_id=record.official_id,
        document_id=record.document_id,
        revision=record.revision,
        sha256=record.sha256,
        body=encode(record),
    )
    return Changes(sittings=frozenset({record.sitting_id}))


def _dossier(connection: Connection, record: Dossier) -> Changes:
    row = connection.execute(
        "SELECT revision FROM dossiers WHERE sitting_id = ?", (record.sitting_id,)
    ).fetchone()
    if row is not None and record.revision < row["revision"]:
        journal.write(connection, "older_revision_refused", record.sitting_id, str(record.revision))
        return NOTHING
    _upsert(
        connection,
        "dossiers",
        sitting_id=record.sitting_id,
        assembly_id=record.assembly_id,
        revision=record.revision,
        title=record.title,
        starts_at=clock.stamp(record.starts_at),
        body=encode(record),
    )
    # A document that a revision no longer names stays readable, out of force.
    connection.execute(
        "UPDATE documents SET withdrawn = 1 WHERE sitting_id = ?", (record.sitting_id,)
    )
    for document in record.documents:
        _refuse_other_sitting(connection, document.document_id, record.sitting_id)
        _upsert(
            connection,
            "documents",
            document_id=document.document_id,
            sitting_id=record.sitting_id,
            item_id=document.item_id,
            kind=document.kind.value,
            title=document.title,
            position=document.position,
            withdrawn=document.withdrawn,
        )
        connection.executemany(
            "INSERT OR REPLACE INTO versions (document_id, number, sha256, size, pages)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (document.document_id, each.number, each.sha256, each.size, each.pages)
                for each in document.versions
            ],
        )
    documents = frozenset(each.document_id for each in record.documents)
    return Changes(sittings=frozenset({record.sitting_id}), documents=documents)


def _refuse_other_sitting(connection: Connection, document_id: str, sitting_id: str) -> None:
    row = connection.execute(
        "SELECT sitting_id FROM documents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row is not None and row["sitting_id"] != sitting_id:
        raise InconsistentReplyError(kind="document_id")


_WRITERS: Final[dict[type, Callable[[Connection, Any], Changes]]] = {
    Authority: _authority,
    Assembly: _assembly,
    PoliticalGroup: _group,
    Official: _official,
    Mandate: _mandate,
    Dossier: _dossier,
    Deliberation: _deliberation,
    Receipt: _receipt,
    Access: _access,
    EnrolledDevice: _device,
}
