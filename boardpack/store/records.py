"""Records of the server, put into the server's tables; called by `boardpack.store.changes` only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from boardpack.annotation import codec as note_codec
from boardpack.annotation.merge import merged
from boardpack.annotation.record import NoteRecord
from boardpack.domain import clock
from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Assembly, Authority, Mandate, Official, PoliticalGroup
from boardpack.domain.records import (
    Access,
    EnrolledDevice,
    Receipt,
    SealedDossier,
    SealedIdentity,
    SealedNote,
    SealedPosition,
    SharedNote,
)
from boardpack.domain.signature import Deliberation
from boardpack.domain.trust import KeyOrder, KeyShare
from boardpack.store import sealed_ahead
from boardpack.store.connection import Connection
from boardpack.store.errors import InconsistentReplyError
from sync.protocol.codec import encode
from sync.protocol.messages import Record

#: Version → its record, of the versions of a note that open.
Opened: TypeAlias = Mapping[str, NoteRecord]
_PEOPLE: Final = Changes(people=True)

#: Kind of the wire → table and key, for records that are gone.
_TABLES: Final[dict[str, tuple[str, str]]] = {
    "authority": ("authorities", "authority_id"),
    "assembly": ("assemblies", "assembly_id"),
    "political_group": ("political_groups", "group_id"),
    "official": ("officials", "official_id"),
    "mandate": ("mandates", "mandate_id"),
    "dossier": ("dossiers", "sitting_id"),
    "sealed_dossier": ("sealed_dossiers", "sitting_id"),
    "deliberation": ("deliberations", "deliberation_id"),
    "receipt": ("receipts", "receipt_id"),
    "note": ("notes", "note_id"),
    "shared_note": ("shared_notes", "share_id"),
    "identity": ("sealed_identities", "recipient"),
    "position": ("sealed_positions", "position_id"),
    "access": ("access", "assembly_id"),
    "device": ("devices", "device_id"),
    "key_share": ("key_shares", "key_id"),
    "key_order": ("key_orders", "assembly_id"),
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
    """Put the present state of a record.

    Notes go by `put_note`; dossiers and keys are judged by `boardpack.store.trusting` before.
    """
    return _WRITERS[type(record)](connection, record)


def remove(connection: Connection, kind: str, record_id: str) -> Changes:
    """Remove a record that is gone."""
    table, key = _TABLES[kind]
    changes = _touched(connection, kind, record_id)
    if kind == "sealed_dossier":
        sealed_ahead.drop(connection, record_id)
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
        case "note" | "shared_note":
            return Changes(notes=True)
        case "position":
            return NOTHING
        case _:
            return _PEOPLE


def put_note(connection: Connection, sealed: SealedNote, opened: Opened) -> Changes:
    """Put a note: its live versions as told, and in clear what those that open merge to.

    A note that cannot be opened keeps the place that an earlier state told.
    """
    record = merged(opened.values())
    _upsert(
        connection,
        "notes",
        note_id=sealed.note_id,
        live=record is not None and record.live,
        shut=sum(not (each.deleted or each.version_id in opened) for each in sealed.versions),
        content=None if record is None else note_codec.encode(record),
        merged=msgspec.json.encode(list(opened)).decode(),
        sealed=encode(sealed),
    )
    if record is not None:
        connection.execute(
            "UPDATE notes SET document_id = ?, sitting_id = ? WHERE note_id = ?",
            (record.document_id, record.sitting_id, sealed.note_id),
        )
    return Changes(notes=True)


def put_shared(connection: Connection, shared: SharedNote, opened: Opened) -> Changes:
    """Put a note that somebody shares: as told, and in clear what opens here."""
    record = merged(opened.values())
    _upsert(
        connection,
        "shared_notes",
        share_id=shared.share_id,
        note_id=shared.note_id,
        author_id=shared.author_id,
        assembly_id=shared.assembly_id,
        document_id=record.document_id if record else None,
        sitting_id=record.sitting_id if record else None,
        live=record is not None and record.live,
        shut=0 if opened else 1,
        content=None if record is None else note_codec.encode(record),
        sealed=encode(shared),
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


def _sealed_identity(connection: Connection, record: SealedIdentity) -> Changes:
    _upsert(
        connection,
        "sealed_identities",
        recipient=record.recipient,
        ciphertext=record.ciphertext,
        kid=record.kid,
    )
    return _PEOPLE


def _sealed_position(connection: Connection, record: SealedPosition) -> Changes:
    _upsert(
        connection,
        "sealed_positions",
        position_id=record.position_id,
        ciphertext=record.ciphertext,
        state="new",
    )
    return NOTHING


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
    # A restored server records what is sent to it again under a new identifier.
    connection.execute(
        "DELETE FROM receipts WHERE receipt_id <> ? AND kind = ? AND sitting_id = ?"
        " AND official_id = ? AND document_id IS ? AND sha256 = ?",
        (
            record.receipt_id,
            record.kind.value,
            record.sitting_id,
            record.official_id,
            record.document_id,
            record.sha256,
        ),
    )
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
    _upsert(
        connection,
        "dossiers",
        sitting_id=record.sitting_id,
        assembly_id=record.assembly_id,
        revision=record.revision,
        title=record.title,
        starts_at=clock.stamp(record.starts_at),
        told_at=clock.stamp(record.revised_at),
        spread_s=record.spread_s,
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
        # Versions only ever grow in number, but those of a revision that a new key disowned.
        connection.execute(
            "DELETE FROM versions WHERE document_id = ? AND number > ?",
            (document.document_id, document.current.number),
        )
    documents = frozenset(each.document_id for each in record.documents)
    return Changes(sittings=frozenset({record.sitting_id}), documents=documents)


def _share(connection: Connection, record: KeyShare) -> Changes:
    _upsert(connection, "key_shares", key_id=record.key_id, body=encode(record))
    return NOTHING


def _order(connection: Connection, record: KeyOrder) -> Changes:
    _upsert(connection, "key_orders", assembly_id=record.assembly_id, body=encode(record))
    return NOTHING


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
    SealedDossier: sealed_ahead.put,
    Deliberation: _deliberation,
    Receipt: _receipt,
    Access: _access,
    EnrolledDevice: _device,
    SealedIdentity: _sealed_identity,
    SealedPosition: _sealed_position,
    KeyShare: _share,
    KeyOrder: _order,
}
