"""The disk fills up while files come: the exchange stops, what the person does goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_django.fixtures import Settings

from boardpack.domain import clock, ids
from boardpack.services.sync_state import SyncMode
from boardpack.store import damage, database
from boardpack.store.database import BALLAST_BYTES
from sync.protocol.messages import ConvocationAcknowledged
from tests.helpers.devices import SimulatedDevice
from tests.helpers.server import SimulatedServer
from tests.helpers.small_disk import fill, mounted
from tests.helpers.world import World, document, dossier, version
from tests.sync.conftest import MakeDevice


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 MB, unmounted after the devices are closed."""
    with mounted(tmp_path / "disk", "100m") as place:
        yield place


@pytest.fixture
def mayor(
    small_disk: Path, server: SimulatedServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimulatedDevice]:
    monkeypatch.setattr(database, "BALLAST_BYTES", BALLAST_BYTES)
    device = SimulatedDevice(server, small_disk / "profile", world.mayor)
    device.enrol()
    yield device
    device.program.lock()


@pytest.fixture(autouse=True)
def every_turn_comes_at_once(settings: Settings) -> None:
    settings.LINE_MBIT = 0


def test_a_full_disk_stops_the_reception_and_nothing_else(
    small_disk: Path,
    mayor: SimulatedDevice,
    server: SimulatedServer,
    world: World,
    device_of: MakeDevice,
    caplog: pytest.LogCaptureFixture,
) -> None:
    agent = device_of(world.agent)
    contents = [random.Random(number).randbytes(15_000_000) for number in range(3)]
    sitting = dossier(world.council, *(document(version(each)) for each in contents))
    agent.publish(sitting, *contents)
    agent.synced()
    asked: list[str] = []

    def fill_at_the_second(request: httpx.Request) -> None:
        if "/blobs/" in request.url.path:
            asked.append(request.url.path)
            if len(asked) == 2:
                fill(small_disk)

    server.line.on_request = fill_at_the_second
    report = mayor.sync()
    server.line.on_request = None
    assert report.code == "store.disk_full"
    assert report.error is not None
    assert report.error.exit_code == 75
    state = mayor.session.synchronizing.state()
    assert (state.mode, state.documents_left > 0) == (SyncMode.STOPPED, True)

    event = ConvocationAcknowledged(
        ids.new_id(), clock.now(), sitting.sitting_id, 1, sitting.manifest_sha256()
    )
    mayor.act(event, subject_id=sitting.sitting_id, sitting_id=sitting.sitting_id)
    mayor.write_note(sitting, "Écrit sur un disque plein")
    assert mayor.sync().code == "store.disk_full"
    assert server.applied(event.event_id) == 1, "what the person did went up"
    assert damage.examine(mayor.connection) == ()
    assert caplog.records

    (small_disk / "filler").unlink()
    mayor.synced()
    assert sorted(mayor.files().values()) == sorted(contents)
    agent.synced()
    assert mayor.state() == server.state_for(world.mayor)
