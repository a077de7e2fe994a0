"""A device is lost: twelve words bring every private note and reading place back (D6)."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.sealing import recovery as sealing, words
from boardpack.sealing.errors import (
    DamagedWrapError,
    ForeignWrapError,
    UnknownWordsError,
    WordsDoNotFitError,
    WrongWordsError,
)
from boardpack.services.read_models import RecoveryWish
from boardpack.services.recovery import NothingKeptError, NotNotedError, NoWordsToNoteError
from boardpack.store import keys, meta, outbox, own_log, positions
from boardpack.store.own_log import OwnCipher
from sync.protocol.messages import official_feed
from sync.server import feeds, records
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.models import AppliedEvent, Official, SealedIdentity, SealedPosition
from sync.server.transactions import run as in_transaction
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, version
from tests.sync.conftest import MakeDevice


def content(number: int) -> bytes:
    return b"%PDF-1.7 " + random.Random(number).randbytes(30_000 + number)


@pytest.fixture
def sitting(world: World, device_of: MakeDevice) -> Dossier:
    agent = device_of(world.agent)
    contents = [content(number) for number in range(2)]
    made = dossier(world.council, *(document(version(each)) for each in contents))
    agent.publish(made, *contents)
    assert not agent.sync().code
    return made


@pytest.fixture
def lost(world: World, sitting: Dossier, device_of: MakeDevice) -> SimulatedDevice:
    """A councillor's device with five notes and a reading, exchanged and closed."""
    device = device_of(world.councillor)
    device.synced()
    for number in range(5):
        device.write_note(sitting, f"Note {number}")
    read(device, sitting, page=7)
    device.synced()
    return device


@pytest.fixture
def paper(lost: SimulatedDevice) -> str:
    """The words, as noted from the first device."""
    return noted(lost)


@pytest.fixture
def fresh(
    world: World, lost: SimulatedDevice, paper: str, new_device: MakeDevice
) -> SimulatedDevice:
    """The councillor's next device, enrolled, which has received everything."""
    lost.program.lock()
    device = new_device(world.councillor)
    device.enrol(replace=True)
    device.synced()
    return device


def noted(device: SimulatedDevice) -> str:
    """Note the words on paper, and prove it."""
    recovery = device.session.recovery
    made = recovery.to_note("fr")
    recovery.check_noted({2: made[1], 11: made[10]}, "fr")
    return " ".join(made)


def read(device: SimulatedDevice, sitting: Dossier, page: int, number: int = 0) -> None:
    """Read a document up to a page, and close it."""
    found = sitting.documents[number]
    reading = device.session.reading
    reading.note_position(found.document_id, found.current.sha256, page=page, top=40.5, zoom=1.25)
    reading.leave_document(found.document_id)


def texts(device: SimulatedDevice) -> list[str]:
    return sorted(row.note.text for row in device.session.notes.all())


def place(device: SimulatedDevice, sitting: Dossier, number: int = 0) -> int | None:
    found = positions.one(device.connection, sitting.documents[number].document_id)
    return found.page if found else None


NOTES = [f"Note {number}" for number in range(5)]


def test_the_words_bring_notes_and_places_back(
    fresh: SimulatedDevice, paper: str, sitting: Dossier
) -> None:
    assert (texts(fresh), place(fresh, sitting)) == ([], None)
    state = fresh.session.recovery.state()
    assert (state.wish, state.held, state.unreadable) == (RecoveryWish.TYPE, True, 5)
    found = fresh.session.recovery.recover(paper, "en")
    assert (found.notes, found.positions) == (5, 1)
    assert (texts(fresh), place(fresh, sitting)) == (NOTES, 7)
    state = fresh.session.recovery.state()
    assert (state.wish, state.noted, state.unreadable) == (RecoveryWish.NOTHING, True, 0)
    fresh.synced()
    assert fresh.session.recovery.state().sent


def test_the_identity_is_the_former_one_so_that_no_colleague_has_to_know(
    lost: SimulatedDevice, paper: str, world: World, new_device: MakeDevice
) -> None:
    before = Official.objects.get(id=world.councillor.id).recipient
    lost.program.lock()
    device = new_device(world.councillor)
    device.enrol(replace=True)
    device.synced()
    device.session.recovery.recover(paper, "fr")
    device.synced()
    assert Official.objects.get(id=world.councillor.id).recipient == before
    enrolled = meta.enrolled(device.connection)
    assert enrolled is not None
    assert enrolled.recipient == before
    assert len(enrolled.identities) == 2
    assert SealedIdentity.objects.filter(official=world.councillor).count() == 1


