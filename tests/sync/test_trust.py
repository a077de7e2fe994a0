"""Who signs a dossier, on real devices and the real server; hostile servers by a spoilt line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec
import pytest

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.trust import AssemblyKey
from boardpack.services import keyholding
from boardpack.store import assembly_keys, dossiers, outbox
from boardpack.trust import keys
from sync.protocol.codec import encode
from sync.protocol.messages import GONE, Change, ExchangeReply, assembly_feed
from sync.server.access import today_in
from sync.server.actions.do_order_key import do_order_key
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import AssemblyKey as KeyRow, KeyShare as ShareRow, Mandate
from tests.helpers.clocks import Clocks, ServersTime
from tests.helpers.devices import SimulatedDevice, revised
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, mandate, version
from tests.sync.conftest import MakeDevice

REPORT = b"%PDF-1.7 the report"


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.agent)


@pytest.fixture
def mayor(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.mayor)


@pytest.fixture
def colleague(world: World, device_of: MakeDevice) -> SimulatedDevice:
    """Another agent of the council's secretariat."""
    mandate(world.stranger, world.council, Role.SECRETARY_OFFICE)
    return device_of(world.stranger)


def sitting(world: World, title: str = "Conseil") -> Dossier:
    return dataclasses.replace(dossier(world.council, document(version(REPORT))), title=title)


def send(device: SimulatedDevice, sent: Dossier) -> Dossier:
    device.publish(sent, REPORT)
    device.synced()
    assert device.session.synchronizing.rejected() == ()
    return sent


def title_of(device: SimulatedDevice, sent: Dossier) -> str:
    found = dossiers.one(device.connection, sent.sitting_id)
    return found.dossier.title if found else ""


def held_key(device: SimulatedDevice, world: World) -> AssemblyKey | None:
    """The key in force, if this device holds its private part."""
    key = assembly_keys.in_force(device.connection, world.council.id)
    private = key and assembly_keys.private_part(device.connection, key.key_id)
    return key if private else None


def codes(device: SimulatedDevice) -> list[str]:
    return [each.code for each in device.session.synchronizing.doubts()]


def end_mandate(world: World, official: object) -> None:
    row = Mandate.objects.get(official=official, assembly=world.council)
    row.ends = today_in(world.council.timezone)
    do_save_mandate(IT, row)


# The secretariat holds the key


