"""Devices as people have them: the real program on a real store, over the simulated line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from boardpack import bootstrap
from boardpack.annotation.note import Anchor, Box, Note, NoteKind, Quad
from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.ports import Transport
from boardpack.domain.records import Access, SealedPosition
from boardpack.services.program import Program, Session
from boardpack.services.synchronize import SyncReport
from boardpack.store import dossiers, outbox, recovery
from boardpack.store.connection import Connection
from boardpack.store.database import Store
from boardpack.store.meta import Enrolled
from sync.client.enrolment import HttpRegistrar
from sync.client.http_transport import HttpTransport
from sync.protocol.codec import decode
from sync.protocol.messages import RECORDS, DossierPublished, Event
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.models import Official
from tests.helpers.local import sha256
from tests.helpers.server import URL, SimulatedServer, State
from tests.helpers.world import IT

SECRET = "quatre mots sans rapport"

_TABLES = {
    "authority": ("authorities", "authority_id"),
    "assembly": ("assemblies", "assembly_id"),
    "political_group": ("political_groups", "group_id"),
    "official": ("officials", "official_id"),
    "mandate": ("mandates", "mandate_id"),
    "dossier": ("dossiers", "sitting_id"),
    "sealed_dossier": ("sealed_dossiers", "sitting_id"),
    "deliberation": ("deliberations", "deliberation_id"),
    "receipt": ("receipts", "receipt_id"),
    "device": ("devices", "device_id"),
    "note": ("notes", "note_id"),
    "assembly_key": ("assembly_keys", "key_id"),
    "key_share": ("key_shares", "key_id"),
    "key_order": ("key_orders", "assembly_id"),
}


class SimulatedDevice:
    """One person's device."""

    def __init__(self, server: SimulatedServer, folder: Path, official: Official) -> None:
        self.server = server
        self.official = official
        self.folder = folder
        self.waits: list[float] = []
        #: Other servers than `server`, by address.
        self.others: dict[str, SimulatedServer] = {}
        self.program = self._program()

    def _program(self) -> Program:
        def transport(enrolled: Enrolled) -> Transport:
            return HttpTransport(
                enrolled.server_url,
                enrolled.device_id,
                enrolled.device_key,
                self._at(enrolled.server_url).client(),
            )

        return bootstrap.open_program(
            self.folder,
            transport_factory=transport,
            registrar_factory=lambda url: HttpRegistrar(url, self._at(url).client()),
        )

    def _at(self, url: str) -> SimulatedServer:
        return self.others.get(url, self.server)

    # What a person does

    def enrol(self, *, replace: bool = False, name: str = "Tablette") -> Session:
        """Enrol with a new code."""
        code = do_issue_code(IT, self.official)
        offer = self.program.enrolment.check_code(code.qr_content(URL))
        return self.program.enrolment.enrol(offer, SECRET, name, replace=replace)

    def restart(self) -> Session:
        """Close the program and open it again, as after a kill: nothing is told to the old one."""
        self.program.lock()
        self.program = self._program()
        return self.program.unlock(SECRET)

    def sync(self) -> SyncReport:
        """Exchange once; waits are noted, not waited."""
        return self.session.synchronizing.sync_once(pause=self.waits.append)

    def synced(self) -> SyncReport:
        """Exchange until nothing is left to say; it must end well."""
        for _ in range(10):
            report = self.sync()
            assert not report.code, report
            if not (report.sent or report.received_files):
                return report
        raise AssertionError("it never comes to rest")

    def act(self, event: Event, **facts: Any) -> str:
        """Put an event in the outbox, as services do."""
        with self.store.transaction() as connection:
            outbox.append(connection, event, **facts)
        return event.event_id

    def publish(self, dossier: Dossier, *contents: bytes) -> str:
        """Send a dossier with the bytes of its documents."""
        for content in contents:
            self.session.context.blobs.keep(content, sha256(content))
        base = dossiers.one(self.connection, dossier.sitting_id)
        previous = base.dossier.manifest_sha256() if base else ""
        event = DossierPublished(ids.new_id(), clock.now(), dossier, previous)
        return self.act(event, subject_id=dossier.sitting_id, sitting_id=dossier.sitting_id)

    def write_note(self, dossier: Dossier, text: str, note_id: str = "") -> Note:
        """Write a note on the first document of a dossier."""
        document = dossier.documents[0]
        note = Note(
            note_id=note_id or ids.new_id(),
            document_id=document.document_id,
            version_sha256=document.current.sha256,
            sitting_id=dossier.sitting_id,
            kind=NoteKind.NOTE,
            author_id=self.official.id,
            created=clock.now(),
            modified=clock.now(),
            colour="yellow",
            width=0.0,
            anchor=Anchor(0, "", (Quad.from_box(Box(10, 10, 20, 20)),)),
            text=text,
        )
        self.session.notes.save(note)
        return note

    # What can be seen

    @property
    def session(self) -> Session:
        """The open session."""
        session = self.program.session
        assert session is not None
        return session

    @property
    def store(self) -> Store:
        """The open store."""
        return self.session.context.store

    @property
    def connection(self) -> Connection:
        """The open database."""
        return self.store.connection

    def state(self) -> State:
        """Return everything that the server told, as the store holds it: kind → id → record."""
        state: State = {kind: self._records(kind) for kind in _TABLES}
        state["identity"] = {
            each.recipient: each for each in recovery.sealed_identities(self.connection)
        }
        state["position"] = {
            row["position_id"]: SealedPosition(row["position_id"], bytes(row["ciphertext"]))
            for row in self.connection.execute("SELECT * FROM sealed_positions")
        }
        state["access"] = {
            row["assembly_id"]: Access(
                row["assembly_id"],
                msgspec.json.decode(row["roles"], type=tuple[Role, ...]),
                bool(row["granted"]),
            )
            for row in self.connection.execute("SELECT * FROM access")
        }
        return {kind: held for kind, held in state.items() if held}

    def _records(self, kind: str) -> dict[str, Any]:
        table, key = _TABLES[kind]
        body = "sealed AS body" if kind == "note" else "body"
        rows = self.connection.execute(f"SELECT {key} AS name, {body} FROM {table}")  # noqa: S608 ours
        return {row["name"]: decode(row["body"], RECORDS[kind][0]) for row in rows}

    def files(self) -> dict[str, bytes]:
        """Return every whole file, by digest, read and checked."""
        blobs = self.session.context.blobs
        rows = self.connection.execute("SELECT sha256 FROM blobs WHERE state = 'complete'")
        found = {row["sha256"]: blobs.read(row["sha256"]) for row in rows}
        assert all(sha256(data) == digest for digest, data in found.items())
        return found

    def parts(self) -> list[Path]:
        """Return files that are neither whole nor gone."""
        return [
            each for each in (self.folder / "blobs").glob("*/*") if each.suffix in {".part", ".new"}
        ]

    def waiting(self) -> int:
        """Return how many actions wait to be sent."""
        return outbox.counts(self.connection).waiting


def revised(dossier: Dossier, change: Callable[[Dossier], Dossier] = lambda each: each) -> Dossier:
    """Return the next revision of a dossier."""
    return dataclasses.replace(
        change(dossier), revision=dossier.revision + 1, revised_at=clock.now()
    )
