"""Closed dossiers: what can still be seen, what cannot; my notes are never locked away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.people import Role
from boardpack.domain.records import Access
from boardpack.services.changes import Announcer, Changes
from boardpack.services.endings import EndingsService, closing
from boardpack.services.errors import InUseError, LeaseOverError, MandateOverError
from boardpack.services.exporting import ExportingService
from boardpack.services.identity import Identity
from boardpack.services.note_writing import NoteWriter
from boardpack.services.notes import NotesService
from boardpack.services.read_models import TodoKind
from boardpack.services.reading import ReadingService
from boardpack.store.locks import GRACE
from tests.helpers.local import COUNCIL, COUNCILLOR, Local, document, dossier, local, note, version

CONTENT = b"%PDF-1.7 un rapport"
OVER = Access(COUNCIL.assembly_id, (), granted=False)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, COUNCILLOR) as made:
        made.hold(CONTENT)
        made.tell(dossier(document("report", version(CONTENT), item=1)))
        yield made


@pytest.fixture
def notes(device: Local) -> NotesService:
    service = NotesService(device.context, NoteWriter(device.context, device.keys, "device"))
    service.save(note("À vérifier", version_sha256=version(CONTENT).sha256))
    return service


@pytest.fixture
def told() -> list[Changes]:
    return []


@pytest.fixture
def endings(device: Local, notes: NotesService, told: list[Changes]) -> EndingsService:
    announcer = Announcer()
    announcer.subscribe(told.append)
    return EndingsService(
        device.context, announcer, Identity(device.context, "Elu", ("Ville",)), notes
    )


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    now, up = clock.now() + timedelta(days=days), clock.uptime() + days * 86_400
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "uptime", lambda: up)


def opens(device: Local) -> bool:
    return ReadingService(device.context).open_document("report").handle is not None


def test_without_contact_the_list_is_readable_and_the_content_is_not(
    device: Local, notes: NotesService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ReadingService(device.context)
    assert opens(device)
    later(monkeypatch, 31)
    view = reading.sitting("sitting")
    assert view.row.closed == "lease"
    assert view.items[0].title
    sha256 = version(CONTENT).sha256
    for refused in (
        lambda: reading.open_document("report"),
        lambda: reading.export_document("report", sha256, tmp_path / "copy.pdf"),
        lambda: ExportingService(device.context).export_sitting("sitting", tmp_path / "folder"),
    ):
        with pytest.raises(LeaseOverError) as caught:
            refused()
        assert caught.value.parameters == {"assembly": COUNCIL.name}
    assert not (tmp_path / "copy.pdf").exists()
    assert not (tmp_path / "folder").exists()
    assert [row.note.text for row in notes.all()] == ["À vérifier"]
    assert notes.export(tmp_path / "notes.md") == 1
    device.tell()
    assert opens(device)


def test_a_mandate_that_is_over_is_a_thing_to_do(
    device: Local, endings: EndingsService, notes: NotesService, tmp_path: Path
) -> None:
    device.tell(OVER)
    with pytest.raises(MandateOverError) as caught:
        opens(device)
    assert caught.value.parameters["assembly"] == COUNCIL.name
    (todo,) = [
        each for each in ReadingService(device.context).home().todo if each.kind is TodoKind.ENDED
    ]
    assert todo.title == COUNCIL.name
    assert todo.starts_at is not None
    (row,) = endings.rows()
    assert row.notes == 1
    assert row.until == todo.starts_at
    assert abs(row.until - clock.now() - GRACE) < timedelta(minutes=1)
    assert notes.export(tmp_path / "notes.md", assembly_id=COUNCIL.assembly_id) == 1
    assert "À vérifier" in (tmp_path / "notes.md").read_text()
    assert COUNCIL.name in (tmp_path / "notes.md").read_text()


def test_erasing_by_hand_takes_it_at_once_and_keeps_the_notes_sealed(
    device: Local, endings: EndingsService, told: list[Changes]
) -> None:
    with pytest.raises(InUseError):
        endings.erase(COUNCIL.assembly_id)
    device.tell(OVER)
    changes = endings.erase(COUNCIL.assembly_id)
    assert told == [changes]
    assert changes.sittings == {"sitting"}
    assert not device.blobs.has(version(CONTENT).sha256)
    assert [each for each in (device.store.folder / "blobs").rglob("*") if each.is_file()] == []
    assert endings.rows() == ()
    held = device.store.connection.execute("SELECT count(*) FROM notes_projected").fetchone()
    assert held[0] == 1


def test_time_closes_and_erases_by_itself_and_says_so(
    device: Local,
    endings: EndingsService,
    told: list[Changes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endings.tick()
    assert told == []
    later(monkeypatch, 31)
    endings.tick()
    endings.tick()
    assert told == [Changes(everything=True)]
    device.tell(Access(COUNCIL.assembly_id, (Role.MEMBER,), granted=True))
    device.tell(OVER)
    endings.tick()
    later(monkeypatch, 31)
    endings.tick()
    assert told[-1].sittings == {"sitting"}
    assert not device.blobs.has(version(CONTENT).sha256)


@pytest.mark.parametrize(
    ("days", "said"), [(0, None), (24.9, None), (25.1, 5), (27.5, 3), (29.5, 1), (30, 0), (99, 0)]
)
def test_it_is_said_five_days_before(
    device: Local, monkeypatch: pytest.MonkeyPatch, days: float, said: int | None
) -> None:
    later(monkeypatch, days)
    assert closing(device.store.connection) == said
