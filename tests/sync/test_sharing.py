"""Sharing between real devices: the readers named, their author's name, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boardpack.annotation import codec, editing
from boardpack.annotation.note import Note
from boardpack.domain import ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.hlc import Stamp
from boardpack.services.errors import (
    NobodyToShareWithError,
    NotAllowedError,
    NoteUnknownError,
)
from boardpack.services.own_keys import OwnKeys
from boardpack.store import meta
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.actions.do_save_group import do_save_group
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import Mandate, NoteVersion, PoliticalGroup, SealedNote
from tests.helpers import world as worlds
from tests.helpers.devices import SimulatedDevice
from tests.helpers.pairs import Pair
from tests.helpers.world import IT, World
from tests.sync.conftest import MakeDevice
from tests.sync.test_devices import published

CONTENT = "Voter contre l’article 4"


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.agent)


@pytest.fixture
def dossier(world: World, agent: SimulatedDevice) -> Dossier:
    return published(agent, world, 1)[0]


@pytest.fixture
def members(world: World, dossier: Dossier, device_of: MakeDevice) -> dict[str, SimulatedDevice]:
    """The mayor, the deputy and the councillor; each knows the others' recipients."""
    assert dossier
    made = {name: device_of(getattr(world, name)) for name in ("mayor", "deputy", "councillor")}
    for device in made.values():
        device.synced()
    return made


@pytest.fixture
def group(world: World) -> PoliticalGroup:
    """A group of the council: the mayor and the deputy."""
    row = PoliticalGroup(assembly=world.council, name="Ensemble", short_name="E")
    do_save_group(IT, row)
    for who in (world.mayor, world.deputy):
        join(who, row)
    return row


def join(who: object, group: PoliticalGroup | None) -> None:
    for mandate in Mandate.objects.filter(official=who, assembly__key="sa-conseil"):
        mandate.group = group
        do_save_mandate(IT, mandate)


def seen(device: SimulatedDevice, dossier: Dossier) -> tuple[Note, ...]:
    return device.session.notes.for_document(dossier.documents[0].document_id)


def exchange(*devices: SimulatedDevice) -> None:
    for device in devices:
        device.synced()


def test_a_note_is_read_by_those_who_were_chosen_and_by_nobody_else(
    world: World,
    dossier: Dossier,
    agent: SimulatedDevice,
    members: dict[str, SimulatedDevice],
) -> None:
    mayor, deputy, councillor = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    exchange(mayor, deputy, councillor, agent)
    (theirs,) = seen(deputy, dossier)
    assert (theirs.text, theirs.author_id) == (CONTENT, world.mayor.id)
    (row,) = deputy.session.notes.all()
    assert (row.mine, row.author_name) == (False, "Jeanne Martin")
    (mine,) = mayor.session.notes.all()
    assert (mine.mine, mine.readers) == (True, ("Éloïse Le Goff",))
    for device in (councillor, agent):
        assert seen(device, dossier) == ()
        for table in ("notes", "shared_notes"):
            assert not device.connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    assert deputy.session.reading.sitting(dossier.sitting_id).row.notes == 1