def test_notes_that_arrive_before_and_after_the_words_are_both_read(
    fresh: SimulatedDevice, paper: str, sitting: Dossier
) -> None:
    fresh.write_note(sitting, "Avant les mots")
    fresh.synced()
    fresh.session.recovery.recover(paper, "fr")
    fresh.write_note(sitting, "Après les mots")
    fresh.synced()
    fresh.restart()
    assert texts(fresh) == sorted([*NOTES, "Avant les mots", "Après les mots"])


def test_a_third_device_gets_all_of_it_by_the_same_words(
    fresh: SimulatedDevice, paper: str, sitting: Dossier, new_device: MakeDevice, world: World
) -> None:
    fresh.write_note(sitting, "Avant les mots")
    fresh.session.recovery.recover(paper, "fr")
    read(fresh, sitting, page=3)
    fresh.synced()
    fresh.program.lock()
    third = new_device(world.councillor)
    third.enrol(replace=True)
    third.synced()
    third.session.recovery.recover(paper, "fr")
    assert texts(third) == sorted([*NOTES, "Avant les mots"])
    assert place(third, sitting) == 3


def test_without_words_one_goes_on_and_the_words_may_still_come(
    fresh: SimulatedDevice, paper: str, sitting: Dossier, world: World
) -> None:
    former = Official.objects.get(id=world.councillor.id).recipient
    fresh.session.recovery.go_without()
    fresh.write_note(sitting, "Sans les mots")
    newer = noted(fresh)
    fresh.synced()
    assert texts(fresh) == ["Sans les mots"]
    mine = Official.objects.get(id=world.councillor.id).recipient
    assert mine != former
    assert SealedIdentity.objects.filter(official=world.councillor).count() == 2
    # Weeks later the paper turns up: colleagues go on sealing to the present identity.
    fresh.session.recovery.recover(paper, "fr")
    fresh.synced()
    assert texts(fresh) == sorted([*NOTES, "Sans les mots"])
    assert Official.objects.get(id=world.councillor.id).recipient == mine
    # One paper is good from now on: the one that was typed.
    (row,) = SealedIdentity.objects.filter(official=world.councillor)
    assert opens(row, paper)
    assert not opens(row, newer)


def opens(row: SealedIdentity, paper: str) -> bool:
    owner = sealing.Owner(row.official_id, row.recipient)
    try:
        sealing.unwrap(bytes(row.ciphertext), words.entropy_of(paper, "fr"), owner)
    except WrongWordsError:
        return False
    return True


def test_new_words_retire_the_former_ones_once_they_are_noted(
    lost: SimulatedDevice, paper: str, world: World, new_device: MakeDevice
) -> None:
    recovery = lost.session.recovery
    recovery.renew()
    lost.synced()
    (row,) = SealedIdentity.objects.filter(official=world.councillor)
    assert opens(row, paper), "the former words stay good until the new ones are on paper"
    assert recovery.state().renewing
    newer = noted(lost)
    assert not recovery.state().sent
    lost.synced()
    assert recovery.state().sent
    (row,) = SealedIdentity.objects.filter(official=world.councillor)
    assert opens(row, newer)
    assert not opens(row, paper)
    lost.program.lock()
    device = new_device(world.councillor)
    device.enrol(replace=True)
    device.synced()
    with pytest.raises(WrongWordsError):
        device.session.recovery.recover(paper, "fr")
    assert device.session.recovery.recover(newer, "fr").notes == 5


def test_a_renewal_that_was_given_up_changes_nothing(lost: SimulatedDevice, paper: str) -> None:
    recovery = lost.session.recovery
    recovery.renew()
    recovery.drop_renewal()
    with pytest.raises(NoWordsToNoteError):
        recovery.to_note("fr")
    assert recovery.state().noted
    assert outbox.counts(lost.connection).waiting == 0
    assert paper


def test_the_words_stay_until_they_are_proved_and_are_then_forgotten(
    world: World, device_of: MakeDevice
) -> None:
    device = device_of(world.councillor)
    recovery = device.session.recovery
    made = recovery.to_note("fr")
    assert recovery.state().wish is RecoveryWish.NOTE
    with pytest.raises(NotNotedError) as caught:
        recovery.check_noted({1: made[0], 5: made[5]}, "fr")
    assert caught.value.parameters == {"places": "5"}
    device.restart()
    assert device.session.recovery.to_note("fr") == made
    recovery = device.session.recovery
    recovery.check_noted({1: made[0].upper(), 5: words._fold(made[4])}, "fr")
    with pytest.raises(NoWordsToNoteError):
        recovery.to_note("fr")
    assert all(b'"entropy":""' in state for state in kept_states(device))
    assert device.session.reading.home().recovery is RecoveryWish.NOTHING


