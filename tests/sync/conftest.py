"""A server with people, and devices of any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from sync.server import identity
from sync.server.models import Official
from tests.helpers import cheap, world as worlds
from tests.helpers.devices import SimulatedDevice
from tests.helpers.server import SimulatedServer
from tests.helpers.world import World

MakeDevice = Callable[[Official], SimulatedDevice]


@pytest.fixture(autouse=True)
def cheap_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unlocking and full disks are not what these tests are about."""
    cheap.profiles(monkeypatch)


@pytest.fixture
def server(transactional_db: None, settings: Settings, tmp_path: Path) -> SimulatedServer:
    """The real server, ready, its files in the test's folder."""
    settings.BLOB_FOLDER = tmp_path / "server"
    settings.SERVER_KEY_FILE = tmp_path / "server.key"
    identity.make_key()
    identity.ensure_state()
    return SimulatedServer()


@pytest.fixture
def world(server: SimulatedServer) -> World:
    """People, assemblies, mandates."""
    assert server
    return worlds.build()


@pytest.fixture
def new_device(server: SimulatedServer, tmp_path: Path) -> Iterator[MakeDevice]:
    """Make devices, not enrolled; closed at the end."""
    made: list[SimulatedDevice] = []

    def make(official: Official) -> SimulatedDevice:
        folder = tmp_path / f"device{len(made)}-{official.last_name}"
        made.append(SimulatedDevice(server, folder, official))
        return made[-1]

    yield make
    for device in made:
        device.program.lock()


@pytest.fixture
def device_of(new_device: MakeDevice) -> MakeDevice:
    """Make devices, enrolled."""

    def make(official: Official) -> SimulatedDevice:
        device = new_device(official)
        device.enrol()
        return device

    return make
