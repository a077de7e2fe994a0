"""When readers are told of a dossier: never before its instant, by no way; then by the server."""

from dataclasses import replace
from datetime import timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Telling
from boardpack.domain.refusals import BlobUnknownError
from sync.protocol.errors import RoleNeededError
from sync.protocol.messages import DossierCalledBack, DossierReceived, DossierReleased
from sync.server.access import Person, access_blob
from sync.server.actions.do_tell_dossier import do_tell_dossier
from sync.server.actions.telling import TooEarlyError
from sync.server.jobs import worker
from sync.server.models import AuditLine, DossierRevision, QueuedJob, SealedPack, Sitting
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents

LATER = timedelta(hours=6)


@pytest.fixture
def agent(world):
    return worlds.person(world.agent)


@pytest.fixture
def instant():
    return clock.now() + LATER


@pytest.fixture
def put_off(world, agent, instant):
    """A dossier of which members are to be told in six hours."""
    held = worlds.keep(agent, b"%PDF embargoed")
    dossier = worlds.dossier(world.council, worlds.document(held))
    sent = replace(dossier, not_before=instant)
    (answer,) = send(agent, worlds.published(sent))
    assert answer.accepted, answer
    return sent


def seen_by(who):
    reader = Reader(worlds.person(who))
    reader.sync()
    return reader.of("dossier")


def go_to(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_until_then_only_the_secretariat_knows(world, put_off, instant) -> None:
    for who in (world.mayor, world.deputy, world.councillor, world.outsider):
        assert seen_by(who) == {}
        with pytest.raises(BlobUnknownError):
            access_blob(worlds.person(who), put_off.digests()[0])
    shown = seen_by(world.agent)[put_off.sitting_id]
    assert (shown.telling, shown.not_before, shown.first_sent_at) == (
        Telling.WAITS,
        instant,
        instant,
    )
    assert access_blob(worlds.person(world.agent), put_off.digests()[0])
    (job,) = QueuedJob.objects.filter(task_path__endswith="tell_dossier")
    assert job.run_after == instant


def test_a_member_who_guesses_it_learns_nothing(world, put_off) -> None:
    mayor, digest = worlds.person(world.mayor), put_off.manifest_sha256()
    facts = {"event_id": ids.new_id(), "at": clock.now(), "revision": 1, "manifest_sha256": digest}
    before = contents()
    answers = [
        send(
            mayor,
            DossierReceived(**{**facts, "event_id": ids.new_id()}, sitting_id=sitting),
        )[0]
        for sitting in (put_off.sitting_id, ids.new_id())
    ]
    assert [(each.accepted, each.code, each.parameters) for each in answers] == [
        (False, "access.unknown", {})
    ] * 2
    assert contents() == before


def test_at_the_instant_the_server_tells_by_itself(world, put_off, instant, monkeypatch) -> None:
    go_to(monkeypatch, instant + timedelta(seconds=2))
    worker.run_waiting()
    for who in (world.mayor, world.councillor, world.agent):
        told = seen_by(who)[put_off.sitting_id]
        # The instant that counts is the one at which it happened.
        assert told.first_sent_at == told.revised_at == instant + timedelta(seconds=2)
        assert told.telling is Telling.TOLD
        assert access_blob(worlds.person(who), put_off.digests()[0])
    assert Sitting.objects.get().told_at == instant + timedelta(seconds=2)
    lines = AuditLine.objects.filter(subject_id=put_off.sitting_id).order_by("id")
    assert [(each.action, each.actor) for each in lines][-1] == (
        "tell_dossier",
        "boardpack-server",
    )
    assert lines[0].detail == {"revision": 1, "not_before": instant.isoformat()}


def test_never_too_early_and_only_once(world, put_off, instant, monkeypatch) -> None:
    before = contents()
    with pytest.raises(TooEarlyError):
        do_tell_dossier(worlds.IT, put_off.sitting_id, 1)
    assert contents() == before
    go_to(monkeypatch, instant)
    do_tell_dossier(worlds.IT, put_off.sitting_id, 1)
    after = contents()
    do_tell_dossier(worlds.IT, put_off.sitting_id, 1)
    assert contents() == after


@pytest.mark.parametrize("who", ["mayor", "councillor", "agent", "other_agent", "stranger"])
def test_nobody_but_the_server_tells(world, put_off, instant, monkeypatch, who) -> None:
    person = worlds.person(getattr(world, who))
    before = contents()
    go_to(monkeypatch, instant)
    with pytest.raises(RoleNeededError):
        do_tell_dossier(person, put_off.sitting_id, 1)
    assert contents() == before


def test_a_correction_takes_its_place_at_its_own_instant(
    world, agent, put_off, instant, monkeypatch
) -> None:
    second = replace(put_off, revision=2, title="Corrigé", not_before=instant + LATER)
    assert send(agent, worlds.published(second))[0].accepted
    go_to(monkeypatch, instant + timedelta(seconds=1))
    worker.run_waiting()
    assert seen_by(world.mayor) == {}
    go_to(monkeypatch, instant + LATER)
    worker.run_waiting()
    told = seen_by(world.mayor)[put_off.sitting_id]
    assert (told.revision, told.title, told.first_sent_at) == (2, "Corrigé", instant + LATER)


def test_a_correction_without_instant_goes_at_once(world, agent, put_off, instant, monkeypatch):
    second = replace(put_off, revision=2, not_before=None)
    assert send(agent, worlds.published(second))[0].accepted
    told = seen_by(world.mayor)[put_off.sitting_id]
    assert told.revision == 2
    assert told.first_sent_at < instant
    go_to(monkeypatch, instant + timedelta(seconds=1))
    worker.run_waiting()
    assert seen_by(world.mayor)[put_off.sitting_id] == told


def test_what_members_have_is_corrected_at_once(world, agent, instant) -> None:
    dossier = worlds.dossier(world.council)
    assert send(agent, worlds.published(dossier))[0].accepted
    before = contents()
    late = replace(dossier, revision=2, not_before=instant)
    (answer,) = send(agent, worlds.published(late))
    assert (answer.code, answer.parameters) == ("server.bad_event", {"what": "not_before"})
    assert contents() == before


def test_an_instant_that_is_over_is_at_once(world, agent) -> None:
    past = clock.now() - timedelta(days=1)
    dossier = replace(worlds.dossier(world.council), not_before=past)
    assert send(agent, worlds.published(dossier))[0].accepted
    assert seen_by(world.mayor)[dossier.sitting_id].first_sent_at > past


def test_a_device_that_reads_all_anew_sees_each_sitting_once(
    world, agent, put_off, instant, monkeypatch
) -> None:
    reader = Reader(worlds.person(world.agent))
    reader.sync()
    go_to(monkeypatch, instant)
    worker.run_waiting()
    assert send(agent, worlds.published(replace(put_off, revision=2, not_before=None)))[0].accepted
    for known in (reader, Reader(worlds.person(world.agent))):
        changes = known.sync().changes
        sent = [each for each in changes if each.kind == "dossier"]
        assert len(sent) == 1
        assert known.of("dossier")[put_off.sitting_id].revision == 2


def test_how_long_the_files_are_fetched_over(world, agent, settings) -> None:
    settings.LINE_MBIT = 1
    devices = [worlds.person(each) for each in (world.mayor, world.deputy, world.councillor)]
    assert all(isinstance(each, Person) for each in devices)
    held = worlds.keep(agent, bytes(1_000_000))
    dossier = worlds.dossier(world.council, worlds.document(held))
    assert send(agent, worlds.published(dossier))[0].accepted
    # Four devices, the agent's among them, one megabyte each, at one megabit a second.
    assert seen_by(world.mayor)[dossier.sitting_id].spread_s == 32
    retitled = replace(dossier, revision=2, title="Autre")
    assert send(agent, worlds.published(retitled))[0].accepted
    assert seen_by(world.mayor)[dossier.sitting_id].spread_s == 0
    assert DossierRevision.objects.count() == 2


def change(kind, sent, revision=1):
    return kind(ids.new_id(), clock.now(), sent.sitting_id, revision)


@pytest.mark.parametrize("kind", [DossierReleased, DossierCalledBack])
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("agent", ""),
        ("mayor", "access.role_needed"),
        ("councillor", "access.role_needed"),
        ("other_agent", "access.unknown"),
        ("outsider", "access.unknown"),
        ("stranger", "access.unknown"),
    ],
)
def test_only_its_secretariat_releases_or_calls_back(world, put_off, who, code, kind) -> None:
    person = worlds.person(getattr(world, who))
    before = contents()
    (answer,) = send(person, change(kind, put_off))
    assert (answer.accepted, answer.code) == (not code, code)
    assert (contents() == before) is bool(code)


