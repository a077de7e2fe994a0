"""The process of hints: who may listen, what they are told, and when a stream ends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.refusals import DeviceRevokedError
from sync.protocol import codec
from sync.protocol.messages import STREAM_PATH, assembly_feed, official_feed, secretariat_feed
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.hints import telling
from sync.server.hints.pace import LONGEST_S, Pace
from sync.server.models import Device
from tests.helpers import world as worlds
from tests.helpers.exchanging import EXCHANGE, request, send
from tests.helpers.listening import Ear
from tests.helpers.peers import free_port
from tests.helpers.serving import Served, prepare, ready_folder
from tests.helpers.socket_device import SocketDevice

PING_S = 0.2


@pytest.fixture
def heard(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> Iterator[tuple[Served, int]]:
    """A real server with its process of hints, and the port of that."""
    folder, port = tmp_path / "data", free_port()
    if database:
        prepare(folder, {"DATABASE_URL": database})
    else:
        ready_folder(folder)
    most = "1" if "may_not" in request.node.name else "100"
    settings = {"HINTS_PING_S": str(PING_S), "HINTS_GAP_S": "0.1", "HINTS_MOST": most}
    environment = {f"BOARDPACK_{name}": value for name, value in settings.items()}
    server = Served(folder, database, environment, hints=port)
    yield server, port
    if server.process.poll() is None:
        server.stop()


def enrolled(server: Served, name: str) -> SocketDevice:
    return SocketDevice(server, server.command("enrol", f"{name}@bourg.fr")["code"])


def to_the_end(ear: Ear) -> None:
    while ear.next() is not None:
        pass


def test_devices_are_told_without_asking(heard) -> None:
    server, port = heard
    agent, mayor = enrolled(server, "zoe"), enrolled(server, "jeanne")
    with Ear(port, mayor) as former, Ear(port, mayor) as ear:
        assert ear.answer.status == 200
        assert ear.answer.headers["content-type"] == "text/event-stream"
        assert ear.answer.headers["x-accel-buffering"] == "no"
        hint = ear.next()
        to_the_end(former)  # the newer stream of a device ends the older
        agent.publish(b"a paper")
        _, body, _ = mayor.ask("POST", EXCHANGE, request(), Content_Type="application/json")
        while hint is not None and hint.cursor != codec.decode_reply(body).cursor:
            # Not the first: a first exchange grants access, which moves feeds too.
            hint = ear.next()
        assert hint is not None
        pings = ear.pings
        time.sleep(3 * PING_S)
        assert ear.pings > pings


def test_who_may_not_listen_and_when_streams_end(heard) -> None:
    server, port = heard
    agent, mayor = enrolled(server, "zoe"), enrolled(server, "jeanne")
    with Ear(port, agent) as office:
        assert office.next()
        with Ear(port, mayor) as too_many:
            assert too_many.answer.status == 503
            assert too_many.answer.headers["retry-after"] == "30"
        server.command("revoke", "zoe@bourg.fr")
        to_the_end(office)
    with Ear(port, agent) as refused:
        assert refused.answer.status == 401
    with Ear(port, mayor, EXCHANGE) as elsewhere:
        assert elsewhere.answer.status == 404
    status, _, _ = mayor.ask("GET", STREAM_PATH)
    assert status == 404, "the other process says that hints are not there"
    with Ear(port, mayor) as last:
        assert last.next()
        assert server.stop() == 0
        to_the_end(last)


@pytest.mark.parametrize("who", ["mayor", "agent", "outsider", "other_agent", "stranger"])
def test_a_hint_names_the_feeds_of_that_person_and_no_other(world, device_of, who) -> None:
    official = getattr(world, who)
    device = device_of(official)
    agent = worlds.person(world.agent)
    sent = worlds.dossier(world.council, worlds.document(worlds.keep(agent, b"a paper")))
    before = telling.tell(device.device_id).cursor
    assert send(agent, worlds.published(sent))[0].accepted
    reply = codec.decode_reply(device.call("POST", EXCHANGE, request()).content)
    hint = telling.tell(device.device_id)
    assert hint.cursor == reply.cursor
    assert hint.epoch == reply.epoch
    assert official_feed(official.id) in hint.cursor
    council = assembly_feed(world.council.id)
    assert (council in hint.cursor) is (who in {"mayor", "agent"})
    assert (secretariat_feed(world.council.id) in hint.cursor) is (who == "agent")
    assert (hint.cursor.get(council) != before.get(council)) is (who in {"mayor", "agent"})
    assert set(json.loads(telling.event(hint).partition(b"data: ")[2])) == {"epoch", "cursor"}


def test_nobody_is_told_of_a_dossier_before_its_instant(world, device_of) -> None:
    mayor = device_of(world.mayor)
    agent = worlds.person(world.agent)
    send(agent)
    before = telling.tell(mayor.device_id)
    sent = worlds.dossier(world.council, worlds.document(worlds.keep(agent, b"a paper")))
    held = replace(sent, not_before=clock.now() + timedelta(hours=1))
    assert send(agent, worlds.published(held))[0].accepted
    assert telling.tell(mayor.device_id) == before


def test_a_revoked_device_is_told_nothing_more_and_hears_of_it_at_once(world, device_of) -> None:
    mayor = device_of(world.mayor)
    told = telling.tell(mayor.device_id).cursor
    do_revoke_device(worlds.IT, Device.objects.get(id=mayor.device_id))
    # Its own feed moves: that is what the process looks at.
    own = official_feed(world.mayor.id)
    assert telling.counters()[own] != told[own]
    with pytest.raises(DeviceRevokedError):
        telling.tell(mayor.device_id)


def test_one_device_is_told_at_once_and_many_one_after_the_other() -> None:
    pace = Pace(rate=50)
    assert pace.delay(1, lambda: 1) == 0
    assert pace.delay(1001, lambda: 0.5) == 10
    assert pace.delay(10**6, lambda: 1) == LONGEST_S
