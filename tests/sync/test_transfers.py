"""Transfers as the person sees and steers them: what comes first, what waits, what is told."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.services import holding
from boardpack.services.holding import Choices, Holding, Metered
from boardpack.services.read_models import SittingRow
from boardpack.services.reading import DocumentNotHereError
from boardpack.services.sync_state import SyncState
from sync.engine import queue
from sync.engine.queue import DOWNLOADS
from sync.server.jobs import worker
from tests.helpers import revisions
from tests.helpers.devices import SimulatedDevice, revised
from tests.helpers.server import SimulatedServer
from tests.helpers.world import World, document, dossier, version
from tests.sync.conftest import MakeDevice

BLOBS = "/api/v1/blobs/"
#: What counts as small on a metered network, in these tests; the program's own is 2 MB.
LIMIT = 100_000
LARGE = LIMIT + 50_000
Publish = Callable[..., Dossier]


def content(number: int, size: int) -> bytes:
    return b"%PDF-1.7 " + random.Random(number).randbytes(size)


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small files be smaller: these tests send many."""
    assert holding.METERED_LIMIT == 2_000_000
    monkeypatch.setattr(holding, "METERED_LIMIT", LIMIT)


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.agent)


@pytest.fixture
def mayor(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.mayor)


@pytest.fixture
def publish(world: World, agent: SimulatedDevice) -> Publish:
    """Let the secretariat send a dossier with files of these sizes, so many days ahead."""

    def send(*sizes: int, days: float = 9) -> Dossier:
        contents = [content(hash((days, place)), size) for place, size in enumerate(sizes)]
        sent = dataclasses.replace(
            dossier(world.council, *(document(version(each)) for each in contents)),
            starts_at=clock.now() + timedelta(days=days),
        )
        agent.publish(sent, *contents)
        agent.synced()
        return sent

    return send


def dossier_of(world: World, *contents: bytes) -> Dossier:
    return dossier(world.council, *(document(version(each)) for each in contents))


def digests(sent: Dossier) -> list[str]:
    return [each.current.sha256 for each in sent.documents]


def fetched(server: SimulatedServer) -> list[str]:
    """Return which files were asked for, in this order."""
    return [each.path.removeprefix(BLOBS) for each in server.requests("GET", BLOBS)]


def row_of(device: SimulatedDevice, sent: Dossier) -> SittingRow:
    return device.session.reading.sitting(sent.sitting_id).row


def open_document(device: SimulatedDevice, sent: Dossier, place: int) -> None:
    """Try to open a document that is not here."""
    with pytest.raises(DocumentNotHereError):
        device.session.reading.open_document(sent.documents[place].document_id)


# What comes first


