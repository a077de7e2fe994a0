"""A server is restored while a dossier waits for its instant: nothing is told early or for good.

Backups of every moment of a dossier that was sent ahead; then everybody comes back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import DocumentKind, Dossier
from boardpack.store import outbox
from sync.protocol.messages import DossierCalledBack, DossierReleased
from sync.server import transactions
from sync.server.actions import holding
from sync.server.actions.do_change_telling import do_change_telling
from sync.server.actions.do_let_go import do_let_go
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.actions.do_tell_dossier import do_tell_dossier
from sync.server.jobs import worker
from sync.server.models import AuditLine, Sitting
from tests.helpers.backup import Backup
from tests.helpers.devices import SimulatedDevice, revised
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, person, version
from tests.sync.conftest import MakeDevice

BLOBS = "/api/v1/blobs/"
SUMMONS, REPORT = b"%PDF convocation", b"%PDF report " + os.urandom(300_000)
CORRECTED = b"%PDF corrected " + os.urandom(300_000)
LATER = timedelta(hours=6)


@pytest.fixture
def instant() -> datetime:
    return clock.now() + LATER


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    device = device_of(world.agent)
    device.synced()
    return device


@pytest.fixture
def member(world: World, device_of: MakeDevice, agent: SimulatedDevice) -> SimulatedDevice:
    device = device_of(world.councillor)
    device.synced()
    return device


@pytest.fixture
def waiting(world: World, instant: datetime) -> Dossier:
    """A dossier of two files that members are to be told of in six hours."""
    kinds = (DocumentKind.CONVOCATION, DocumentKind.REPORT)
    papers = [
        replace(document(version(each)), kind=kind)
        for each, kind in zip((SUMMONS, REPORT), kinds, strict=True)
    ]
    return replace(dossier(world.council), items=(), documents=tuple(papers), not_before=instant)


@pytest.fixture
def pass_instant(instant: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def go() -> None:
        monkeypatch.setattr(clock, "now", lambda: instant + timedelta(minutes=1))

    return go


def send(agent: SimulatedDevice, dossier: Dossier, *contents: bytes) -> None:
    agent.publish(dossier, *contents)
    agent.synced()
    worker.run_waiting()


def call_back(agent: SimulatedDevice, dossier: Dossier) -> None:
    event = DossierCalledBack(ids.new_id(), clock.now(), dossier.sitting_id, dossier.revision)
    agent.act(event, subject_id=dossier.sitting_id, sitting_id=dossier.sitting_id)
    agent.synced()


def restore(backup: Backup) -> None:
    backup.restore()
    do_renew_epoch(IT)


def knows(device: SimulatedDevice) -> bool:
    return bool(device.session.reading.sittings())


def all_rest(server: SimulatedServer, *devices: SimulatedDevice) -> None:
    for _ in range(3):
        worker.run_waiting()
        for device in devices:
            device.synced()
    for device in devices:
        assert device.session.synchronizing.rejected() == ()
        assert outbox.counts(device.connection).waiting == 0
        there = server.state_for(device.official)
        assert device.state() == {kind: held for kind, held in there.items() if held}


def fetches(server: SimulatedServer) -> list[str]:
    return [each.path for each in server.requests("GET", BLOBS)]


def test_from_before_it_was_sent_ahead(
    server: SimulatedServer,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    backup = Backup.take()
    send(agent, waiting, SUMMONS, REPORT)
    member.synced()
    restore(backup)
    all_rest(server, member, agent)
    assert not knows(member)
    pass_instant()
    all_rest(server, member, agent)
    assert knows(member)
    assert {SUMMONS, REPORT} <= set(member.files().values())


def test_from_before_members_were_told(
    server: SimulatedServer,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    send(agent, waiting, SUMMONS, REPORT)
    member.synced()
    backup = Backup.take()
    pass_instant()
    all_rest(server, member, agent)
    assert knows(member)
    once = fetches(server)
    restore(backup)
    worker.run_waiting()
    member.synced()
    assert Sitting.objects.get().told_at is None, "the secretariat was not heard yet"
    assert knows(member), "what was read stays"
    all_rest(server, member, agent)
    assert knows(member)
    assert Sitting.objects.get().told_at is not None
    assert {SUMMONS, REPORT} <= set(member.files().values())
    assert sorted(set(fetches(server)) - set(once)) == []
    assert len(fetches(server)) == len(once), "no file came twice"


def test_from_before_it_was_called_back(
    server: SimulatedServer,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    send(agent, waiting, SUMMONS, REPORT)
    member.synced()
    backup = Backup.take()
    call_back(agent, waiting)
    member.synced()
    restore(backup)
    pass_instant()
    all_rest(server, member)
    assert not knows(member), "its instant has passed, its secretariat was not heard"
    all_rest(server, agent, member)
    assert not knows(member)
    assert not {SUMMONS, REPORT} & set(member.files().values())
    assert not Sitting.objects.filter(told_at__isnull=False).exists()
    assert not Sitting.objects.filter(held=True).exists()


def test_from_before_it_was_sent_ahead_and_called_back(
    server: SimulatedServer,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    """What is sent again long after its instant is not told before what followed is sent too."""
    backup = Backup.take()
    send(agent, waiting, SUMMONS, REPORT)
    member.synced()
    call_back(agent, waiting)
    restore(backup)
    pass_instant()
    all_rest(server, agent, member)
    assert not knows(member)
    assert not Sitting.objects.filter(told_at__isnull=False).exists()


def test_from_before_a_corrected_version(
    server: SimulatedServer,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    send(agent, waiting, SUMMONS, REPORT)
    member.synced()
    backup = Backup.take()
    report = waiting.documents[1]
    newer = replace(report, versions=(*report.versions, version(CORRECTED, 2)))
    second = revised(waiting, lambda each: replace(each, documents=(each.documents[0], newer)))
    send(agent, second, CORRECTED)
    member.synced()
    restore(backup)
    pass_instant()
    all_rest(server, member)
    assert not knows(member), "not the version of before the correction"
    all_rest(server, agent, member)
    (seen,) = member.state()["dossier"].values()
    assert isinstance(seen, Dossier)
    assert seen.revision == 2
    assert CORRECTED in member.files().values()


def test_what_its_secretariat_tells_by_hand_is_held_no_more(
    world: World, agent: SimulatedDevice, waiting: Dossier
) -> None:
    send(agent, waiting, SUMMONS, REPORT)
    restore(Backup.take())
    assert Sitting.objects.get().held
    event = DossierReleased(ids.new_id(), clock.now(), waiting.sitting_id, waiting.revision)
    transactions.run(lambda: do_change_telling(person(world.agent), event))
    sitting = Sitting.objects.get()
    assert sitting.told_at is not None
    assert not sitting.held


def test_it_may_let_go_by_its_own_word_and_says_what_it_waits_for(
    server: SimulatedServer,
    world: World,
    agent: SimulatedDevice,
    member: SimulatedDevice,
    waiting: Dossier,
    pass_instant: Callable[[], None],
) -> None:
    send(agent, waiting, SUMMONS, REPORT)
    restore(Backup.take())
    pass_instant()
    do_tell_dossier(IT, waiting.sitting_id, 1)
    assert Sitting.objects.get().told_at is None
    assert [each.official for each in holding.awaited(world.council)] == [world.agent]
    assert do_let_go(IT) == 1
    assert AuditLine.objects.filter(action="let_go_dossier").count() == 1
    all_rest(server, member)
    assert knows(member)
    assert do_let_go(IT) == 0
