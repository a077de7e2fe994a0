"""Fault test 19: a council's devices are told of a dossier in the same second.

A real server behind a proxy that sees each request, devices with real keys, sockets and machine.
Each test runs once as the program is, and once with its protection off, when it must fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.client.http_transport import BLOBS_PATH
from tests.faults import mutations
from tests.faults.conftest import Mutation
from tests.faults.proving import both, proves
from tests.helpers import herd, serving
from tests.helpers.faulty_proxy import FaultyProxy
from tests.helpers.herd import HerdDevice, Watch
from tests.helpers.serving import Served
from tests.helpers.socket_device import SocketDevice

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

#: With a line of one megabit a second: thirty files of this size take six seconds.
SMALL = 26_000
GENEROUS_S = 120


@dataclass
class Council:
    """A server, its secretariat, and the members' devices, which exchanged before."""

    proxy: FaultyProxy
    office: SocketDevice
    devices: list[HerdDevice]
    watch: Watch

    def all_at_once(self) -> None:
        """Let every device exchange until it has everything."""
        with ThreadPoolExecutor(len(self.devices)) as pool:
            list(pool.map(lambda each: each.until_complete(GENEROUS_S), self.devices))


def _open(folder: Path, count: int, proxy: FaultyProxy, stack: ExitStack) -> Council:
    data = folder / "data"
    assert serving.run(data, "init").returncode == 0
    officials = folder / "people.csv"
    officials.write_text(herd.people(count), encoding="utf-8")
    assert serving.run(data, "import-officials", officials).returncode == 0
    agents, *members = herd.codes(data)
    environment = {"BOARDPACK_PUBLIC_URL": proxy.url, "BOARDPACK_LINE_MBIT": "1"}
    server = Served(data, environment=environment)
    stack.callback(server.stop)
    proxy.lead(server.url)
    server.url = proxy.url
    office = SocketDevice(server, agents)
    with ThreadPoolExecutor(4) as pool:
        devices = list(pool.map(lambda code: HerdDevice(proxy.url, code), members))
    for device in devices:
        device.exchange()
        device.close()
    return Council(proxy, office, devices, Watch())


@pytest.fixture(scope="module", params=[30, pytest.param(200, marks=pytest.mark.long)])
def opened(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Council]:
    """Open the council once for all tests of a size."""
    with ExitStack() as stack:
        proxy = stack.enter_context(FaultyProxy())
        yield _open(tmp_path_factory.mktemp("herd"), request.param, proxy, stack)


@pytest.fixture
def council(opened: Council) -> Iterator[Council]:
    """Begin with a line that has no faults, and nothing seen."""
    opened.proxy.heal()
    opened.watch = Watch()
    opened.proxy.line.on_request = opened.watch.see
    for device in opened.devices:
        device.dossiers.clear()
        device.turn = 0
        device.open()
    yield opened
    for device in opened.devices:
        device.close()


@both(mutations.no_turns)
@pytest.mark.timeout(300)
def test_19_files_are_fetched_in_turns(
    council: Council, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    count = len(council.devices)
    sent = council.office.publish(os.urandom(SMALL * 31 // (count + 1)))

    def scenario() -> None:
        council.all_at_once()
        asked = {each.who: each.at for each in reversed(council.watch.asked)}
        assert len(asked) == count
        told = {device.dossiers[sent.sitting_id].spread_s for device in council.devices}
        assert told == {7}
        # Nobody before their turn; so however slow this machine is, no second has them all.
        first = sorted(asked.values())
        turns = sorted(device.turn for device in council.devices)
        early = [turn - at for at, turn in zip(first, turns, strict=True) if at < turn - 0.2]
        assert not early
        assert turns[-1] - turns[0] > 3
        assert council.watch.peak() < count * 2 / 3

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_obedience)
@pytest.mark.timeout(300)
def test_19_one_request_for_each_retry_after(
    council: Council, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    count = len(council.devices)
    council.office.publish(os.urandom(10))

    def scenario() -> None:
        council.proxy.fault("busy", path=BLOBS_PATH, value=1, times=2 * count)
        council.all_at_once()
        gaps = list(council.watch.gaps())
        assert len(gaps) == 2 * count
        assert min(gaps) >= 1

    proves(mutation, monkeypatch, scenario)