def test_the_first_sending_makes_the_key_and_every_reader_checks_by_it(
    world: World, server: SimulatedServer, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    agent.synced()
    assert KeyRow.objects.count() == 0, "no key before one is needed"
    sent = send(agent, sitting(world))
    mayor.synced()
    agent.synced()
    key = held_key(agent, world)
    assert key is not None
    assert held_key(mayor, world) is None, "a member holds no key"
    assert title_of(mayor, sent) == "Conseil"
    found = dossiers.one(mayor.connection, sent.sitting_id)
    assert found is not None
    assert found.dossier.signature
    for device in (agent, mayor):
        assert device.state() == server.state_for(device.official)


def test_the_servers_database_holds_no_private_key(world: World, agent: SimulatedDevice) -> None:
    send(agent, sitting(world))
    key = held_key(agent, world)
    assert key is not None
    private = assembly_keys.private_part(agent.connection, key.key_id)
    assert private is not None
    lines = [line for line in private.splitlines() if b"-----" not in line]
    row = ShareRow.objects.get()
    kept = bytes(row.sealed) + bytes(KeyRow.objects.get().body)
    assert not any(line in kept for line in lines)


def test_two_agents_who_both_need_the_first_key_end_with_one(
    world: World,
    server: SimulatedServer,
    agent: SimulatedDevice,
    colleague: SimulatedDevice,
    mayor: SimulatedDevice,
) -> None:
    for device in (agent, colleague):
        device.synced()
    sent = [sitting(world, "De l’une"), sitting(world, "De l’autre")]
    for device, each in zip((agent, colleague), sent, strict=True):
        device.publish(each, REPORT)
    # Both have read that there is none, and made one, before either was heard.
    raced: list[str] = []

    def race(request: object) -> None:
        if getattr(getattr(request, "url", None), "path", "") != "/api/v1/exchange" or raced:
            return
        if {"assembly_key_made"} & {row.kind for row in outbox.waiting(agent.connection)}:
            raced.append("now")
            colleague.synced()

    server.line.on_request = race
    agent.sync()
    server.line.on_request = None
    assert raced
    for device in (agent, colleague, agent, mayor):
        device.synced()
    assert KeyRow.objects.count() == 1
    assert held_key(agent, world) == held_key(colleague, world) is not None
    assert [title_of(mayor, each) for each in sent] == ["De l’une", "De l’autre"]
    for device in (agent, colleague):
        assert device.waiting() == 0
        assert device.session.synchronizing.rejected() == ()


def test_an_agent_who_joins_gets_the_key_from_a_colleagues_device(
    world: World, server: SimulatedServer, agent: SimulatedDevice, device_of: MakeDevice
) -> None:
    send(agent, sitting(world))
    mandate(world.stranger, world.council, Role.SECRETARY_OFFICE)
    new = device_of(world.stranger)
    new.sync()
    second = sitting(world, "De la nouvelle")
    new.publish(second, REPORT)
    report = new.sync()
    assert (report.code, new.waiting()) == ("trust.key_awaited", 1)
    assert report.error is not None
    assert report.error.exit_code == 3
    assert new.session.synchronizing.state().mode.value == "idle", "nothing is stopped"
    agent.synced()
    assert new.sync().code == ""
    assert new.waiting() == 0
    assert held_key(new, world) is not None
    assert KeyRow.objects.count() == 1


def test_an_agent_who_leaves_takes_no_key_along(
    world: World, agent: SimulatedDevice, colleague: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    first = send(agent, sitting(world))
    for device in (colleague, agent, mayor):
        device.synced()
    former = held_key(colleague, world)
    assert former is not None
    end_mandate(world, world.stranger)
    colleague.synced()
    assert not colleague.connection.execute("SELECT 1 FROM held_keys").fetchall()
    for _ in range(2):
        agent.synced()
    mayor.synced()
    key = held_key(agent, world)
    assert key is not None
    assert (key.number, key.previous) == (2, former.key_id)
    assert [(each.sitting_id, each.revision) for each in key.covers] == [(first.sitting_id, 1)]
    assert codes(mayor) == [], "the former key vouched: nothing to say"
    send(agent, revised(first))
    mayor.synced()
    assert dossiers.one(mayor.connection, first.sitting_id).dossier.revision == 2  # type: ignore[union-attr]
    assert codes(mayor) == []


def test_an_agent_without_recovery_words_gets_the_next_key_and_the_lost_device_is_out(
    world: World, agent: SimulatedDevice, colleague: SimulatedDevice, new_device: MakeDevice
) -> None:
    sent = send(agent, sitting(world))
    for device in (colleague, agent):
        device.synced()
    again = new_device(world.agent)
    again.enrol(replace=True)
    again.synced()
    assert held_key(again, world) is None
    again.session.recovery.go_without()
    for device in (again, colleague, again, colleague):
        device.synced()
    key = held_key(again, world)
    assert key is not None
    assert key.number == 2
    send(again, revised(sent))
    assert again.waiting() == 0


def test_recovery_words_bring_the_signing_key_back_too(
    world: World, agent: SimulatedDevice, new_device: MakeDevice
) -> None:
    sent = send(agent, sitting(world))
    words = " ".join(agent.session.recovery.to_note("fr"))
    again = new_device(world.agent)
    again.enrol(replace=True)
    again.synced()
    again.publish(revised(sent), REPORT)
    assert again.sync().code == "trust.key_awaited"
    again.session.recovery.recover(words, "fr")
    again.synced()
    key = held_key(again, world)
    assert key is not None
    assert key.number == 1
    assert again.waiting() == 0


def test_when_every_agent_lost_the_key_it_orders_a_new_one_and_all_are_told(
    world: World, agent: SimulatedDevice, mayor: SimulatedDevice, new_device: MakeDevice
) -> None:
    sent = send(agent, sitting(world))
    mayor.synced()
    again = new_device(world.agent)
    again.enrol(replace=True)
    again.synced()
    again.publish(revised(sent), REPORT)
    assert again.sync().code == "trust.key_awaited"
    do_order_key(IT, world.council)
    again.synced()
    mayor.synced()
    assert again.waiting() == 0
    assert codes(mayor) == ["trust.key_replaced"]
    assert dossiers.one(mayor.connection, sent.sitting_id).dossier.revision == 2  # type: ignore[union-attr]
    (row,) = mayor.session.synchronizing.doubts()
    mayor.session.synchronizing.dismiss_doubt(row.subject_id)
    assert mayor.session.synchronizing.state().doubts == 0


def test_an_order_is_quiet_where_the_former_key_still_vouches(
    world: World, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    send(agent, sitting(world))
    mayor.synced()
    do_order_key(IT, world.council)
    agent.synced()
    mayor.synced()
    key = assembly_keys.in_force(mayor.connection, world.council.id)
    assert key is not None
    assert key.number == 2
    assert codes(mayor) == []


def test_a_dossier_that_waits_is_signed_by_the_key_of_its_leaving(
    world: World, server: SimulatedServer, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    sent = send(agent, sitting(world))
    server.fault("offline", times=99)
    agent.publish(revised(sent), REPORT)
    agent.sync()
    server.heal()
    do_order_key(IT, world.council)
    agent.synced()
    mayor.synced()
    assert codes(mayor) == []
    assert agent.session.synchronizing.rejected() == ()
    assert dossiers.one(mayor.connection, sent.sitting_id).dossier.revision == 2  # type: ignore[union-attr]


# A hostile server


Spoil = Callable[[Dossier], Dossier | None]


@pytest.fixture
def spoil(server: SimulatedServer) -> Iterator[Callable[[Spoil], None]]:
    """Alter, or take away (None), every dossier that the server tells from now on."""

    def begin(change: Spoil) -> None:
        def alter(reply: ExchangeReply) -> ExchangeReply:
            changed = tuple(_spoilt(each, change) for each in reply.changes)
            return msgspec.structs.replace(reply, changes=changed)

        server.line.on_reply = alter

    yield begin
    server.line.on_reply = None


def _spoilt(change: Change, how: Spoil) -> Change:
    if change.kind != "dossier":
        return change
    after = how(msgspec.json.decode(bytes(change.body), type=Dossier))
    body = GONE if after is None else msgspec.Raw(encode(after))
    return msgspec.structs.replace(change, body=body)


HOSTILE: dict[str, tuple[Spoil, str]] = {
    "unsigned": (lambda each: dataclasses.replace(each, signature=""), "trust.unsigned"),
    "another title": (lambda each: dataclasses.replace(each, title="X"), "trust.forged"),
    "another revision": (lambda each: dataclasses.replace(each, revision=9), "trust.forged"),
    "a document less": (lambda each: dataclasses.replace(each, documents=()), "trust.forged"),
    "gone": (lambda _each: None, "trust.removal_refused"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_hostile_server_tells_is_refused_and_what_is_here_stays(
    world: World,
    server: SimulatedServer,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    spoil: Callable[[Spoil], None],
    name: str,
) -> None:
    sent = send(agent, sitting(world))
    mayor.synced()
    spoil(HOSTILE[name][0])
    agent.publish(revised(sent, lambda each: dataclasses.replace(each, title="Deux")), REPORT)
    server.line.on_reply, kept = None, server.line.on_reply
    agent.sync()
    server.line.on_reply = kept
    report = mayor.sync()
    assert (report.code, report.doubts) == ("", 1)
    assert title_of(mayor, sent) == "Conseil"
    assert codes(mayor) == [HOSTILE[name][1]]
    assert mayor.files(), "what was there stays readable"


def test_an_old_revision_replayed_is_refused(
    world: World,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    spoil: Callable[[Spoil], None],
) -> None:
    sent = send(agent, sitting(world))
    mayor.synced()
    found = dossiers.one(mayor.connection, sent.sitting_id)
    assert found is not None
    second = revised(sent, lambda each: dataclasses.replace(each, title="Deux"))
    send(agent, second)
    mayor.synced()
    spoil(lambda _each: found.dossier)
    send_third = revised(second, lambda each: dataclasses.replace(each, title="Trois"))
    agent.publish(send_third, REPORT)
    agent.sync()
    mayor.sync()
    assert title_of(mayor, sent) == "Deux"
    assert codes(mayor) == ["trust.went_back"]
    (row,) = mayor.session.synchronizing.doubts()
    assert (row.parameters["revision"], row.parameters["held"]) == (1, 2)


def test_a_stolen_key_and_revision_a_thousand_million_are_outlived(
    world: World, server: SimulatedServer, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    sent = send(agent, sitting(world))
    mayor.synced()
    key = held_key(agent, world)
    assert key is not None
    private = keyholding._private(agent.connection, key.key_id)
    assert private is not None
    found = dossiers.one(agent.connection, sent.sitting_id)
    assert found is not None
    forged = dataclasses.replace(found.dossier, revision=10**9, title="Du voleur")
    statement = keyholding.signatures.sign(forged, private, key.key_id, "")
    forged = dataclasses.replace(forged, signature=statement)

    def tell(reply: ExchangeReply) -> ExchangeReply:
        feed = assembly_feed(world.council.id)
        seq = reply.cursor[feed]
        body = msgspec.Raw(encode(forged))
        return msgspec.structs.replace(
            reply, changes=(Change(feed, seq, "dossier", forged.sitting_id, body),)
        )

    server.line.on_reply = tell
    mayor.sync()
    server.line.on_reply = None
    assert title_of(mayor, sent) == "Du voleur", "by that key alone it is in order"
    second = revised(sent, lambda each: dataclasses.replace(each, title="Deux"))
    send(agent, second)
    mayor.synced()
    assert title_of(mayor, sent) == "Du voleur"
    assert codes(mayor) == ["trust.went_back"]
    do_order_key(IT, world.council)
    agent.synced()
    mayor.synced()
    assert title_of(mayor, sent) == "Deux"
    assert codes(mayor) == []
    assert mayor.state() == server.state_for(world.mayor)


def test_the_secretariats_own_device_is_outlived_too(
    world: World, server: SimulatedServer, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    """The thief's revision sits on the very device that makes the next key."""
    sent = send(agent, sitting(world))
    key = held_key(agent, world)
    assert key is not None
    private = keyholding._private(agent.connection, key.key_id)
    assert private is not None
    found = dossiers.one(agent.connection, sent.sitting_id)
    assert found is not None
    forged = dataclasses.replace(found.dossier, revision=10**9, title="Du voleur")
    statement = keyholding.signatures.sign(forged, private, key.key_id, "")
    forged = dataclasses.replace(forged, signature=statement)

    def tell(reply: ExchangeReply) -> ExchangeReply:
        feed = assembly_feed(world.council.id)
        body = msgspec.Raw(encode(forged))
        change = Change(feed, reply.cursor[feed], "dossier", forged.sitting_id, body)
        return msgspec.structs.replace(reply, changes=(change,))

    server.line.on_reply = tell
    agent.sync()
    server.line.on_reply = None
    do_renew_epoch(IT)
    agent.sync()
    assert title_of(agent, sent) == "Du voleur"
    assert codes(agent) == ["trust.went_back"]
    do_order_key(IT, world.council)
    agent.synced()
    agent.synced()
    mayor.synced()
    assert title_of(agent, sent) == title_of(mayor, sent) == "Conseil"
    send(agent, revised(sent))
    assert agent.waiting() == 0


def test_a_key_that_the_server_made_itself_signs_nothing(
    world: World, server: SimulatedServer, agent: SimulatedDevice, mayor: SimulatedDevice
) -> None:
    """Whoever sits on the line has no server key: a key of theirs is refused."""
    from tests.helpers.trusted import Office, statements

    send(agent, sitting(world))
    thief = Office(world.council.id, statements.new_key())
    forged = thief.sign(sitting(world, "Du voleur"))
    told = (
        ("assembly_key", thief.key.key_id, thief.record),
        ("dossier", forged.sitting_id, forged),
    )

    def tell(reply: ExchangeReply) -> ExchangeReply:
        feed = assembly_feed(world.council.id)
        seq = reply.cursor[feed]
        others = tuple(each for each in reply.changes if each.feed != feed)
        theirs = tuple(
            Change(feed, seq - 1 + at, kind, name, msgspec.Raw(encode(record)))
            for at, (kind, name, record) in enumerate(told)
        )
        return msgspec.structs.replace(reply, changes=(*others, *theirs))

    server.line.on_reply = tell
    mayor.sync()
    assert title_of(mayor, forged) == ""
    assert sorted(codes(mayor)) == ["trust.unendorsed_key", "trust.unknown_key"]


def test_the_clock_of_a_mandate_decides_who_is_an_agent(
    world: World, agent: SimulatedDevice
) -> None:
    send(agent, sitting(world))
    tomorrow = today_in(world.council.timezone) + timedelta(days=1)
    mandate(world.stranger, world.council, Role.SECRETARY_OFFICE, starts=tomorrow)
    agent.synced()
    share = ShareRow.objects.get()
    assert len(share.recipients) == 1
    assert keys.is_recipient(share.recipients[0])


@pytest.mark.parametrize("wrong", [timedelta(days=-3653), timedelta(days=3653)], ids=str)
def test_a_clock_years_off_takes_the_key_from_no_colleague(
    server: SimulatedServer,
    world: World,
    agent: SimulatedDevice,
    colleague: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
    wrong: timedelta,
) -> None:
    send(agent, sitting(world))
    ends = today_in(world.council.timezone) + timedelta(days=2000)
    for row in Mandate.objects.filter(role=Role.SECRETARY_OFFICE.value):
        row.ends = ends
        do_save_mandate(IT, row)
    clocks = Clocks(monkeypatch)
    server.line._inner = ServersTime(clocks)
    with clocks.of_device(wrong):
        agent.synced()
    colleague.synced()
    send(colleague, sitting(world))
    assert KeyRow.objects.filter(assembly=world.council).count() == 1