def test_the_running_sitting_then_the_next_by_date_small_first(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With six at a time, which of them the server sees first is chance.
    monkeypatch.setattr(queue, "DOWNLOADS", 1)
    later = publish(1_000, days=30)
    soon = publish(9_000, 2_000, days=1 / 24)
    running = publish(60_000, days=-2 / 24)
    server.line.seen.clear()
    mayor.synced()
    assert fetched(server) == [*digests(running), *reversed(digests(soon)), *digests(later)]


def test_a_document_tapped_while_many_others_come_is_the_next(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sent = publish(*(3_000 + number for number in range(30)))
    tapped = digests(sent)[-1]
    begun: list[str] = []

    def tap(request: httpx.Request) -> None:
        if request.url.path.startswith(BLOBS):
            begun.append(request.url.path.removeprefix(BLOBS))
            if len(begun) == 7:
                mayor.session.context.awaited.add(tapped)

    server.line.on_request = tap
    assert mayor.sync().code == ""
    assert len(begun) == 30
    assert begun.index(tapped) <= 6 + DOWNLOADS


def test_what_comes_makes_way_for_what_is_tapped_and_goes_on_where_it_was(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sent = publish(3_000_000, 3_100_000, 3_200_000)
    tapped = digests(sent)[2]
    mayor.session.steering.for_now(Choices(paused=True))
    mayor.sync()
    mayor.session.steering.ask(sent.sitting_id)
    mayor.session.context.steering.asked -= {tapped}
    server.line.seen.clear()
    ended: list[str] = []
    far: set[str] = set()

    def slow(path: str, start: int) -> None:
        sha256 = path.removeprefix(BLOBS)
        if start >= 1_000_000 and sha256 != tapped and tapped not in ended:
            # Slow enough for the tap, when both are under way, to be heard in time.
            far.add(sha256)
            if len(far) == 2:
                mayor.session.context.awaited.add(tapped)
            time.sleep(0.2)
        if start + 65_536 >= 3_000_000:
            ended.append(sha256)

    server.line.on_piece = slow
    report = mayor.sync()
    assert (report.code, report.received_files) == ("", 3)
    assert ended[0] == tapped
    assert fetched(server).index(tapped) == 2
    resumed = [each for each in server.requests("GET", BLOBS) if each.range]
    assert {each.path.removeprefix(BLOBS) for each in resumed} == set(digests(sent)[:2])
    assert max(int(each.range[6:-1]) for each in resumed) >= 1_000_000
    # What was on the line when it was interrupted may come once more.
    assert report.received_bytes <= sum(each.current.size for each in sent.documents)


# Metered networks


def test_a_metered_network_brings_records_and_small_files_only(
    mayor: SimulatedDevice, publish: Publish
) -> None:
    mayor.session.steering.set_metered(Metered.ALWAYS)
    sent = publish(1_000, LIMIT - 10, LARGE)
    report = mayor.sync()
    assert (report.code, report.received_files) == ("", 2)
    large = sent.documents[2].current.size
    assert (report.holding, report.held_files, report.held_bytes) == (Holding.METERED, 1, large)
    row = row_of(mayor, sent)
    assert (row.documents_here, row.documents, row.missing_bytes) == (2, 3, large)
    assert row.holding is Holding.METERED
    state = mayor.session.synchronizing.state()
    assert (state.to_receive, state.held_documents, state.held_bytes) == (0, 1, large)


def test_what_the_person_opens_comes_over_a_metered_network(
    mayor: SimulatedDevice, publish: Publish
) -> None:
    mayor.session.steering.set_metered(Metered.ALWAYS)
    sent = publish(LARGE, LARGE + 1)
    mayor.sync()
    open_document(mayor, sent, 1)
    assert row_of(mayor, sent).holding is Holding.NOTHING
    assert mayor.sync().received_files == 1
    assert row_of(mayor, sent).documents_here == 1
    assert mayor.sync().received_files == 0


def test_what_the_person_asks_for_comes_and_nothing_else(
    mayor: SimulatedDevice, publish: Publish
) -> None:
    mayor.session.steering.set_metered(Metered.ALWAYS)
    first, second = publish(LARGE, days=3), publish(LARGE, LARGE + 2, days=4)
    mayor.sync()
    mayor.session.steering.ask(second.sitting_id)
    assert mayor.sync().received_files == 2
    assert not row_of(mayor, second).missing_bytes
    assert row_of(mayor, first).missing_bytes
    mayor.session.steering.ask()
    report = mayor.sync()
    assert (report.received_files, report.held_files) == (1, 0)


def test_a_large_document_that_was_corrected_comes_as_its_delta(
    world: World, mayor: SimulatedDevice, agent: SimulatedDevice
) -> None:
    data = content(1, LARGE)
    sent = dossier_of(world, data)
    agent.publish(sent, data)
    agent.synced()
    mayor.synced()
    mayor.session.steering.set_metered(Metered.ALWAYS)
    corrected = data[:50_000] + b"corrected" + data[50_000:]
    after = dataclasses.replace(version(corrected), number=2)
    first = sent.documents[0]
    document_after = dataclasses.replace(first, versions=(*first.versions, after))
    agent.publish(
        revised(sent, lambda each: dataclasses.replace(each, documents=(document_after,))),
        corrected,
    )
    agent.synced()
    worker.run_waiting()
    report = mayor.sync()
    assert (report.received_files, report.held_files) == (1, 0)
    assert report.received_bytes < 10_000
    assert report.saved_bytes > LIMIT


def test_a_network_that_becomes_metered_stops_what_is_large_and_keeps_what_came(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sent = publish(4_000_000, 60_000)
    large = digests(sent)[0]

    def leave_home(path: str, start: int) -> None:
        if path == BLOBS + large and start >= 1_000_000:
            mayor.session.steering.sense(detected=True)
            time.sleep(0.2)

    server.line.on_piece = leave_home
    report = mayor.sync()
    assert (report.code, report.received_files, report.held_files) == ("", 1, 1)
    server.line.on_piece = None
    mayor.sync()
    mayor.session.steering.sense(detected=False)
    server.line.seen.clear()
    assert mayor.sync().received_files == 1
    (request,) = server.requests("GET", BLOBS)
    assert int(request.range[6:-1]) >= 1_000_000


# Pausing


def test_a_pause_holds_documents_and_survives_a_restart_and_what_was_written_is_sent(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sent = publish(3_000_000, 1_000)
    large = digests(sent)[0]

    def pause(path: str, start: int) -> None:
        if path == BLOBS + large and start >= 1_000_000:
            mayor.session.steering.for_now(Choices(paused=True))
            time.sleep(0.2)

    server.line.on_piece = pause
    assert mayor.sync().code == ""
    server.line.on_piece = None
    mayor.session.steering.for_now(Choices())
    mayor.session.steering.pause()
    mayor.restart()
    mayor.session.reading.acknowledge(sent.sitting_id)
    server.line.seen.clear()
    report = mayor.sync()
    assert (report.code, report.sent, report.holding) == ("", 1, Holding.PAUSED)
    assert fetched(server) == []
    row = row_of(mayor, sent)
    assert (row.holding, row.documents_here) == (Holding.PAUSED, 1)
    open_document(mayor, sent, 0)
    assert mayor.sync().received_files == 1
    (request,) = server.requests("GET", BLOBS)
    assert int(request.range[6:-1]) >= 1_000_000


def test_after_a_pause_everything_comes(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    mayor.session.steering.pause()
    sent = publish(1_000, LARGE)
    mayor.sync()
    assert row_of(mayor, sent).documents_here == 0
    mayor.session.steering.resume()
    mayor.synced()
    assert row_of(mayor, sent).documents_here == 2
    assert mayor.state() == server.state_for(mayor.official)


def test_pausing_takes_back_what_was_asked_for(mayor: SimulatedDevice, publish: Publish) -> None:
    mayor.session.steering.set_metered(Metered.ALWAYS)
    publish(LARGE)
    mayor.sync()
    mayor.session.steering.ask()
    mayor.session.steering.pause()
    assert mayor.sync().received_files == 0


# What is told


def test_progress_counts_bytes_and_documents_and_what_was_saved(
    world: World, mayor: SimulatedDevice, agent: SimulatedDevice
) -> None:
    texts = revisions.paragraphs(200, 1)
    first = revisions.report(texts)
    second = revisions.report([texts[0].replace(" ", " exactement ", 1), *texts[1:]])
    sent = dossier_of(world, first)
    agent.publish(sent, first)
    agent.synced()
    mayor.synced()
    others = [content(number, 30_000) for number in range(5)]
    old = sent.documents[0]
    changed = dataclasses.replace(
        old, versions=(*old.versions, dataclasses.replace(version(second), number=2))
    )
    documents = (changed, *(document(version(each)) for each in others))
    agent.publish(
        revised(sent, lambda each: dataclasses.replace(each, documents=documents)),
        second,
        *others,
    )
    agent.synced()
    worker.run_waiting()
    told: list[SyncState] = []
    report = mayor.session.synchronizing.sync_once(told.append, pause=mayor.waits.append)
    whole = len(second) + sum(map(len, others))
    figures = [each for each in told if each.to_receive]
    assert {each.to_receive for each in figures} == {whole}
    assert {each.documents for each in figures} == {6}
    done = [each.received for each in figures]
    assert done == sorted(done)
    last = figures[-1]
    assert (last.received, last.documents_left) == (whole, 0)
    assert last.saved == report.saved_bytes > 0
    assert report.received_bytes + report.saved_bytes == whole


def test_bytes_that_an_earlier_try_brought_are_not_told_twice(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sent = publish(3_000_000)
    size = sent.documents[0].current.size

    def cancel(path: str, start: int) -> None:
        if path.startswith(BLOBS) and start >= 1_000_000:
            mayor.session.synchronizing.cancel()

    server.line.on_piece = cancel
    first = mayor.sync()
    assert first.cancelled
    assert first.received_bytes >= 1_000_000
    server.line.on_piece = None
    second = mayor.sync()
    assert second.received_files == 1
    assert first.received_bytes + second.received_bytes == size
