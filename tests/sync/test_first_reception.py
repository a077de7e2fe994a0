"""The first reception of many documents, ended within and after each of its pages.

At any end the cursor stands exactly behind the records that are here: none is skipped, none is
there without it. The test runs once as the program is, and once with its protection off.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from boardpack.domain import ids
from boardpack.store import changes, cursor
from sync.protocol.codec import record_of
from sync.server import feeds
from tests.faults import mutations
from tests.faults.conftest import Mutation
from tests.faults.proving import both, proves
from tests.helpers.devices import SimulatedDevice
from tests.helpers.server import SimulatedServer
from tests.helpers.world import World, document, dossier, version
from tests.sync.conftest import MakeDevice

#: Two thousand documents with `--long`, fewer in the ordinary run: sittings, documents of each.
MANY, SOME = (20, 100), (8, 10)


class KilledError(BaseException):
    """Nothing after this line runs."""


class Killer:
    """Ends each page twice: in the middle of its records, then right after it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.armed, self.within = True, True
        put, apply = changes._Arrival.put, changes.apply

        def put_or_end(arrival: Any, change: Any, record: Any) -> None:
            put(arrival, change, record)
            if self.armed and self.within:
                self.within = False
                raise KilledError

        def apply_and_end(*arguments: Any) -> Any:
            self.within = self.within and self.armed
            applied = apply(*arguments)
            if self.armed and applied.more:
                self.within = True
                raise KilledError
            return applied

        patch.setattr(changes._Arrival, "put", put_or_end)
        patch.setattr(changes, "apply", apply_and_end)


def told_until(server: SimulatedServer, device: SimulatedDevice) -> dict[str, dict[str, Any]]:
    """Return what the server told up to where the device says that it has read."""
    read = cursor.load(device.connection).feeds
    found: dict[str, dict[str, Any]] = {}
    page, more = feeds.read(server.person(device.official).feeds, {}), True
    while more:
        for change in page.changes:
            if change.seq <= read.get(change.feed, 0):
                found.setdefault(change.kind, {})[change.record_id] = record_of(change)
        more = page.more
        page = feeds.read(server.person(device.official).feeds, page.cursor)
    return found


@pytest.mark.parametrize("size", [SOME, pytest.param(MANY, marks=pytest.mark.long)], ids=str)
@both(mutations.cursor_before_records)
def test_the_cursor_stands_behind_what_is_here_wherever_a_first_reception_ends(
    server: SimulatedServer,
    world: World,
    device_of: MakeDevice,
    monkeypatch: pytest.MonkeyPatch,
    mutation: Mutation | None,
    size: tuple[int, int],
) -> None:
    sittings, documents = size
    agent, data = device_of(world.agent), b"%PDF-1.7 the same in every dossier"
    for number in range(sittings):
        one = document(version(data))
        many = (dataclasses.replace(one, document_id=ids.new_id()) for _ in range(documents))
        sent = dataclasses.replace(dossier(world.council, *many), title=f"Conseil {number}")
        agent.publish(sent, data)
    agent.synced()
    device = device_of(world.mayor)
    monkeypatch.setattr(feeds, "MAX_CHANGES", 6)

    def scenario() -> None:
        killer, ends = Killer(monkeypatch), 0
        while killer.armed:
            try:
                device.sync()
            except KilledError:
                ends += 1
            else:
                killer.armed = False
            device.restart()
            assert device.state() == told_until(server, device)
        device.synced()
        assert ends >= sittings // 6
        assert len(device.state()["dossier"]) == sittings
        assert device.state() == server.state_for(device.official)

    proves(mutation, monkeypatch, scenario)