def kept_states(device: SimulatedDevice) -> list[bytes]:
    """Return what the store and every frame of its log say of the words."""
    stored = meta.get(device.connection, "recovery") or b""
    key = keys.unlock(device.folder, keys.read_profile(device.folder), SECRET)
    log = own_log.read(device.folder / own_log.FILE, OwnCipher(key))
    assert log is not None
    values = (row.values for row in log.rows if row.key == ("recovery",) and row.values)
    logged = [bytes(each["value"]) for each in values]
    assert logged
    return [stored, *logged]


# What goes wrong: each has its code, and nothing is lost


def nothing_lost(device: SimulatedDevice, paper: str) -> bool:
    """Whether the right words still do everything."""
    return device.session.recovery.recover(paper, "fr").notes == 5


def test_wrong_words(fresh: SimulatedDevice, paper: str) -> None:
    with pytest.raises(UnknownWordsError):
        fresh.session.recovery.recover(paper.replace(paper.split()[3], "xyzzy"), "fr")
    assert nothing_lost(fresh, paper)


def test_swapped_words(fresh: SimulatedDevice, paper: str) -> None:
    typed = paper.split()
    for place_ in range(11):
        swapped = [*typed]
        swapped[place_ : place_ + 2] = reversed(swapped[place_ : place_ + 2])
        if swapped != typed:
            with pytest.raises((WordsDoNotFitError, WrongWordsError)):
                fresh.session.recovery.recover(" ".join(swapped), "fr")
    assert nothing_lost(fresh, paper)


def test_words_of_somebody_else(
    fresh: SimulatedDevice, paper: str, world: World, device_of: MakeDevice
) -> None:
    theirs = " ".join(device_of(world.deputy).session.recovery.to_note("fr"))
    with pytest.raises(WrongWordsError):
        fresh.session.recovery.recover(theirs, "fr")
    assert nothing_lost(fresh, paper)


def served(device: SimulatedDevice, official: Official, ciphertext: bytes) -> None:
    """Let the server give this wrap instead of the person's own."""
    row = SealedIdentity.objects.get(official=official)
    row.ciphertext = ciphertext

    def act() -> None:
        row.save()
        feeds.append([official_feed(official.id)], records.sealed_identity(row))

    in_transaction(act)
    device.synced()


def test_a_damaged_wrap(fresh: SimulatedDevice, paper: str, world: World) -> None:
    whole = bytes(SealedIdentity.objects.get(official=world.councillor).ciphertext)
    served(fresh, world.councillor, whole[:50] + b"\0" + whole[51:])
    with pytest.raises(DamagedWrapError):
        fresh.session.recovery.recover(paper, "fr")
    served(fresh, world.councillor, whole)
    assert nothing_lost(fresh, paper)


def test_a_server_that_gives_another_persons_wrap(
    fresh: SimulatedDevice, paper: str, world: World, device_of: MakeDevice
) -> None:
    other = device_of(world.deputy)
    other.synced()
    whole = bytes(SealedIdentity.objects.get(official=world.councillor).ciphertext)
    foreign = bytes(SealedIdentity.objects.get(official=world.deputy).ciphertext)
    served(fresh, world.councillor, foreign)
    for typed in (paper, " ".join(other.session.recovery.to_note("fr"))):
        with pytest.raises(ForeignWrapError):
            fresh.session.recovery.recover(typed, "fr")
    served(fresh, world.councillor, whole)
    assert nothing_lost(fresh, paper)


def test_words_before_the_first_exchange_say_that_nothing_is_here_yet(
    lost: SimulatedDevice, paper: str, world: World, new_device: MakeDevice
) -> None:
    lost.program.lock()
    device = new_device(world.councillor)
    device.enrol(replace=True)
    with pytest.raises(NothingKeptError):
        device.session.recovery.recover(paper, "fr")
    device.synced()
    assert nothing_lost(device, paper)


def test_a_person_without_a_former_device_is_asked_nothing(
    world: World, new_device: MakeDevice
) -> None:
    device = new_device(world.councillor)
    device.enrol()
    assert device.session.recovery.state().wish is RecoveryWish.NOTE


def test_a_kill_before_the_exchange_costs_nothing(
    fresh: SimulatedDevice, paper: str, server: SimulatedServer, sitting: Dossier
) -> None:
    server.fault("offline", times=99)
    fresh.session.recovery.recover(paper, "fr")
    fresh.sync()
    fresh.restart()
    assert (texts(fresh), place(fresh, sitting)) == (NOTES, 7)
    server.heal()
    fresh.synced()
    assert fresh.session.recovery.state().sent


