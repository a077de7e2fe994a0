"""Shared notes: those whom the author named and who sit there today; nobody else, ever."""

from datetime import timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.hlc import Stamp
from boardpack.domain.people import Role
from boardpack.domain.records import NoteReaders
from sync.protocol.messages import NoteSealed
from sync.server.access import today_in
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.actions.do_save_group import do_save_group
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import Mandate, NoteReader, Official, PoliticalGroup, SealedNote
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.world import IT


def readers(assembly, *who: Official, group="", at=1):
    names = tuple(each.id for each in who)
    return NoteReaders(assembly.id if assembly else "", names, group, Stamp(at, 0, "device"))


def note(note_id, sharing, ciphertext=b"sealed", *, deleted=False, replaces=()):
    return NoteSealed(
        ids.new_id(), clock.now(), note_id, ciphertext, deleted, replaces, readers=sharing
    )


def shared_with(who) -> list[bytes]:
    """Return the states of the only note that others share with this person."""
    reader = Reader(worlds.person(who))
    reader.sync()
    return [each.ciphertext for one in reader.of("shared_note").values() for each in one.versions]


@pytest.fixture
def group(world):
    """A political group of the council: the mayor and the deputy."""
    row = PoliticalGroup(assembly=world.council, name="Ensemble", short_name="E")
    do_save_group(IT, row)
    for who in (world.mayor, world.deputy):
        for mandate in Mandate.objects.filter(official=who, assembly=world.council):
            mandate.group = row
            do_save_mandate(IT, mandate)
    return row


def test_those_who_were_named_get_it_with_its_author(world) -> None:
    author = worlds.person(world.mayor)
    note_id = ids.new_id()
    answers = send(author, note(note_id, readers(world.council, world.deputy, world.councillor)))
    assert answers[0].accepted
    for who in (world.deputy, world.councillor):
        reader = Reader(worlds.person(who))
        reader.sync()
        (record,) = reader.of("shared_note").values()
        assert (record.note_id, record.author_id) == (note_id, world.mayor.id)
        assert (record.assembly_id, record.versions[0].ciphertext) == (world.council.id, b"sealed")
    mine = Reader(author)
    mine.sync()
    assert mine.of("shared_note") == {}
    told = mine.of("note")[note_id].readers
    assert told == tuple(sorted([world.deputy.id, world.councillor.id]))


@pytest.mark.parametrize("who", ["agent", "other_agent", "outsider", "stranger"])
def test_who_does_not_sit_there_never_gets_it_even_named(world, who) -> None:
    named = getattr(world, who)
    event = note(ids.new_id(), readers(world.council, named, world.deputy))
    assert send(worlds.person(world.mayor), event)[0].accepted
    assert shared_with(named) == []
    assert shared_with(world.deputy) == [b"sealed"]


@pytest.mark.parametrize("who", ["agent", "outsider", "stranger", "other_agent"])
def test_who_does_not_sit_there_shares_with_nobody(world, who) -> None:
    author = worlds.person(getattr(world, who))
    assert send(author, note(ids.new_id(), readers(world.council, world.deputy)))[0].accepted
    assert shared_with(world.deputy) == []
    mine = Reader(author)
    mine.sync()
    (record,) = mine.of("note").values()
    assert (record.versions[0].ciphertext, record.readers) == (b"sealed", ())


def test_a_private_note_reaches_nobody(world) -> None:
    send(worlds.person(world.mayor), note(ids.new_id(), None))
    for who in (world.deputy, world.councillor, world.agent):
        assert shared_with(who) == []
    assert NoteReader.objects.count() == 0


def test_the_group_alone_gets_what_is_for_the_group(world, group) -> None:
    sharing = readers(world.council, world.deputy, world.councillor, group=group.id)
    send(worlds.person(world.mayor), note(ids.new_id(), sharing))
    assert shared_with(world.deputy) == [b"sealed"]
    assert shared_with(world.councillor) == [], "named, but of no group"


def test_a_group_of_another_assembly_is_nobody(world, group) -> None:
    other = PoliticalGroup(assembly=world.bureau, name="Autre", short_name="A")
    do_save_group(IT, other)
    sharing = readers(world.council, world.deputy, group=other.id)
    send(worlds.person(world.mayor), note(ids.new_id(), sharing))
    assert shared_with(world.deputy) == []


def test_an_edit_reaches_them_and_a_decision_to_stop_takes_it_away(world) -> None:
    author = worlds.person(world.mayor)
    note_id = ids.new_id()
    first = note(note_id, readers(world.council, world.deputy, world.councillor, at=1), b"1")
    second = note(
        note_id,
        readers(world.council, world.deputy, at=2),
        b"2",
        replaces=(first.event_id,),
    )
    deputy, councillor = (Reader(worlds.person(each)) for each in (world.deputy, world.councillor))
    send(author, first)
    deputy.sync()
    councillor.sync()
    assert len(councillor.of("shared_note")) == 1
    send(author, second)
    deputy.sync()
    councillor.sync()
    (record,) = deputy.of("shared_note").values()
    assert [each.ciphertext for each in record.versions] == [b"2"]
    assert councillor.of("shared_note") == {}
    send(author, note(note_id, readers(None, at=3), b"3", replaces=(second.event_id,)))
    deputy.sync()
    assert deputy.of("shared_note") == {}
    assert NoteReader.objects.count() == 0


