"""do_keep_note: a person's own, unreadable here; a state goes only when it was merged."""

from datetime import timedelta

import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import NoteSealed
from sync.server.actions.do_forget_notes import PATIENCE, do_forget_notes
from sync.server.actions.do_keep_note import MAX_SIZE, MAX_VERSIONS
from sync.server.models import AuditLine, NoteVersion, SealedNote
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send


def note(note_id, ciphertext=b"sealed", *, deleted=False, replaces=()):
    return NoteSealed(ids.new_id(), clock.now(), note_id, ciphertext, deleted, replaces)


def versions(reader, note_id):
    return [each.ciphertext for each in reader.of("note")[note_id].versions]


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
    assert versions(reader, note_id) == [b"mine"]


def test_a_state_takes_the_place_of_those_that_its_device_had_merged(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    first = note(note_id, b"1")
    second = note(note_id, b"2", replaces=(first.event_id,))
    send(person, first, second)
    reader = Reader(person)
    reader.sync()
    assert versions(reader, note_id) == [b"2"]


def test_what_a_device_has_not_seen_it_cannot_overwrite(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    first = note(note_id, b"1")
    here = note(note_id, b"here", replaces=(first.event_id,))
    there = note(note_id, b"there", replaces=(first.event_id,))
    send(person, first, here, there)
    reader = Reader(person)
    reader.sync()
    assert versions(reader, note_id) == [b"here", b"there"]
    both = note(note_id, b"both", replaces=(here.event_id, there.event_id))
    reader.sync(both)
    assert versions(reader, note_id) == [b"both"]


def test_a_note_of_another_person_is_never_replaced(world) -> None:
    note_id = ids.new_id()
    mine = note(note_id, b"mine")
    send(worlds.person(world.mayor), mine)
    send(worlds.person(world.deputy), note(note_id, b"theirs", replaces=(mine.event_id,)))
    reader = Reader(worlds.person(world.mayor))
    reader.sync()
    assert versions(reader, note_id) == [b"mine"]


def test_too_many_states_are_refused_and_none_is_dropped(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    events = [note(note_id, b"%d" % number) for number in range(MAX_VERSIONS)]
    assert all(each.accepted for each in send(person, *events))
    (answer,) = send(person, note(note_id, b"one too many"))
    assert (answer.code, answer.parameters) == (
        "notes.too_many_versions",
        {"most": MAX_VERSIONS},
    )
    assert NoteVersion.objects.count() == MAX_VERSIONS
    merged = note(note_id, b"all", replaces=tuple(each.event_id for each in events))
    assert send(person, merged)[0].accepted
    assert NoteVersion.objects.count() == 1


def test_large_states_are_bounded_together(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    answers = send(person, *(note(note_id, bytes(MAX_SIZE)) for _ in range(5)))
    assert [each.accepted for each in answers] == [True] * 4 + [False]
    assert NoteVersion.objects.count() == 4


@pytest.mark.parametrize("replaces", [("nobody",), tuple(ids.new_id() for _ in range(65))])
def test_what_replaces_must_be_identifiers_and_few(world, replaces) -> None:
    person = worlds.person(world.mayor)
    (answer,) = send(person, note(ids.new_id(), replaces=replaces))
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": "replaces"})
    assert SealedNote.objects.count() == 0


def test_a_removed_note_stays_known_as_removed(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    first = note(note_id)
    send(person, first, note(note_id, b"", deleted=True, replaces=(first.event_id,)))
    reader = Reader(person)
    reader.sync()
    (version,) = reader.of("note")[note_id].versions
    assert version.deleted


def test_a_tombstone_is_kept_four_hundred_days_and_its_name_for_ever(world, later) -> None:
    person = worlds.person(world.mayor)
    note_id, other = ids.new_id(), ids.new_id()
    send(person, note(note_id, b"gone", deleted=True), note(other, b"alive"))
    reader = Reader(person)
    reader.sync()
    later(PATIENCE - timedelta(days=1))
    assert do_forget_notes(worlds.IT) == 0
    later(PATIENCE + timedelta(days=1))
    assert do_forget_notes(worlds.IT) == 1
    reader.sync()
    assert set(reader.of("note")) == {other}
    (answer,) = send(person, note(note_id, b"back again"))
    assert answer.code == "notes.forgotten"
    assert NoteVersion.objects.count() == 1


def test_a_removal_that_met_an_edit_is_not_forgotten(world, later) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    send(person, note(note_id, b"gone", deleted=True), note(note_id, b"edited meanwhile"))
    later(PATIENCE + timedelta(days=1))
    assert do_forget_notes(worlds.IT) == 0
    assert NoteVersion.objects.count() == 2


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
