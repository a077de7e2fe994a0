"""What networks, proxies, servers and disks do: nothing lost, nothing twice, the same end."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.store import outbox
from boardpack.store.database import Store
from boardpack.store.errors import DamagedStoreError
from sync.client.http_transport import CHUNK
from sync.protocol.messages import Answer, ConvocationAcknowledged
from sync.server import exchange as server_exchange
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.models import Assembly, Device, Token
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, version
from tests.sync.conftest import MakeDevice

EXCHANGE = "/api/v1/exchange"
BLOBS = "/api/v1/blobs/"
UPLOADS = "/api/v1/uploads/"
BIG = 2_000_000


def content(number: int, size: int = 60_000) -> bytes:
    return b"%PDF-1.7 " + random.Random(number).randbytes(size + number)


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.agent)


@pytest.fixture
def mayor(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.mayor)


@pytest.fixture
def deputy(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.deputy)


Publish = Callable[..., tuple[Dossier, list[bytes]]]


@pytest.fixture
def publish(world: World, agent: SimulatedDevice) -> Publish:
    """Let the secretariat send a dossier with files of these sizes."""

    def send(*sizes: int) -> tuple[Dossier, list[bytes]]:
        contents = [content(number, size) for number, size in enumerate(sizes or (60_000,) * 3)]
        sitting = dossier(world.council, *(document(version(each)) for each in contents))
        agent.publish(sitting, *contents)
        agent.synced()
        return sitting, contents

    return send


def acknowledge(device: SimulatedDevice, sitting: Dossier) -> str:
    event = ConvocationAcknowledged(
        ids.new_id(), clock.now(), sitting.sitting_id, sitting.revision, sitting.manifest_sha256()
    )
    return device.act(event, subject_id=sitting.sitting_id, sitting_id=sitting.sitting_id)


def at_rest(server: SimulatedServer, *devices: SimulatedDevice) -> None:
    """Without faults everything ends in the same state on both ends."""
    server.heal()
    for _ in range(2):
        for device in devices:
            device.synced()
    for device in devices:
        assert device.waiting() == 0
        assert device.parts() == []
        assert device.state() == server.state_for(device.official)


# The batch


@pytest.mark.parametrize("what", ["lost answer", "replay", "truncated", "timeout", "gateway"])
def test_an_action_counts_once_whatever_happens_to_its_answer(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    publish: Publish,
    what: str,
) -> None:
    sitting, _ = publish()
    mayor.synced()
    event_id = acknowledge(mayor, sitting)
    server.fault(what, path=EXCHANGE, value=20)
    mayor.sync()
    assert server.applied(event_id) == 1
    at_rest(server, mayor, agent)
    assert server.applied(event_id) == 1
    acknowledged = [
        each for each in mayor.state()["receipt"].values() if each.kind == "acknowledged"
    ]
    assert len(acknowledged) == 1


def test_offline_is_a_state_and_the_action_waits(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    sitting, _ = publish()
    mayor.synced()
    acknowledge(mayor, sitting)
    server.fault("offline", times=99)
    report = mayor.sync()
    assert report.code == "client.offline"
    state = mayor.session.synchronizing.state()
    assert (state.mode.value, state.waiting, state.code) == ("offline", 1, "client.offline")
    at_rest(server, mayor, agent)
    assert mayor.session.synchronizing.state().mode.value == "idle"


LOGIN_PAGES: list[dict[str, Any]] = [
    {"what": "captive"},
    {"what": "redirect"},
    {"what": "garbage"},
    {"what": "bare", "value": 401},
    {"what": "bare", "value": 403},
    {"what": "bare", "value": 404},
]


@pytest.mark.parametrize("path", [EXCHANGE, BLOBS, "/oauth/token", "/"])
def test_a_login_page_erases_nothing_and_enters_nothing(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    publish: Publish,
    path: str,
) -> None:
    sitting, _ = publish()
    mayor.synced()
    acknowledge(mayor, sitting)
    publish(70_000)
    for page in LOGIN_PAGES:
        before = set(mayor.files()), set(mayor.state()["dossier"])
        server.heal()
        Token.objects.all().delete()
        server.fault(**page, path=path, times=99)
        assert mayor.sync().code, page
        assert before[0] <= set(mayor.files()), page
        assert before[1] <= set(mayor.state()["dossier"]), page
    at_rest(server, mayor, agent)


def test_a_token_that_the_server_forgot_is_asked_for_again(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    publish()
    mayor.sync()
    Token.objects.all().delete()
    assert mayor.sync().code == ""
    at_rest(server, mayor, agent)


def test_a_revoked_device_is_told_so_and_keeps_everything(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    sitting, contents = publish()
    mayor.synced()
    acknowledge(mayor, sitting)
    do_revoke_device(IT, Device.objects.get(official=mayor.official))
    report = mayor.sync()
    assert report.code == "device.revoked"
    assert report.error is not None
    assert report.error.exit_code == 3
    assert mayor.session.synchronizing.state().mode.value == "stopped"
    assert mayor.waiting() == 1
    assert sorted(mayor.files().values()) == sorted(contents)
    assert server.requests("POST", EXCHANGE)[-1].status == 401


def test_a_replaced_device_is_told_so(
    mayor: SimulatedDevice, new_device: MakeDevice, publish: Publish
) -> None:
    publish()
    mayor.synced()
    other = new_device(mayor.official)
    other.enrol(replace=True)
    other.synced()
    assert mayor.sync().code == "device.retired"
    assert other.sync().code == ""


# Files that come


def test_a_cut_file_goes_on_by_range_from_the_very_byte(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    mayor.synced()
    for number, after in enumerate([0, 1, 262_144, 300_000, 1_999_999]):
        publish(BIG + number)
        before = len(server.requests("GET", BLOBS))
        server.fault("truncated", path=BLOBS, value=after)
        assert mayor.sync().code == ""
        _, second = server.requests("GET", BLOBS)[before:]
        assert second.range == (f"bytes={after}-" if after else "")
        assert second.status == (206 if after else 200)
    at_rest(server, mayor, agent)
    assert len(mayor.files()) == 5


def test_a_server_without_ranges_sends_all_again(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    _, contents = publish(BIG)
    server.fault("truncated", path=BLOBS, value=1_000_000)
    server.fault("norange", path=BLOBS)
    assert mayor.sync().code == ""
    assert list(mayor.files().values()) == contents
    at_rest(server, mayor, agent)


def test_wrong_bytes_are_dropped_and_fetched_again(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    mayor.synced()
    for number, place in enumerate([0, 1_000_000, BIG + 8]):
        publish(BIG + number)
        before = len(server.requests("GET", BLOBS))
        server.fault("flipped", path=BLOBS, value=place)
        assert mayor.sync().code == ""
        assert len(server.requests("GET", BLOBS)) == before + 2
    at_rest(server, mayor, agent)
    assert len(mayor.files()) == 3


def test_a_file_that_is_always_wrong_stops_no_other(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    sitting, contents = publish(50_000, 60_000, 70_000)
    bad = sitting.documents[0].current.sha256
    server.fault("flipped", path=BLOBS + bad, times=99)
    report = mayor.sync()
    assert (report.code, report.incomplete) == ("store.damaged_blob", 1)
    assert sorted(mayor.files().values()) == sorted(contents[1:])
    assert mayor.session.synchronizing.state().documents_left == 1
    assert "receipt" not in mayor.state(), "no receipt for what is not whole"
    at_rest(server, mayor, agent)


def test_a_body_that_a_proxy_cut_cleanly_is_no_whole_file(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    _, contents = publish(BIG)
    server.fault("short", path=BLOBS, value=1_200_000)
    assert mayor.sync().code == ""
    assert list(mayor.files().values()) == contents
    assert server.requests("GET", BLOBS)[1].range == "bytes=1200000-"
    at_rest(server, mayor, agent)


def test_a_busy_server_is_obeyed(
    server: SimulatedServer, mayor: SimulatedDevice, publish: Publish
) -> None:
    publish(50_000)
    server.fault("busy", path=BLOBS, value=2, times=2)
    assert mayor.sync().code == ""
    assert len(mayor.waits) == 2
    assert all(2 <= each <= 2.2 for each in mayor.waits)
    assert len(server.requests("GET", BLOBS)) == 3


def test_a_server_busy_for_long_ends_the_exchange_and_says_when(
    server: SimulatedServer, mayor: SimulatedDevice
) -> None:
    server.fault("busy", path=EXCHANGE, value=600)
    report = mayor.sync()
    assert (report.code, report.retry_after, mayor.waits) == ("client.busy", 600, [])


def test_a_line_that_always_breaks_still_brings_the_file(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    _, contents = publish(6_000_000)
    server.fault("truncated", path=BLOBS, value=300_000, times=99)
    assert mayor.sync().code == ""
    assert list(mayor.files().values()) == contents
    wire = sum(min(each.received, 300_000) for each in server.requests("GET", BLOBS))
    assert wire <= len(contents[0]) + 300_000, "nothing came twice"
    at_rest(server, mayor, agent)


def test_the_person_may_stop_a_long_reception_and_go_on_later(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    publish(BIG, BIG + 1, BIG + 2)
    stopped = []

    def watch(request: httpx.Request) -> None:
        if request.url.path.startswith(BLOBS) and not stopped:
            stopped.append(request)
            mayor.session.synchronizing.cancel()

    server.line.on_request = watch
    report = mayor.sync()
    assert report.cancelled
    assert report.received_files == 0
    server.line.on_request = None
    at_rest(server, mayor, agent)


@pytest.mark.parametrize("path", [EXCHANGE, BLOBS])
def test_locking_in_the_middle_of_an_exchange_ends_it_quietly(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    publish: Publish,
    path: str,
) -> None:
    publish(BIG, BIG + 1, BIG + 2)
    synchronizing = mayor.session.synchronizing
    locked = []

    def lock(request: httpx.Request) -> None:
        if request.url.path.startswith(path) and not locked:
            locked.append(request)
            synchronizing.close()

    server.line.on_request = lock
    report = mayor.sync()
    assert report.cancelled
    assert report.error is None
    server.line.on_request = None
    mayor.restart()
    at_rest(server, mayor, agent)


# Files that go


@pytest.mark.parametrize("what", ["lost answer", "offline", "replay", "timeout"])
def test_a_cut_upload_goes_on_where_the_server_stands(
    server: SimulatedServer,
    world: World,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    what: str,
) -> None:
    data = content(1, 2 * CHUNK + 1000)
    sitting = dossier(world.council, document(version(data)))
    agent.synced()
    agent.publish(sitting, data)
    server.fault(what, method="PATCH", path=UPLOADS, skip=1)
    assert agent.sync().code == ""
    sent = sum(each.sent for each in server.requests("PATCH", UPLOADS))
    assert sent <= len(data) + CHUNK
    at_rest(server, agent, mayor)
    assert list(mayor.files().values()) == [data]


def test_an_upload_that_arrives_wrong_is_sent_again(
    server: SimulatedServer, world: World, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    data = content(1, 50_000)
    agent.synced()
    agent.publish(dossier(world.council, document(version(data))), data)
    spoiled = []

    def spoil(request: httpx.Request) -> None:
        if request.method == "PATCH" and not spoiled:
            spoiled.append(request)
            broken = bytearray(request.content)
            broken[100] ^= 1
            request._content = bytes(broken)
            request.stream = httpx.ByteStream(bytes(broken))

    server.line.on_request = spoil
    assert agent.sync().code == ""
    assert [each.status for each in server.requests("PATCH", UPLOADS)] == [422, 201]
    server.line.on_request = None
    at_rest(server, agent, mayor)


def test_a_file_lost_on_this_device_rejects_its_event_and_says_why(
    server: SimulatedServer, world: World, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    data = content(1)
    agent.synced()
    sitting = dossier(world.council, document(version(data)))
    agent.publish(sitting, data)
    agent.session.context.blobs.give_up(version(data).sha256)
    assert agent.sync().code == ""
    (row,) = agent.session.synchronizing.rejected()
    assert (row.kind, row.title, row.code) == (
        "dossier_published",
        sitting.title,
        "store.blob_absent",
    )
    assert agent.session.synchronizing.dismiss(row.event_id).outbox
    assert agent.session.synchronizing.rejected() == ()
    at_rest(server, agent, mayor)


def test_what_the_server_rejects_stays_until_the_person_saw_why(
    server: SimulatedServer, world: World, mayor: SimulatedDevice
) -> None:
    mayor.synced()
    data = content(1)
    mayor.session.context.blobs.keep(data, version(data).sha256)
    sitting = dossier(world.council)
    mayor.publish(sitting)
    report = mayor.sync()
    assert (report.code, report.rejected) == ("", 1)
    (row,) = mayor.session.synchronizing.rejected()
    assert row.code == "access.role_needed"
    assert mayor.session.synchronizing.state().rejected == 1
    mayor.session.synchronizing.dismiss(row.event_id)
    at_rest(server, mayor)


# Kills: the program ends at the n-th request, or at the n-th step of the store


class KilledError(BaseException):
    """Nothing after this line runs."""


def kill_at_request(device: SimulatedDevice, number: int) -> None:
    left = [number]

    def count(_request: httpx.Request) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KilledError

    device.server.line.on_request = count


def test_killed_at_any_request_the_next_start_ends_the_same(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    first, _ = publish(300_000)
    mayor.sync()
    killed = True
    number = 0
    while killed:
        number += 1
        publish(50_000 + number, 60_000 + number)
        mayor.write_note(first, f"Remarque {number}")
        kill_at_request(mayor, number)
        killed = False
        try:
            mayor.sync()
        except KilledError:
            killed = True
        server.line.on_request = None
        mayor.restart()
        mayor.synced()
        assert len(mayor.files()) == 1 + 2 * number
        assert len(mayor.state()["note"]) == number
    assert number > 4
    at_rest(server, mayor, agent)


def test_killed_at_any_step_of_the_store_the_next_start_ends_the_same(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, _ = publish(300_000)
    mayor.sync()
    real = Store.transaction
    killed = True
    number = 0
    while killed:
        number += 1
        publish(50_000 + number, 60_000 + number)
        mayor.write_note(first, f"Remarque {number}")
        left = [number]

        def transaction(store: Store, left: list[int] = left) -> Any:
            left[0] -= store is mayor.store
            if left[0] == 0:
                raise KilledError
            return real(store)

        monkeypatch.setattr(Store, "transaction", transaction)
        killed = False
        try:
            mayor.sync()
        except KilledError:
            killed = True
        monkeypatch.setattr(Store, "transaction", real)
        mayor.restart()
        mayor.synced()
        assert len(mayor.files()) == 1 + 2 * number
        assert len(mayor.state()["note"]) == number
    assert number > 6
    at_rest(server, mayor, agent)


# Disks


def test_a_damaged_file_is_found_given_up_and_fetched_again(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    sitting, _ = publish(BIG, 60_000)
    mayor.synced()
    sha256 = sitting.documents[0].current.sha256
    path = mayor.session.context.blobs.source(sha256).path
    with path.open("r+b") as file:
        file.seek(1_000_000)
        file.write(os.urandom(4))
    assert mayor.session.context.blobs.verify() == (sha256,)
    before = len(server.requests("GET", BLOBS))
    mayor.synced()
    assert len(server.requests("GET", BLOBS)) == before + 1
    assert len(mayor.files()) == 2
    at_rest(server, mayor, agent)


def test_a_damaged_store_is_repaired_and_read_again_from_the_server(
    server: SimulatedServer, mayor: SimulatedDevice, agent: SimulatedDevice, publish: Publish
) -> None:
    sitting, contents = publish()
    mayor.synced()
    mayor.write_note(sitting, "Ma remarque")
    event_id = acknowledge(mayor, sitting)
    mayor.program.lock()
    with (mayor.folder / "store.db").open("r+b") as file:
        file.seek(12 * 4096 + 100)
        file.write(b"\xff" * 8)
    with pytest.raises(DamagedStoreError):
        mayor.program.unlock(SECRET)
    mayor.program.repair(SECRET)
    assert [row.event_id for row in outbox.waiting(mayor.connection)][-1] == event_id
    at_rest(server, mayor, agent)
    assert sorted(mayor.files().values()) == sorted(contents)


# Anything at all


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(each, marks=pytest.mark.long) for each in range(2, 12))]
)
def test_any_mixture_of_faults_on_three_devices_ends_in_one_state(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    deputy: SimulatedDevice,
    publish: Publish,
    seed: int,
) -> None:
    chance = random.Random(seed)
    devices = [mayor, agent, deputy]
    sitting, _ = publish(400_000, 50_000)
    for device in devices:
        device.synced()
    events: list[str] = []
    for round_number in range(6):
        for _ in range(chance.randrange(4)):
            server.fault(
                chance.choice(
                    ["lost answer", "replay", "offline", "timeout", "gateway", "garbage",
                     "captive", "busy", "truncated", "flipped"]
                ),
                path=chance.choice(["/", EXCHANGE, BLOBS, UPLOADS]),
                method=chance.choice(["", "POST", "GET", "PATCH"]),
                value=chance.randrange(3),
                skip=chance.randrange(3),
                times=chance.randrange(1, 4),
            )  # fmt: skip
        if round_number % 2 == 0:
            data = content(100 + round_number, 100_000)
            council = Assembly.objects.get(id=sitting.assembly_id)
            sent = dossier(council, document(version(data)))
            events.append(agent.publish(sent, data))
        events.append(acknowledge(chance.choice([mayor, deputy]), sitting))
        mayor.write_note(sitting, f"Remarque {round_number}")
        for device in chance.sample(devices, 3):
            device.sync()
        if chance.random() < 0.3:
            mayor.restart()
    at_rest(server, *devices)
    assert all(server.applied(each) == 1 for each in events)
    assert len(mayor.state()["note"]) == 6
    assert mayor.files() == deputy.files()
    assert len(mayor.files()) == 5


def test_a_server_that_answers_what_nobody_sent_is_not_asked_for_ever(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sitting, _ = publish()
    mayor.synced()
    acknowledge(mayor, sitting)
    monkeypatch.setattr(
        server_exchange, "answer", lambda *_, **__: Answer(ids.new_id(), accepted=True)
    )
    assert mayor.sync().code == "sync.no_progress"
    assert mayor.waiting() == 1