def test_released_before_its_instant(world, agent, put_off, instant, monkeypatch) -> None:
    assert send(agent, change(DossierReleased, put_off))[0].accepted
    told = seen_by(world.mayor)[put_off.sitting_id]
    assert (told.telling, told.not_before) == (Telling.TOLD, instant)
    assert told.first_sent_at < instant
    for kind in (DossierReleased, DossierCalledBack):
        assert send(agent, change(kind, put_off))[0].code == "workflow.stale_base"
    go_to(monkeypatch, instant)
    worker.run_waiting()
    assert seen_by(world.mayor)[put_off.sitting_id] == told


def test_called_back_it_is_never_told(world, agent, put_off, instant, monkeypatch) -> None:
    worker.run_waiting()
    reader = Reader(worlds.person(world.mayor))
    reader.sync()
    assert reader.of("sealed_dossier")
    assert send(agent, change(DossierCalledBack, put_off))[0].accepted
    reader.sync()
    assert not reader.of("sealed_dossier")
    assert not SealedPack.objects.exists()
    go_to(monkeypatch, instant + LATER)
    worker.run_waiting()
    assert seen_by(world.mayor) == {}
    assert seen_by(world.agent)[put_off.sitting_id].telling is Telling.CALLED_BACK
    again = replace(put_off, revision=2, not_before=None)
    assert send(agent, worlds.published(again))[0].accepted
    assert seen_by(world.mayor)[put_off.sitting_id].revision == 2


def test_called_back_while_it_is_being_sealed(world, agent, put_off) -> None:
    assert send(agent, change(DossierCalledBack, put_off))[0].accepted
    worker.run_waiting()
    assert not SealedPack.objects.exists()
    reader = Reader(worlds.person(world.mayor))
    reader.sync()
    assert not reader.of("sealed_dossier")


def test_another_revision_is_not_released(world, agent, put_off) -> None:
    before = contents()
    (answer,) = send(agent, change(DossierReleased, put_off, revision=2))
    assert answer.code == "workflow.stale_base"
    assert contents() == before
