"""do_keep_note: a person's own, unreadable here, the newest state."""

import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import NoteSealed
from sync.server.actions.do_keep_note import MAX_SIZE
from sync.server.models import AuditLine, SealedNote
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send


def note(note_id, ciphertext=b"sealed", *, deleted=False):
    return NoteSealed(ids.new_id(), clock.now(), note_id, ciphertext, deleted)


@pytest.mark.parametrize("who", ["mayor", "councillor", "agent", "stranger"])
def test_everybody_keeps_their_own(world, who) -> None:
    person = worlds.person(getattr(world, who))
    note_id = ids.new_id()
    assert send(person, note(note_id))[0].accepted
    reader = Reader(person)
    reader.sync()
    assert set(reader.of("note")) == {note_id}


def test_nobody_reads_anothers(world) -> None:
    send(worlds.person(world.mayor), note(ids.new_id()))
    for who in (world.deputy, world.agent):
        reader = Reader(worlds.person(who))
        reader.sync()
        assert not reader.of("note")


def test_the_same_identifier_of_two_people_is_two_notes(world) -> None:
    note_id = ids.new_id()
    mayor, deputy = worlds.person(world.mayor), worlds.person(world.deputy)
    send(mayor, note(note_id, b"mine"))
    send(deputy, note(note_id, b"theirs"))
    reader = Reader(mayor)
    reader.sync()
    assert reader.of("note")[note_id].ciphertext == b"mine"


def test_a_deleted_note_stays_known_as_deleted(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    send(person, note(note_id), note(note_id, b"", deleted=True))
    reader = Reader(person)
    reader.sync()
    assert reader.of("note")[note_id].deleted
    assert bytes(SealedNote.objects.get().ciphertext) == b""


def test_a_note_over_the_limit_is_refused(world) -> None:
    person = worlds.person(world.mayor)
    (answer,) = send(person, note(ids.new_id(), bytes(MAX_SIZE + 1)))
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": "ciphertext"})
    assert send(person, note(ids.new_id(), bytes(MAX_SIZE)))[0].accepted
    assert SealedNote.objects.count() == 1


def test_it_cannot_be_watched_who_annotates_when(world) -> None:
    person = worlds.person(world.mayor)
    before = AuditLine.objects.count()
    send(person, note(ids.new_id()))
    assert AuditLine.objects.count() == before
