"""Two devices of one person (an old one being replaced): nothing that either wrote is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from boardpack.annotation.note import InkPoint, InkStroke, Note
from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.services.device_clock import clock_state
from boardpack.store import meta, note_clock, outbox, positions
from sync.server.actions.do_forget_notes import PATIENCE, do_forget_notes
from sync.server.models import NoteVersion
from tests.helpers.devices import SimulatedDevice
from tests.helpers.pairs import Pair
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World
from tests.sync.conftest import MakeDevice
from tests.sync.test_devices import published


@pytest.fixture
def dossier(world: World, device_of: MakeDevice) -> Dossier:
    return published(device_of(world.agent), world, 1)[0]


@pytest.fixture
def pair(server: SimulatedServer, world: World, dossier: Dossier, new_device: MakeDevice) -> Pair:
    """The mayor's former tablet and the new one; both have the dossier."""
    assert server
    made = Pair(new_device(world.mayor), new_device(world.mayor))
    made.enrol()
    assert dossier
    made.exchange("ab")
    return made


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], object]:
    """Set the clock of a device for what it does meanwhile."""
    real = clock.now

    @contextmanager
    def shift(by: timedelta) -> Iterator[None]:
        monkeypatch.setattr(clock, "now", lambda: real() + by)
        yield
        monkeypatch.setattr(clock, "now", real)

    return shift


def notes(device: SimulatedDevice, dossier: Dossier) -> tuple[Note, ...]:
    return device.session.notes.for_document(dossier.documents[0].document_id)


def texts(device: SimulatedDevice, dossier: Dossier) -> list[str]:
    """Return every text that the person sees, conflicts included."""
    found = notes(device, dossier)
    return sorted(
        text for note in found for text in (note.text, *(each.text for each in note.others))
    )


def edit(device: SimulatedDevice, dossier: Dossier, **changes: object) -> Note:
    """Change the only note, as the person who sees it does."""
    (seen,) = notes(device, dossier)
    wanted = replace(seen, modified=clock.now(), **changes)  # type: ignore[arg-type]
    device.session.notes.save(wanted, seen)
    return wanted


def test_a_note_edited_on_both_offline_keeps_both_texts(pair: Pair, dossier: Dossier) -> None:
    """Fault test 17."""
    pair.a.write_note(dossier, "premier")
    pair.exchange("ab")
    edit(pair.a, dossier, text="x")
    edit(pair.b, dossier, text="y")
    pair.exchange("aba")
    assert notes(pair.a, dossier) == notes(pair.b, dossier)
    assert texts(pair.a, dossier) == ["x", "y"]
    (note,) = notes(pair.a, dossier)
    assert [each.device for each in note.others] == ["Ancienne"], "attributed to its device"
    # The person decides by editing; the other device follows.
    edit(pair.b, dossier, text="x et y", others=())
    pair.exchange("ba")
    assert texts(pair.a, dossier) == texts(pair.b, dossier) == ["x et y"]
    assert NoteVersion.objects.count() == 1


def test_parts_changed_on_each_come_together(pair: Pair, dossier: Dossier) -> None:
    pair.a.write_note(dossier, "premier")
    pair.exchange("ab")
    edit(pair.a, dossier, colour="pink", tags=("Question",))
    edit(pair.b, dossier, text="second")
    edit(pair.b, dossier, strokes=(InkStroke((InkPoint(1, 2),)),))
    edit(pair.a, dossier, strokes=(InkStroke((InkPoint(3, 4),)),))
    pair.exchange("aba")
    (note,) = notes(pair.a, dossier)
    assert notes(pair.b, dossier) == (note,)
    assert (note.colour, note.tags, note.text, note.others) == ("pink", ("Question",), "second", ())
    assert len(note.strokes) == 2


def test_what_arrives_shows_over_what_still_waits(pair: Pair, dossier: Dossier) -> None:
    pair.a.write_note(dossier, "premier")
    pair.exchange("ab")
    edit(pair.b, dossier, colour="pink")
    pair.exchange("b")
    edit(pair.a, dossier, text="pas encore envoyé")
    # The change arrives while the device's own is refused for now: its disk is full.
    reply = pair.server_says_not_now(pair.a)
    assert reply
    (note,) = notes(pair.a, dossier)
    assert (note.colour, note.text) == ("pink", "pas encore envoyé")
    assert outbox.counts(pair.a.connection).waiting == 1
    pair.exchange("ab")
    assert notes(pair.b, dossier) == (note,)


def test_a_removal_and_a_text_of_the_same_time(pair: Pair, dossier: Dossier) -> None:
    pair.a.write_note(dossier, "premier")
    pair.exchange("ab")
    (seen,) = notes(pair.a, dossier)
    edit(pair.b, dossier, text="j’y tiens")
    pair.a.session.notes.remove(seen.note_id)
    assert notes(pair.a, dossier) == ()
    pair.exchange("aba")
    assert texts(pair.a, dossier) == texts(pair.b, dossier) == ["j’y tiens"]


