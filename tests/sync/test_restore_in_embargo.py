"""A server is restored while a dossier waits for its instant: nothing is told early or for good.

Backups of every moment of a dossier that was sent ahead; then everybody comes back.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta

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


@dataclass
class Scene:
    """A secretariat, a member, and a dossier of two files to be told in six hours."""

    server: SimulatedServer
    world: World
    agent: SimulatedDevice
    member: SimulatedDevice
    waiting: Dossier
    patch: pytest.MonkeyPatch

    def send(self) -> None:
        """Send it ahead."""
        self.publish(self.waiting, SUMMONS, REPORT)

    def publish(self, dossier: Dossier, *contents: bytes) -> None:
        """Send a revision ahead."""
        self.agent.publish(dossier, *contents)
        self.agent.synced()
        worker.run_waiting()

    def call_back(self) -> None:
        """Take it back."""
        sitting_id = self.waiting.sitting_id
        event = DossierCalledBack(ids.new_id(), clock.now(), sitting_id, self.waiting.revision)
        self.agent.act(event, subject_id=sitting_id, sitting_id=sitting_id)
        self.agent.synced()

    def pass_instant(self) -> None:
        """Let its instant be over."""
        after = (self.waiting.not_before or clock.now()) + timedelta(minutes=1)
        self.patch.setattr(clock, "now", lambda: after)

    def rest(self, *devices: SimulatedDevice) -> None:
        """Let these devices exchange, one after the other, until all agree."""
        for _ in range(3):
            worker.run_waiting()
            for device in devices:
                device.synced()
        for device in devices:
            assert device.session.synchronizing.rejected() == ()
            assert outbox.counts(device.connection).waiting == 0
            there = self.server.state_for(device.official)
            assert device.state() == {kind: held for kind, held in there.items() if held}

    def fetches(self) -> list[str]:
        """Return the files that were fetched."""
        return [each.path for each in self.server.requests("GET", BLOBS)]


@pytest.fixture
def scene(
    server: SimulatedServer, world: World, device_of: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    agent, member = device_of(world.agent), device_of(world.councillor)
    for device in (agent, member):
        device.synced()
    kinds = (DocumentKind.CONVOCATION, DocumentKind.REPORT)
    papers = tuple(
        replace(document(version(each)), kind=kind)
        for each, kind in zip((SUMMONS, REPORT), kinds, strict=True)
    )
    instant = clock.now() + LATER
    waiting = replace(dossier(world.council), items=(), documents=papers, not_before=instant)
    return Scene(server, world, agent, member, waiting, monkeypatch)


def restore(backup: Backup) -> None:
    backup.restore()
    do_renew_epoch(IT)


def knows(device: SimulatedDevice) -> bool:
    return bool(device.session.reading.sittings())


def test_from_before_it_was_sent_ahead(scene: Scene) -> None:
    backup = Backup.take()
    scene.send()
    scene.member.synced()
    restore(backup)
    scene.rest(scene.member, scene.agent)
    assert not knows(scene.member)
    scene.pass_instant()
    scene.rest(scene.member, scene.agent)
    assert knows(scene.member)
    assert {SUMMONS, REPORT} <= set(scene.member.files().values())


def test_from_before_members_were_told(scene: Scene) -> None:
    scene.send()
    scene.member.synced()
    backup = Backup.take()
    scene.pass_instant()
    scene.rest(scene.member, scene.agent)
    assert knows(scene.member)
    once = scene.fetches()
    restore(backup)
    worker.run_waiting()
    scene.member.synced()
    assert Sitting.objects.get().told_at is None, "the secretariat was not heard yet"
    assert knows(scene.member), "what was read stays"
    scene.rest(scene.member, scene.agent)
    assert knows(scene.member)
    assert Sitting.objects.get().told_at is not None
    assert {SUMMONS, REPORT} <= set(scene.member.files().values())
    assert sorted(set(scene.fetches()) - set(once)) == []
    assert len(scene.fetches()) == len(once), "no file came twice"


def test_from_before_it_was_called_back(scene: Scene) -> None:
    scene.send()
    scene.member.synced()
    backup = Backup.take()
    scene.call_back()
    scene.member.synced()
    restore(backup)
    scene.pass_instant()
    scene.rest(scene.member)
    assert not knows(scene.member), "its instant has passed, its secretariat was not heard"
    scene.rest(scene.agent, scene.member)
    assert not knows(scene.member)
    assert not {SUMMONS, REPORT} & set(scene.member.files().values())
    assert not Sitting.objects.filter(told_at__isnull=False).exists()
    assert not Sitting.objects.filter(held=True).exists()


def test_from_before_it_was_sent_ahead_and_called_back(scene: Scene) -> None:
    """What is sent again long after its instant is not told before what followed is sent too."""
    backup = Backup.take()
    scene.send()
    scene.member.synced()
    scene.call_back()
    restore(backup)
    scene.pass_instant()
    scene.rest(scene.agent, scene.member)
    assert not knows(scene.member)
    assert not Sitting.objects.filter(told_at__isnull=False).exists()


def test_from_before_a_corrected_version(scene: Scene) -> None:
    scene.send()
    scene.member.synced()
    backup = Backup.take()
    report = scene.waiting.documents[1]
    newer = replace(report, versions=(*report.versions, version(CORRECTED, 2)))
    second = revised(
        scene.waiting, lambda each: replace(each, documents=(each.documents[0], newer))
    )
    scene.publish(second, CORRECTED)
    scene.member.synced()
    restore(backup)
    scene.pass_instant()
    scene.rest(scene.member)
    assert not knows(scene.member), "not the version of before the correction"
    scene.rest(scene.agent, scene.member)
    (seen,) = scene.member.state()["dossier"].values()
    assert isinstance(seen, Dossier)
    assert seen.revision == 2
    assert CORRECTED in scene.member.files().values()


def test_what_its_secretariat_tells_by_hand_is_held_no_more(scene: Scene) -> None:
    scene.send()
    restore(Backup.take())
    assert Sitting.objects.get().held
    event = DossierReleased(
        ids.new_id(), clock.now(), scene.waiting.sitting_id, scene.waiting.revision
    )
    transactions.run(lambda: do_change_telling(person(scene.world.agent), event))
    sitting = Sitting.objects.get()
    assert sitting.told_at is not None
    assert not sitting.held


def test_it_may_let_go_by_its_own_word_and_says_what_it_waits_for(scene: Scene) -> None:
    scene.send()
    restore(Backup.take())
    scene.pass_instant()
    do_tell_dossier(IT, scene.waiting.sitting_id, 1)
    assert Sitting.objects.get().told_at is None
    assert [each.official for each in holding.awaited(scene.world.council)] == [scene.world.agent]
    assert do_let_go(IT) == 1
    assert AuditLine.objects.filter(action="let_go_dossier").count() == 1
    scene.rest(scene.member)
    assert knows(scene.member)
    assert do_let_go(IT) == 0