def test_a_reader_changes_nothing_and_may_hide_it(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, _ = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    exchange(mayor, deputy)
    (theirs,) = seen(deputy, dossier)
    with pytest.raises(NotAllowedError):
        deputy.session.notes.save(replace(theirs, text="autre chose"), theirs)
    with pytest.raises(NoteUnknownError):
        deputy.session.notes.remove(theirs.note_id)
    with pytest.raises(NoteUnknownError):
        deputy.session.sharing.share(theirs.note_id, official_ids=(world.councillor.id,))
    assert deputy.waiting() == 0
    deputy.session.sharing.hide(theirs)
    assert seen(deputy, dossier) == ()
    assert deputy.session.sharing.hidden() == 1
    mayor.session.notes.save(replace(note, text="encore modifiée"), note)
    exchange(mayor, deputy)
    assert seen(deputy, dossier) == (), "hidden stays hidden"
    deputy.session.sharing.show_all()
    assert [each.text for each in seen(deputy, dossier)] == ["encore modifiée"]


def test_nothing_is_shared_until_it_is_said(
    dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, councillor = members.values()
    mayor.write_note(dossier, CONTENT)
    exchange(mayor, deputy, councillor)
    assert seen(deputy, dossier) == seen(councillor, dossier) == ()
    (version,) = NoteVersion.objects.all()
    account = meta.enrolled(deputy.connection)
    assert account is not None
    assert OwnKeys(account.identities).open(bytes(version.ciphertext)) is None


def test_an_end_of_sharing_takes_it_from_the_readers_device(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, _ = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    exchange(mayor, deputy)
    mayor.session.sharing.stop(note.note_id)
    mayor.session.notes.save(replace(note, text="à nouveau privée"), note)
    exchange(mayor, deputy)
    assert seen(deputy, dossier) == ()
    assert deputy.connection.execute("SELECT count(*) FROM shared_notes").fetchone()[0] == 0
    (version,) = NoteVersion.objects.all()
    account = meta.enrolled(deputy.connection)
    assert account is not None
    assert OwnKeys(account.identities).open(bytes(version.ciphertext)) is None
    (mine,) = mayor.session.notes.all()
    assert (mine.note.sharing, mine.readers) == (None, ())


def test_a_removed_note_goes_from_its_readers(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, _ = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    exchange(mayor, deputy)
    mayor.session.notes.remove(note.note_id)
    exchange(mayor, deputy)
    assert seen(deputy, dossier) == ()
    assert deputy.connection.execute("SELECT count(*) FROM shared_notes").fetchone()[0] == 0


def test_a_group_reads_and_a_new_member_what_is_written_from_then_on(
    world: World, dossier: Dossier, group: PoliticalGroup, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, councillor = members.values()
    exchange(mayor, deputy, councillor)
    note = mayor.write_note(dossier, CONTENT)
    circle = mayor.session.sharing.circle(note.note_id)
    assert circle.group is not None
    assert [each.name for each in circle.group.members] == ["Éloïse Le Goff"]
    assert [each.name for each in circle.people] == ["Karim Benali", "Éloïse Le Goff"]
    mayor.session.sharing.share(note.note_id, group_id=group.id)
    exchange(mayor, deputy, councillor)
    assert [each.text for each in seen(deputy, dossier)] == [CONTENT]
    assert seen(councillor, dossier) == ()
    join(world.councillor, group)
    exchange(mayor, councillor)
    assert seen(councillor, dossier) == (), "what was shared before stays with those of then"
    mayor.session.notes.save(replace(note, text="depuis"), note)
    exchange(mayor, councillor, deputy)
    assert [each.text for each in seen(councillor, dossier)] == ["depuis"]
    join(world.deputy, None)
    exchange(deputy)
    assert seen(deputy, dossier) == ()


def test_who_leaves_the_assembly_loses_what_was_shared(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, _ = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    exchange(mayor, deputy)
    for row in Mandate.objects.filter(official=world.deputy, assembly=world.council):
        do_remove_mandate(IT, row)
    exchange(deputy, mayor)
    assert deputy.connection.execute("SELECT count(*) FROM shared_notes").fetchone()[0] == 0
    mayor.session.notes.save(replace(note, text="après son départ"), note)
    exchange(mayor, deputy)
    assert deputy.connection.execute("SELECT count(*) FROM shared_notes").fetchone()[0] == 0
    account = meta.enrolled(deputy.connection)
    assert account is not None
    (version,) = NoteVersion.objects.all()
    assert OwnKeys(account.identities).open(bytes(version.ciphertext)) is None


def test_with_nobody_who_can_read_it_nothing_is_shared(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, *_ = members.values()
    note = mayor.write_note(dossier, CONTENT)
    for chosen in ((), (world.stranger.id,), (world.agent.id,), (world.mayor.id,)):
        with pytest.raises(NobodyToShareWithError):
            mayor.session.sharing.share(note.note_id, official_ids=chosen)
    with pytest.raises(NobodyToShareWithError):
        mayor.session.sharing.share(note.note_id, group_id=ids.new_id())
    (mine,) = mayor.session.notes.all()
    assert mine.note.sharing is None


def test_hostile_versions_are_shown_to_nobody(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    """A server that cheats: garbage, another note's version, another author's, a foreign key's."""
    mayor, deputy, councillor = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    other = councillor.write_note(dossier, "à moi")
    exchange(mayor, deputy, councillor)
    row = SealedNote.objects.get(official=world.mayor)
    account = meta.enrolled(deputy.connection)
    assert account is not None
    keys = OwnKeys(account.identities)
    forged = editing.begin(replace(note, author_id=world.councillor.id), Stamp(2**47, 0, "x"))
    swapped = editing.begin(replace(note, note_id=other.note_id), Stamp(2**47, 0, "x"))
    for ciphertext in (
        b"",
        b"\xff" * 300,
        keys.seal(b"not json"),
        keys.seal(b'{"note_id": 1}'),
        keys.seal(b"[" * 100_000),
        keys.seal(codec.encode(forged)),
        keys.seal(codec.encode(swapped)),
    ):
        NoteVersion.objects.create(
            note=row,
            version_id=ids.new_id(),
            ciphertext=ciphertext,
            received_at=worlds.clock.now(),
        )
    mayor.session.notes.save(replace(note, text="la suite"), note)
    exchange(mayor, deputy)
    (theirs,) = seen(deputy, dossier)
    assert (theirs.text, theirs.others, theirs.author_id) == ("la suite", (), world.mayor.id)
    (mine,) = seen(mayor, dossier)
    assert (mine.text, mine.others) == ("la suite", ())


def test_a_reader_cannot_put_their_note_in_the_place_of_its_authors(
    world: World, dossier: Dossier, members: dict[str, SimulatedDevice]
) -> None:
    mayor, deputy, councillor = members.values()
    note = mayor.write_note(dossier, CONTENT)
    mayor.session.sharing.share(note.note_id, official_ids=(world.deputy.id, world.councillor.id))
    exchange(mayor, deputy, councillor)
    deputy.write_note(dossier, "à la place", note.note_id)
    deputy.session.sharing.share(note.note_id, official_ids=(world.mayor.id, world.councillor.id))
    exchange(deputy, mayor, councillor)
    assert [each.text for each in seen(mayor, dossier)] == [CONTENT]
    assert [each.author_id for each in seen(councillor, dossier)] == [world.mayor.id]
    assert [row.mine for row in mayor.session.notes.all()] == [True]


def test_a_second_device_that_knows_of_no_sharing_ends_none(
    world: World, dossier: Dossier, new_device: MakeDevice, device_of: MakeDevice
) -> None:
    pair = Pair(new_device(world.mayor), new_device(world.mayor))
    pair.enrol()
    deputy = device_of(world.deputy)
    pair.exchange("ab")
    exchange(deputy)
    pair.exchange("ab")
    note = pair.a.write_note(dossier, CONTENT)
    pair.exchange("ab")
    pair.a.session.sharing.share(note.note_id, official_ids=(world.deputy.id,))
    (seen_there,) = seen(pair.b, dossier)
    pair.b.session.notes.save(replace(seen_there, colour="pink"), seen_there)
    pair.exchange("ab")
    exchange(deputy)
    (theirs,) = seen(deputy, dossier)
    assert (theirs.text, theirs.colour) == (CONTENT, "yellow"), "the other state is not for them"
    (merged,) = seen(pair.b, dossier)
    assert (merged.colour, merged.sharing is not None) == ("pink", True)
    pair.b.session.notes.save(replace(merged, text="réunies"), merged)
    pair.exchange("b")
    exchange(deputy)
    (theirs,) = seen(deputy, dossier)
    assert (theirs.text, theirs.colour) == ("réunies", "pink")