def test_a_removal_of_what_both_know_holds(pair: Pair, dossier: Dossier) -> None:
    pair.a.write_note(dossier, "premier")
    pair.exchange("ab")
    edit(pair.b, dossier, colour="pink")
    (seen,) = notes(pair.a, dossier)
    pair.a.session.notes.remove(seen.note_id)
    pair.exchange("aba")
    assert notes(pair.a, dossier) == notes(pair.b, dossier) == ()
    pair.a.session.notes.save(seen)  # undo
    pair.exchange("aba")
    assert texts(pair.b, dossier) == ["premier"]


JUMPS = [timedelta(days=1), timedelta(days=-1), timedelta(days=3653), timedelta(days=-3653)]


@pytest.mark.parametrize("first", JUMPS, ids=str)
@pytest.mark.parametrize("second", JUMPS, ids=str)
def test_clocks_that_jump_do_not_change_the_order(
    pair: Pair,
    dossier: Dossier,
    at: Callable[[timedelta], object],
    first: timedelta,
    second: timedelta,
) -> None:
    """Fault test 16: what was written later is what counts, on each device and between them."""
    pair.a.write_note(dossier, "1")
    with at(first):  # type: ignore[attr-defined]
        edit(pair.a, dossier, colour="pink")
    with at(second):  # type: ignore[attr-defined]
        edit(pair.a, dossier, colour="blue")
        edit(pair.a, dossier, text="2")
    pair.a.restart()
    edit(pair.a, dossier, text="3")
    pair.exchange("ab")
    assert (texts(pair.b, dossier), notes(pair.b, dossier)[0].colour) == (["3"], "blue")
    edit(pair.b, dossier, text="4", colour="green")
    pair.exchange("ba")
    assert (texts(pair.a, dossier), notes(pair.a, dossier)[0].colour) == (["4"], "green")
    ahead = max(first, second) > timedelta(0)
    for device in (pair.a, pair.b):
        kept = note_clock.load(device.connection)
        assert (kept.clamped_at is not None) == ahead
        limit = clock.now().timestamp() * 1000 + 5 * 60_000
        assert kept.ms <= limit, "no clock runs away"
    assert clock_state(pair.a.session.context).clamped == ahead


def test_a_device_away_for_401_days_resurrects_nothing(
    pair: Pair, dossier: Dossier, at: Callable[[timedelta], object]
) -> None:
    kept = pair.a.write_note(dossier, "reste")
    gone = pair.a.write_note(dossier, "supprimée")
    edited = pair.a.write_note(dossier, "supprimée, mais modifiée hors ligne")
    pair.exchange("ab")
    pair.b.session.notes.save(replace(edited, text="modification jamais envoyée"))
    for note in (gone, edited):
        pair.a.session.notes.remove(note.note_id)
    pair.exchange("a")
    with at(PATIENCE + timedelta(days=1)):  # type: ignore[attr-defined]
        assert do_forget_notes(IT) == 2
        pair.exchange("b", refused=1)
        pair.exchange("a")
        assert [each.note_id for each in notes(pair.a, dossier)] == [kept.note_id]
        assert [each.note_id for each in notes(pair.b, dossier)] == [kept.note_id]
        (row,) = pair.b.session.synchronizing.rejected()
        assert (row.code, row.text) == ("notes.forgotten", "modification jamais envoyée")
    assert NoteVersion.objects.count() == 1


def read(device: SimulatedDevice, dossier: Dossier, page: int) -> None:
    """Read up to a page, and close the document."""
    found = dossier.documents[0]
    reading = device.session.reading
    reading.note_position(found.document_id, found.current.sha256, page=page, top=0.0, zoom=1.0)
    reading.leave_document(found.document_id)


def pages(pair: Pair, dossier: Dossier) -> list[int]:
    """Return where each device says that the reading stopped."""
    found = (
        positions.one(each.connection, dossier.documents[0].document_id)
        for each in (pair.a, pair.b)
    )
    return [each.page for each in found if each]


def test_the_later_place_counts_when_the_earlier_one_arrives_last(
    pair: Pair, dossier: Dossier
) -> None:
    read(pair.a, dossier, 210)
    read(pair.b, dossier, 239)
    pair.exchange("ba")
    pair.exchange("bba")
    assert pages(pair, dossier) == [239, 239]


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_place_counts_as_later_than_those_that_its_device_knew(
    pair: Pair, dossier: Dossier, at: Callable[[timedelta], object], by: timedelta
) -> None:
    with at(by):  # type: ignore[attr-defined]
        read(pair.a, dossier, 1)
    pair.exchange("abab")
    assert pages(pair, dossier) == [1, 1]
    read(pair.b, dossier, 2)
    pair.exchange("baba")
    assert pages(pair, dossier) == [2, 2]


def test_both_devices_are_known_by_name(pair: Pair) -> None:
    first, second = (meta.enrolled(each.connection) for each in (pair.a, pair.b))
    assert first is not None
    assert second is not None
    assert first.device_id != second.device_id
    assert first.identity == second.identity
