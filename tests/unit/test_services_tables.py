"""An action writes the outbox and the device's own tables, never the server's (D3)."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind, Dossier
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.draft_models import Corrections, Signatory
from boardpack.services.following import FollowingService
from boardpack.services.note_writing import NoteWriter
from boardpack.services.notes import NotesService
from boardpack.services.preferences import Preferences, PreferencesService
from boardpack.services.publishing import PublishingService
from boardpack.services.reading import ReadingService
from boardpack.services.searching import SearchingService
from boardpack.services.signing import SigningService
from boardpack.store.index import open_index
from signing.backends.pkcs12 import Pkcs12Signer
from signing.practice import make_practice_authority
from tests.helpers import documents
from tests.helpers.local import (
    AGENT,
    COUNCILLOR,
    MAYOR,
    Local,
    document,
    dossier,
    local,
    note,
    sha256,
    version,
)

SERVER = {
    "authorities",
    "assemblies",
    "political_groups",
    "officials",
    "mandates",
    "access",
    "devices",
    "sealed_identities",
    "sealed_positions",
    "sealed_dossiers",
    "sealed_packs",
    "dossiers",
    "documents",
    "versions",
    "deliberations",
    "receipts",
    "notes",
    "shared_notes",
    "cursor",
    "assembly_keys",
    "key_shares",
    "key_orders",
    "ratchet",
    "doubts",
    "sent",
    "frozen",
}
REPORT = documents.text_pdf("Rapport")
ACT = documents.text_pdf("Délibération")
_WRITES = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}


@dataclass
class Watch:
    """Tells which tables an action wrote, by SQLite's authorizer."""

    device: Local

    def __call__(self, action: Callable[[], object]) -> set[str]:
        written: set[str] = set()
        before = self._facts()

        def note_write(code: int, table: str | None, *_more: object) -> int:
            if code in _WRITES and table is not None:
                written.add(table)
            return sqlite3.SQLITE_OK

        connection = self.device.store.connection
        connection.set_authorizer(note_write)
        try:
            action()
        finally:
            connection.set_authorizer(None)
        # How far the log of own work reaches is written with every own row.
        return written - {"touched"} - (set() if self._facts() != before else {"meta"})

    def _facts(self) -> list[tuple[object, ...]]:
        query = "SELECT * FROM meta WHERE name <> 'own_log' ORDER BY name"
        return [tuple(row) for row in self.device.store.connection.execute(query)]


def sitting() -> Dossier:
    return dossier(
        document("convocation", version(b"%PDF c"), kind=DocumentKind.CONVOCATION),
        document("report", version(REPORT), item=1, position=1),
    )


def act() -> Deliberation:
    step = CircuitStep("Maire", MAYOR.official_id, "Maire")
    return Deliberation(
        "act", "sitting", "council", "2026-1", "Tarifs", (version(ACT),), (step,), clock.now()
    )


def device_of(official: object, tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, official, sitting(), act()) as made:
        made.hold(REPORT, ACT)
        yield made


@pytest.fixture
def member(tmp_path: Path) -> Iterator[Local]:
    yield from device_of(COUNCILLOR, tmp_path)


@pytest.fixture
def mayor(tmp_path: Path) -> Iterator[Local]:
    yield from device_of(MAYOR, tmp_path)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Local]:
    yield from device_of(AGENT, tmp_path)


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as made:
        yield made


def test_the_watch_sees_what_the_server_s_word_writes(member: Local) -> None:
    corrected = replace(sitting(), revision=2)
    assert {"dossiers", "ratchet"} <= Watch(member)(lambda: member.tell(corrected))


def test_looking_writes_nothing(member: Local, office: Local) -> None:
    reading, following = ReadingService(member.context), FollowingService(office.context)
    watch = Watch(member)
    assert watch(reading.home) == set()
    assert watch(reading.sittings) == set()
    assert watch(lambda: reading.sitting("sitting")) == set()
    assert watch(lambda: reading.open_document("report")) == set()
    assert Watch(office)(lambda: following.follow("sitting")) == set()
    assert Watch(office)(following.overview) == set()