def test_an_older_decision_that_comes_late_shares_nothing_again(world) -> None:
    author = worlds.person(world.mayor)
    note_id = ids.new_id()
    late = note(note_id, readers(world.council, world.deputy, at=5), b"late")
    send(author, note(note_id, readers(None, at=9), b"private again"), late)
    assert shared_with(world.deputy) == []


def test_a_device_that_knows_of_no_sharing_ends_none(world) -> None:
    author = worlds.person(world.mayor)
    note_id = ids.new_id()
    send(author, note(note_id, readers(world.council, world.deputy), b"shared"))
    send(author, note(note_id, None, b"edited elsewhere, sealed to the author alone"))
    assert b"shared" in shared_with(world.deputy)


@pytest.mark.parametrize("leaves", ["deputy", "mayor"])
def test_who_leaves_the_assembly_loses_it_and_so_do_readers_of_an_author_who_left(
    world, leaves
) -> None:
    send(worlds.person(world.mayor), note(ids.new_id(), readers(world.council, world.deputy)))
    reader = Reader(worlds.person(world.deputy))
    reader.sync()
    assert len(reader.of("shared_note")) == 1
    for row in Mandate.objects.filter(official=getattr(world, leaves), assembly=world.council):
        do_remove_mandate(IT, row)
    reader.sync()
    assert reader.of("shared_note") == {}
    mine = Reader(worlds.person(world.mayor))
    mine.sync()
    (record,) = mine.of("note").values()
    assert record.readers == ()


def test_a_mandate_that_ends_by_the_calendar_takes_it_away(world, later) -> None:
    soon = today_in(world.council.timezone) + timedelta(days=2)
    for row in Mandate.objects.filter(official=world.deputy, assembly=world.council):
        row.ends = soon
        do_save_mandate(IT, row)
    send(worlds.person(world.mayor), note(ids.new_id(), readers(world.council, world.deputy)))
    reader = Reader(worlds.person(world.deputy))
    reader.sync()
    assert len(reader.of("shared_note")) == 1
    later(timedelta(days=3))
    reader.sync()
    assert reader.of("shared_note") == {}


def test_who_leaves_the_group_loses_what_was_for_the_group(world, group) -> None:
    send(
        worlds.person(world.mayor),
        note(ids.new_id(), readers(world.council, world.deputy, group=group.id)),
    )
    reader = Reader(worlds.person(world.deputy))
    reader.sync()
    assert len(reader.of("shared_note")) == 1
    for row in Mandate.objects.filter(official=world.deputy, assembly=world.council):
        row.group = None
        do_save_mandate(IT, row)
    reader.sync()
    assert reader.of("shared_note") == {}


def test_a_new_member_gets_what_is_shared_or_edited_from_then_on(world, group) -> None:
    author = worlds.person(world.mayor)
    note_id = ids.new_id()
    first = note(note_id, readers(world.council, world.deputy, group=group.id), b"before")
    send(author, first)
    worlds.mandate(world.stranger, world.council, Role.VICE_PRESIDENT)
    row = Mandate.objects.get(official=world.stranger)
    row.group = group
    do_save_mandate(IT, row)
    assert shared_with(world.stranger) == []
    both = readers(world.council, world.deputy, world.stranger, group=group.id)
    send(author, note(note_id, both, b"after", replaces=(first.event_id,)))
    assert shared_with(world.stranger) == [b"after"]


def test_two_authors_may_use_one_identifier(world) -> None:
    note_id = ids.new_id()
    for author in (world.mayor, world.councillor):
        send(worlds.person(author), note(note_id, readers(world.council, world.deputy)))
    assert shared_with(world.deputy) == [b"sealed", b"sealed"]
    assert SealedNote.objects.count() == 2


@pytest.mark.parametrize(
    "sharing",
    [
        NoteReaders("council", (), "", Stamp(1, 0, "d")),
        NoteReaders("", ("deputy",), "", Stamp(1, 0, "d")),
        NoteReaders("", tuple(ids.new_id() for _ in range(501)), "", Stamp(1, 0, "d")),
    ],
    ids=["assembly", "reader", "too many"],
)
def test_what_names_nobody_is_refused(world, sharing) -> None:
    (answer,) = send(worlds.person(world.mayor), note(ids.new_id(), sharing))
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": "readers"})
    assert SealedNote.objects.count() == 0
