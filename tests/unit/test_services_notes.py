"""Notes: sealed to their author, shown at once, never lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from boardpack.annotation import codec, editing
from boardpack.annotation.note import Anchor, Box, InkPoint, InkStroke, NoteKind, Quad, Quote
from boardpack.annotation.record import shown
from boardpack.domain.dossier import DocumentKind
from boardpack.domain.hlc import Stamp
from boardpack.domain.records import SealedNote, SealedVersion
from boardpack.messages import use_language
from boardpack.services.changes import NOTHING
from boardpack.services.errors import (
    DocumentUnknownError,
    NotAllowedError,
    NoteTooLargeError,
    NoteUnknownError,
)
from boardpack.services.note_writing import NoteWriter
from boardpack.services.notes import NotesService
from boardpack.services.reading import ReadingService
from sync.protocol.messages import NoteSealed
from tests.helpers.local import (
    COUNCILLOR,
    MAYOR,
    Local,
    document,
    dossier,
    local,
    note,
    sha256,
    soon,
    version,
)

OLD, NEW = b"%PDF old", b"%PDF new"


def published() -> object:
    return dossier(
        document("convocation", version(b"%PDF c"), kind=DocumentKind.CONVOCATION),
        document("report", version(OLD), item=1, position=1),
        document("annex", version(b"%PDF a"), kind=DocumentKind.ANNEX, item=2, position=2),
    )


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    with local(tmp_path, COUNCILLOR, published()) as made:
        yield made


@pytest.fixture
def notes(device: Local) -> NotesService:
    return NotesService(device.context, NoteWriter(device.context, device.keys, "here"))


def at(page: int, top: float) -> Anchor:
    return Anchor(page, "", (Quad.from_box(Box(50, top - 10, 60, top)),))


def test_a_note_shows_at_once_and_waits(device: Local, notes: NotesService) -> None:
    made = note()
    changes = notes.save(made)
    assert changes.notes
    assert changes.outbox
    assert notes.for_document("report") == (made,)
    (row,) = notes.all()
    assert (row.note, row.waiting, row.item_number) == (made, True, 1)
    assert ReadingService(device.context).sitting("sitting").items[0].notes == 1


def test_a_note_leaves_sealed_to_its_author_only(device: Local, notes: NotesService) -> None:
    made = note("Demander le détail des dépenses")
    notes.save(made)
    (row,) = device.waiting()
    assert isinstance(row.event, NoteSealed)
    assert b"depenses" not in row.event.ciphertext
    assert "dépenses".encode() not in row.event.ciphertext
    assert shown(codec.decode(device.keys.open(row.event.ciphertext) or b"")) == made
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(row.event.ciphertext, [pyrage.x25519.Identity.generate()])


def test_saving_the_same_again_sends_nothing(device: Local, notes: NotesService) -> None:
    made = note()
    notes.save(made)
    assert notes.save(made) == NOTHING
    assert len(device.waiting()) == 1


def test_do_undo_redo_undo_ends_as_it_began(notes: NotesService) -> None:
    made = note()
    notes.save(made)
    notes.remove(made.note_id)
    assert notes.for_document("report") == ()
    notes.save(made)
    assert notes.for_document("report") == (made,)
    notes.remove(made.note_id)
    assert notes.for_document("report") == ()
    assert notes.all() == ()


def test_a_change_replaces_the_note(notes: NotesService) -> None:
    made = note()
    notes.save(made)
    notes.save(replace(made, text="Vu"))
    assert [each.text for each in notes.for_document("report")] == ["Vu"]


def test_a_note_removed_twice_says_so(notes: NotesService) -> None:
    made = note()
    notes.save(made)
    notes.remove(made.note_id)
    with pytest.raises(NoteUnknownError):
        notes.remove(made.note_id)


def test_a_note_of_another_device_is_read(device: Local, notes: NotesService) -> None:
    made = note()
    record = editing.begin(made, Stamp(1, 0, "there"))
    device.tell(SealedNote(made.note_id, (device.sealed(record),)))
    assert notes.for_document("report") == (made,)
    assert not notes.all()[0].waiting


def test_an_accepted_note_stays_through_the_exchange(device: Local, notes: NotesService) -> None:
    made = note()
    notes.save(made)
    (row,) = device.waiting()
    assert isinstance(row.event, NoteSealed)
    sealed = SealedNote(made.note_id, (SealedVersion(row.event_id, row.event.ciphertext),))
    device.tell(sealed)
    device.answer()
    assert notes.for_document("report") == (made,)
    assert not notes.all()[0].waiting


def test_notes_come_in_the_order_of_the_agenda_and_the_page(notes: NotesService) -> None:
    wanted = ["c", "r1 top", "r1 low", "r2", "a"]
    annex = {"document_id": "annex"}
    for each in (
        note("a", **annex),
        note("r2", anchor=at(2, 800)),
        note("r1 low", anchor=at(1, 100)),
        note("c", document_id="convocation"),
        note("r1 top", anchor=at(1, 700)),
    ):
        notes.save(each)
    assert [row.note.text for row in notes.all()] == wanted


def test_coming_sittings_come_first(device: Local, notes: NotesService) -> None:
    past = dossier(
        document("past", version(b"%PDF p"), item=1), sitting_id="past", starts_at=soon(-9)
    )
    device.tell(past)
    notes.save(note("past", document_id="past", sitting_id="past"))
    notes.save(note("coming"))
    assert [row.note.text for row in notes.all()] == ["coming", "past"]
    assert [row.note.text for row in notes.all(sitting_id="past")] == ["past"]


def test_notes_survive_a_replaced_report(device: Local, notes: NotesService) -> None:
    notes.save(note(version_sha256=sha256(OLD)))
    newer = document("report", version(OLD), version(NEW, 2), item=1)
    device.tell(dossier(newer, revision=2))
    (row,) = notes.all()
    assert (row.on_version, row.current_version) == (1, 2)
    assert notes.for_document("report") == (row.note,)


def test_notes_survive_a_withdrawn_report(device: Local, notes: NotesService) -> None:
    notes.save(note())
    device.tell(dossier(document("report", version(OLD), item=1, withdrawn=True), revision=2))
    assert len(notes.all()) == 1


def test_a_note_on_nothing_is_refused(device: Local, notes: NotesService) -> None:
    with pytest.raises(DocumentUnknownError):
        notes.save(note(document_id="none"))
    with pytest.raises(DocumentUnknownError):
        notes.save(note(sitting_id="none"))
    assert not device.waiting()


def test_nobody_writes_in_the_name_of_another(device: Local, notes: NotesService) -> None:
    with pytest.raises(NotAllowedError):
        notes.save(note(author_id=MAYOR.official_id))
    assert not device.waiting()


def test_a_note_that_no_server_keeps_is_refused_before_it_is_lost(
    device: Local, notes: NotesService
) -> None:
    made = note()
    notes.save(made)
    with pytest.raises(NoteTooLargeError):
        notes.save(replace(made, text="a" * 2_000_000))
    assert notes.for_document("report") == (made,)


def test_notes_are_exported_as_text(notes: NotesService, tmp_path: Path) -> None:
    use_language("en")
    quote = Anchor(3, "", (), Quote("les tarifs *2027*"))
    stroke = InkStroke((InkPoint(1, 1), InkPoint(2, 2)))
    notes.save(note("Première ligne\nDeuxième", tags=("Question",)))
    notes.save(note("", kind=NoteKind.HIGHLIGHT, anchor=quote))
    notes.save(note("", kind=NoteKind.INK, anchor=at(5, 10), strokes=(stroke,), width=2))
    target = tmp_path / "notes.md"
    assert notes.export(target) == 3
    text = target.read_text()
    assert "## Conseil municipal" in text
    assert "### 1. Point 1 — report" in text
    assert "  Première ligne\n  Deuxième" in text
    assert "  > les tarifs \\*2027\\*" in text
    assert "**p. 4**" in text
    assert "*Drawing*" in text
    use_language("fr")


def test_an_export_without_notes_says_so(notes: NotesService, tmp_path: Path) -> None:
    assert notes.export(tmp_path / "notes.md") == 0
    assert (tmp_path / "notes.md").read_text().strip()