def test_reading_writes_the_outbox_and_what_is_of_this_device(member: Local) -> None:
    reading, watch = ReadingService(member.context), Watch(member)
    assert watch(lambda: reading.acknowledge("sitting")) == {"outbox"}
    opened = watch(lambda: reading.mark_opened("report", sha256(REPORT)))
    assert opened == {"outbox", "seen_versions"}
    place = watch(lambda: reading.note_position("report", sha256(REPORT), page=0, top=0, zoom=1))
    assert place == {"positions"}


def test_notes_write_the_outbox_and_the_clock(member: Local) -> None:
    writer = NoteWriter(member.context, member.keys, "here")
    notes, watch = NotesService(member.context, writer), Watch(member)
    made = note(version_sha256=sha256(REPORT))
    assert watch(lambda: notes.save(made)) == {"outbox", "meta"}
    assert watch(notes.all) == set()
    assert watch(lambda: notes.remove(made.note_id)) == {"outbox", "meta"}


def test_preferences_are_of_this_device(member: Local) -> None:
    service = PreferencesService(member.context)
    assert Watch(member)(lambda: service.set(Preferences("en"))) == {"meta"}


def test_publishing_writes_drafts_files_and_the_outbox(
    office: Local, worker: PdfWorker, tmp_path: Path
) -> None:
    folder = tmp_path / "push"
    folder.mkdir()
    (folder / "convocation.pdf").write_bytes(documents.text_pdf("Convocation"))
    (folder / "01 - Tarifs.pdf").write_bytes(documents.text_pdf("Tarifs"))
    toml = 'date = 2099-01-01\ntime = "18h"\nplace = "Mairie"\n'
    (folder / "sitting.toml").write_text(toml)
    service, watch = PublishingService(office.context, worker), Watch(office)
    assert watch(lambda: service.examine(folder, keep=False)) == set()
    assert watch(lambda: service.examine(folder)) == {"drafts"}
    (row,) = service.drafts()
    view = service.draft(row.sitting_id)
    assert watch(lambda: service.adjust(view, Corrections(title="Conseil"))) == {"drafts"}
    assert watch(lambda: service.publish(view)) == {"drafts", "outbox", "blobs"}
    assert watch(lambda: service.discard(row.sitting_id)) == {"drafts"}


def test_placing_writes_files_and_the_outbox(
    office: Local, worker: PdfWorker, tmp_path: Path
) -> None:
    path = tmp_path / "2026-2 - Voirie.pdf"
    path.write_bytes(documents.text_pdf("Voirie"))
    service, watch = PublishingService(office.context, worker), Watch(office)
    files = service.examine_deliberations("sitting", [path])
    signatory = Signatory(MAYOR.official_id, "Maire", "Maire")
    written = watch(lambda: service.place("sitting", files, [signatory]))
    assert written == {"outbox", "blobs"}


def test_signing_writes_its_job_the_file_and_the_outbox(mayor: Local) -> None:
    authority = make_practice_authority("AC d’essai")
    p12 = authority.issue(MAYOR.first_name, MAYOR.last_name, passphrase="secret")
    service, watch = SigningService(mayor.context, Pkcs12Signer.open), Watch(mayor)
    assert watch(service.inbox) == set()
    assert watch(lambda: service.sign("act", sha256(ACT), p12, b"secret")) == {
        "signing_jobs",
        "blobs",
        "outbox",
    }


def test_refusing_writes_the_outbox(mayor: Local) -> None:
    service = SigningService(mayor.context, Pkcs12Signer.open)
    written = Watch(mayor)(lambda: service.refuse("act", sha256(ACT), "Erreur"))
    assert written == {"outbox", "signing_jobs"}


def test_the_index_is_another_database(member: Local, worker: PdfWorker) -> None:
    service, watch = SearchingService(member.context, worker), Watch(member)
    with open_index(member.store):
        pass
    assert watch(service.index_pending) == set()
    assert watch(lambda: service.search("rapport")) == set()


def test_every_table_of_the_server_is_known_here(member: Local) -> None:
    """A new table must be named on one side or the other."""
    rows = member.store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    device = {
        "outbox",
        "meta",
        "blobs",
        "positions",
        "seen_versions",
        "drafts",
        "signing_jobs",
        "journal",
        "held_keys",
        "hidden_notes",
    }
    assert {row["name"] for row in rows} - {"sqlite_sequence"} == SERVER | device