def test_a_server_restored_from_a_backup_gets_the_newest_wrap_again(
    lost: SimulatedDevice, paper: str, world: World
) -> None:
    former = SealedIdentity.objects.filter(official=world.councillor).values().get()
    lost.session.recovery.renew()
    newer = noted(lost)
    lost.synced()
    row = SealedIdentity(**former)

    def restore() -> None:
        row.save(force_update=True)
        feeds.append([official_feed(world.councillor.id)], records.sealed_identity(row))

    in_transaction(restore)
    do_renew_epoch(IT)
    lost.synced()
    (row,) = SealedIdentity.objects.filter(official=world.councillor)
    assert opens(row, newer)
    assert not opens(row, paper)


# Reading places


def test_a_reading_in_progress_is_sealed_every_few_minutes_at_most(
    lost: SimulatedDevice, sitting: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sitting.documents[1]
    start = clock.now()

    def turn_to(page: int, seconds: int) -> int:
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=seconds))
        lost.session.reading.note_position(
            found.document_id, found.current.sha256, page=page, top=0.0, zoom=1.0
        )
        before = sent_places()
        report = lost.sync()
        assert not report.code, report
        return sent_places() - before

    assert [turn_to(page, seconds=60 * page) for page in range(7)] == [1, 0, 0, 0, 0, 0, 1]


def sent_places() -> int:
    return AppliedEvent.objects.filter(kind="position_sealed").count()


def test_places_are_no_actions_that_wait(
    lost: SimulatedDevice, sitting: Dossier, server: SimulatedServer
) -> None:
    server.fault("offline", times=99)
    read(lost, sitting, page=2)
    lost.sync()
    assert outbox.has(lost.connection, "position_sealed")
    assert lost.session.synchronizing.state().waiting == 0


def test_the_server_cannot_tell_what_is_read_nor_how_far(
    lost: SimulatedDevice, sitting: Dossier
) -> None:
    read(lost, sitting, page=1_234, number=1)
    lost.synced()
    rows = SealedPosition.objects.all()
    assert rows.count() == 2
    # The header of age has a part of random length; what follows it is the content.
    assert len({len(bytes(row.ciphertext).split(b"\n--- ")[1]) for row in rows}) == 1
    told = repr([(row.position_id, bytes(row.ciphertext)) for row in rows])
    for each in sitting.documents:
        assert each.document_id not in told
        assert each.current.sha256 not in told


def test_a_later_place_here_is_not_moved_back_by_what_comes(
    lost: SimulatedDevice, sitting: Dossier
) -> None:
    read(lost, sitting, page=9)
    lost.synced()
    do_renew_epoch(IT)
    found = sitting.documents[0]
    lost.session.reading.note_position(
        found.document_id, found.current.sha256, page=11, top=0.0, zoom=1.0
    )
    lost.synced()
    assert place(lost, sitting) == 11


def test_a_clock_years_ahead_wins_no_longer_than_the_next_reading(
    lost: SimulatedDevice, sitting: Dossier, paper: str, world: World, new_device: MakeDevice
) -> None:
    found = sitting.documents[0]
    ahead = positions.StoredPosition(
        found.document_id, found.current.sha256, 3, 0.0, 1.0, clock.now() + timedelta(days=3000)
    )
    with lost.store.transaction() as connection:
        positions.keep(connection, ahead)
        positions.left(connection, found.document_id)
    lost.synced()
    lost.program.lock()
    device = new_device(world.councillor)
    device.enrol(replace=True)
    device.synced()
    device.session.recovery.recover(paper, "fr")
    assert place(device, sitting) == 3
    read(device, sitting, page=5)
    device.synced()
    do_renew_epoch(IT)
    device.synced()
    assert place(device, sitting) == 5


def test_a_place_that_makes_no_sense_costs_nothing(
    lost: SimulatedDevice, sitting: Dossier, world: World
) -> None:
    """Anybody can seal to a public recipient, a server too."""
    import pyrage

    recipient = pyrage.x25519.Recipient.from_str(
        Official.objects.get(id=world.councillor.id).recipient
    )
    forged = [b"", b"[]", b'{"page": -1}', _naive(sitting)]

    def act() -> None:
        for number, each in enumerate(forged):
            name = f"0190f3c2-0000-0000-0000-00000000000{number}"
            row = SealedPosition(
                official=world.councillor,
                position_id=name,
                ciphertext=pyrage.encrypt(each, [recipient]),
            )
            feeds.append([official_feed(world.councillor.id)], records.position(row))

    in_transaction(act)
    lost.synced()
    assert place(lost, sitting) == 7


def _naive(sitting: Dossier) -> bytes:
    import msgspec

    found = sitting.documents[0]
    at = clock.now().replace(tzinfo=None)
    stored = positions.StoredPosition(found.document_id, found.current.sha256, 1, 0.0, 1.0, at)
    return msgspec.json.encode(dataclasses.asdict(stored))
