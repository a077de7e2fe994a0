"""The server was restored from a backup, or turned back: nothing lost, nothing twice (fault 14)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.services.server_history import Agreement
from boardpack.services.sync_state import SyncMode
from boardpack.store import changes, cursor, dossiers, journal, reconciling, sent
from sync.protocol import heads
from sync.protocol.messages import ConvocationAcknowledged, ExchangeReply
from sync.server import feeds
from sync.server.actions.do_renew_epoch import ClockBehindError, do_renew_epoch
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import AppliedEvent, AuditLine, Feed, FeedHead, Mandate, ServerState
from tests.helpers.backup import Backup
from tests.helpers.devices import SimulatedDevice, revised
from tests.helpers.server import SimulatedServer
from tests.helpers.world import IT, World, document, dossier, mandate, version
from tests.sync.conftest import MakeDevice

BLOBS = "/api/v1/blobs/"
FIRST, SECOND = b"%PDF-1.7 the first", b"%PDF-1.7 the second"


@pytest.fixture
def agent(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.agent)


@pytest.fixture
def mayor(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.mayor)


@pytest.fixture
def deputy(world: World, device_of: MakeDevice) -> SimulatedDevice:
    return device_of(world.deputy)


@pytest.fixture
def sitting(world: World, agent: SimulatedDevice) -> Dossier:
    """What the backup has."""
    made = dossier(world.council, document(version(FIRST)))
    agent.publish(made, FIRST)
    agent.synced()
    return made


def acknowledge(device: SimulatedDevice, to: Dossier) -> str:
    event = ConvocationAcknowledged(
        ids.new_id(), clock.now(), to.sitting_id, to.revision, to.manifest_sha256()
    )
    return device.act(event, subject_id=to.sitting_id, sitting_id=to.sitting_id)


def corrected(sitting: Dossier) -> Dossier:
    """The next revision, with a file more and another title."""
    new = document(version(SECOND))
    return revised(
        sitting,
        lambda each: dataclasses.replace(each, title="Corrigé", documents=(*each.documents, new)),
    )


def end_mandate(world: World) -> None:
    """End the mayor's mandate for a cause: the dossiers go as soon as the device knows."""
    row = Mandate.objects.get(official=world.mayor, assembly=world.council)
    row.ends, row.immediate = clock.now().date(), True
    do_save_mandate(IT, row)


def give_mandate_again(world: World) -> None:
    row = Mandate.objects.get(official=world.mayor, assembly=world.council)
    row.ends, row.immediate = None, False
    do_save_mandate(IT, row)


def rest(server: SimulatedServer, *devices: SimulatedDevice) -> None:
    """Everybody exchanges until all agree."""
    for _ in range(3):
        for device in devices:
            device.synced()
    for device in devices:
        assert device.waiting() == 0
        assert device.session.synchronizing.rejected() == ()
        assert device.state() == server.state_for(device.official)


def agreement(device: SimulatedDevice) -> Agreement:
    return device.session.synchronizing.state().history.agreement


# Restored, and devices were told


def test_what_the_server_lost_is_sent_again_and_nothing_is_fetched_twice(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    deputy: SimulatedDevice,
) -> None:
    for device in (mayor, deputy, agent):
        device.synced()
    backup = Backup.take()
    second = corrected(sitting)
    agent.publish(second, SECOND)
    agent.synced()
    for device in (mayor, deputy):
        device.synced()
    acts = [acknowledge(mayor, second), acknowledge(deputy, second)]
    note = mayor.write_note(second, "À vérifier")
    rest(server, mayor, deputy, agent)
    lost = set(AppliedEvent.objects.values_list("event_id", flat=True))

    backup.restore()
    lost -= set(AppliedEvent.objects.values_list("event_id", flat=True))
    do_renew_epoch(IT)
    assert lost >= set(acts)
    fetched = len(server.requests("GET", BLOBS))

    # Members come first: what they acknowledged is not there yet.
    for device in (mayor, deputy):
        device.synced()
        assert agreement(device) is Agreement.RECONCILED
        assert device.session.synchronizing.rejected() == (), "others may still bring it"
        assert dossiers.one(device.connection, second.sitting_id).dossier.revision == 2  # type: ignore[union-attr]
    assert mayor.session.notes.for_document(note.document_id)[0].text == "À vérifier"
    rest(server, agent, mayor, deputy)
    assert len(server.requests("GET", BLOBS)) == fetched, "no file came twice"
    for event_id in lost:
        assert server.applied(event_id) == 1
    assert set(agent.files().values()) == {FIRST, SECOND}
    for device in (agent, mayor, deputy):
        assert device.session.synchronizing.doubts() == ()
        history = device.session.synchronizing.state().history
        assert (history.agreement, history.sent_again > 0) == (Agreement.RECONCILED, True)
    assert sum(each.kind == "acknowledged" for each in agent.state()["receipt"].values()) == len(
        acts
    )


def test_a_signature_and_a_note_that_the_server_lost_come_back(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
) -> None:
    mayor.synced()
    note = mayor.write_note(sitting, "Un")
    mayor.synced()
    backup = Backup.take()
    mayor.write_note(sitting, "Deux", note.note_id)
    mayor.synced()
    mayor.write_note(sitting, "Trois", note.note_id)
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    mayor.sync()
    assert mayor.session.notes.for_document(note.document_id)[0].text == "Trois"
    rest(server, mayor, agent)
    assert mayor.session.notes.for_document(note.document_id)[0].text == "Trois"


def test_a_key_that_the_server_lost_comes_back_with_what_it_signed(
    world: World,
    server: SimulatedServer,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
) -> None:
    agent.synced()
    mayor.synced()
    backup = Backup.take()
    made = dossier(world.council, document(version(FIRST)))
    agent.publish(made, FIRST)
    rest(server, agent, mayor)
    backup.restore()
    do_renew_epoch(IT)
    rest(server, mayor, agent)
    assert mayor.session.synchronizing.doubts() == ()


def test_deletions_wait_until_everything_was_read_again(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The backup knows of an access that was lost; the one given since is told later."""
    end_mandate(world)
    mayor_lost = Backup.take()
    give_mandate_again(world)
    mayor.synced()
    assert mayor.files()
    mayor_lost.restore()
    do_renew_epoch(IT)
    monkeypatch.setattr(feeds, "MAX_CHANGES", 2)
    requests = len(server.requests("POST", "/api/v1/exchange"))

    def cut(request: object) -> None:
        if len(server.requests("POST", "/api/v1/exchange")) == requests + 3:
            mayor.session.synchronizing.cancel()

    server.line.on_request = cut
    mayor.sync()
    server.line.on_request = None
    assert reconciling.under_way(mayor.connection) is not None
    assert mayor.files(), "half-way nothing is deleted"
    assert agreement(mayor) is Agreement.RECONCILE
    # IT gives the mandate again before the device goes on.
    give_mandate_again(world)
    mayor.synced()
    assert mayor.files(), "the later word counts"
    assert agreement(mayor) is Agreement.RECONCILED


def test_a_deletion_counts_once_everything_was_read_again(
    world: World, sitting: Dossier, mayor: SimulatedDevice
) -> None:
    mayor.synced()
    backup = Backup.take()
    backup.restore()
    do_renew_epoch(IT)
    end_mandate(world)
    mayor.synced()
    assert mayor.files() == {}


def test_a_kill_at_each_request_of_a_reconcile_loses_nothing(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mayor.synced()
    backup = Backup.take()
    acts = [acknowledge(mayor, sitting)]
    mayor.write_note(sitting, "Une note")
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    monkeypatch.setattr(feeds, "MAX_CHANGES", 4)
    monkeypatch.setattr(reconciling, "BATCH", 1)
    for _ in range(12):
        server.fault("lost answer", path="/api/v1/exchange", skip=1)
        server.fault("offline", path="/api/v1/exchange", times=9)
        mayor.sync()
        server.heal()
        mayor.restart()
    rest(server, mayor, agent)
    assert [server.applied(each) for each in acts] == [1]
    assert len(mayor.session.notes.for_document(sitting.documents[0].document_id)) == 1


def test_a_revision_that_a_colleague_sent_anew_meanwhile_is_shown_as_refused(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    agent: SimulatedDevice,
    device_of: MakeDevice,
) -> None:
    mandate(world.stranger, world.council, Role.SECRETARY_OFFICE)
    colleague = device_of(world.stranger)
    for device in (colleague, agent, colleague):
        device.synced()
    backup = Backup.take()
    agent.publish(corrected(sitting), SECOND)
    agent.synced()
    backup.restore()
    do_renew_epoch(IT)
    other = revised(sitting, lambda each: dataclasses.replace(each, title="De la collègue"))
    colleague.publish(other, FIRST)
    colleague.synced()
    agent.sync()
    (row,) = agent.session.synchronizing.rejected()
    assert row.code == "workflow.stale_base"
    assert [each.code for each in agent.session.synchronizing.doubts()] == ["trust.forked"]


def test_what_nobody_brings_again_is_told_after_the_time_of_patience(
    world: World,
    sitting: Dossier,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mayor.synced()
    backup = Backup.take()
    second = corrected(sitting)
    agent.publish(second, SECOND)
    agent.synced()
    mayor.synced()
    acknowledge(mayor, second)
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    mayor.synced()
    assert mayor.session.synchronizing.rejected() == ()
    assert mayor.waiting() > 0
    assert mayor.sync().code == "", "it waits without a word"
    monkeypatch.setattr(reconciling, "PATIENCE", timedelta(0))
    mayor.sync()
    codes = {row.code for row in mayor.session.synchronizing.rejected()}
    assert codes == {"access.unknown"}


def test_without_the_patience_the_act_would_be_refused_for_ever(
    sitting: Dossier,
    agent: SimulatedDevice,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mayor.synced()
    backup = Backup.take()
    second = corrected(sitting)
    agent.publish(second, SECOND)
    agent.synced()
    mayor.synced()
    acknowledge(mayor, second)
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    monkeypatch.setattr(reconciling, "PATIENCE", timedelta(0))
    mayor.sync()
    assert mayor.session.synchronizing.rejected() != ()


def test_without_the_log_what_the_server_lost_would_stay_lost(
    server: SimulatedServer,
    sitting: Dossier,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mayor.synced()
    backup = Backup.take()
    event_id = acknowledge(mayor, sitting)
    monkeypatch.setattr(sent, "after", lambda *_all: sent.Asked())
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    mayor.synced()
    assert server.applied(event_id) == 0


def test_without_freezing_the_device_would_be_wiped_half_way(
    world: World,
    server: SimulatedServer,
    sitting: Dossier,
    mayor: SimulatedDevice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mayor.synced()
    monkeypatch.setattr(changes, "_takes_away", lambda *_all: False)
    end_mandate(world)
    do_renew_epoch(IT)
    monkeypatch.setattr(feeds, "MAX_CHANGES", 1)
    server.fault("offline", path="/api/v1/exchange", times=9, skip=12)
    mayor.sync()
    assert mayor.files() == {}


# Turned back without a word


@pytest.fixture
def ahead(
    world: World, sitting: Dossier, agent: SimulatedDevice, mayor: SimulatedDevice
) -> tuple[Backup, Dossier]:
    """The mayor's device knows more than the backup."""
    mayor.synced()
    backup = Backup.take()
    second = corrected(sitting)
    agent.publish(second, SECOND)
    agent.synced()
    mayor.synced()
    return backup, second


def snapshot(device: SimulatedDevice) -> dict[str, object]:
    return {
        table: [tuple(row) for row in device.connection.execute(f"SELECT * FROM {table}")]  # noqa: S608
        for table in ("dossiers", "documents", "versions", "receipts", "cursor", "access", "notes")
    }


def stands_still(device: SimulatedDevice, code: str, agreed: Agreement) -> None:
    before, files = snapshot(device), device.files()
    report = device.sync()
    assert report.code == code
    assert report.error is not None
    assert report.error.exit_code == 3
    assert snapshot(device) == before
    assert device.files() == files
    state = device.session.synchronizing.state()
    assert (state.mode, state.history.agreement) == (SyncMode.STOPPED, agreed)
    device.restart()
    state = device.session.synchronizing.state()
    assert (state.mode, state.code, state.history.agreement) == (SyncMode.STOPPED, code, agreed)


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The server's log says it, once."""
    return caplog


def test_a_silent_restore_changes_nothing_and_is_said(
    server: SimulatedServer,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    ahead: tuple[Backup, Dossier],
    heard: object,
) -> None:
    backup, second = ahead
    backup.restore()
    acknowledged = acknowledge(mayor, second)
    stands_still(mayor, "sync.server_behind", Agreement.BEHIND)
    stands_still(mayor, "sync.server_behind", Agreement.BEHIND)
    assert server.applied(acknowledged) == 0
    lines = AuditLine.objects.filter(action="server_disagreed")
    assert [each.detail["code"] for each in lines] == ["sync.server_behind"], "once a device"
    # IT learns of it, and says that it was restored.
    do_renew_epoch(IT)
    rest(server, mayor, agent, mayor)
    assert server.applied(acknowledged) == 1
    assert agreement(mayor) is Agreement.RECONCILED


def test_a_server_that_grew_another_history_is_told_by_its_heads(
    world: World,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    deputy: SimulatedDevice,
    ahead: tuple[Backup, Dossier],
    heard: object,
) -> None:
    backup, _ = ahead
    numbers = cursor.load(mayor.connection).feeds
    backup.restore()
    grow(world, numbers)
    stands_still(mayor, "sync.server_forked", Agreement.FORKED)


def grow(world: World, numbers: dict[str, int]) -> None:
    """Let the server's feeds grow, by other things, beyond what the device read."""
    from sync.server import records, transactions

    for name, seq in numbers.items():
        while (Feed.objects.filter(name=name).values_list("seq", flat=True).first() or 0) <= seq:
            transactions.run(lambda name=name: feeds.append([name], records.official(world.deputy)))


def test_without_heads_the_fork_would_pass(
    world: World,
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    ahead: tuple[Backup, Dossier],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backup, _ = ahead
    numbers = cursor.load(mayor.connection).feeds
    backup.restore()
    grow(world, numbers)
    monkeypatch.setattr(heads, "seal", lambda *_all: "")
    assert mayor.sync().code == ""


def test_the_device_itself_refuses_a_server_that_goes_back(
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    server: SimulatedServer,
    ahead: tuple[Backup, Dossier],
) -> None:
    """A server that does not say so (hostile, or old) is found out here."""
    before = cursor.load(mayor.connection)
    feed = next(iter(before.feeds))

    def lower(reply: ExchangeReply) -> ExchangeReply:
        back = {**reply.cursor, feed: reply.cursor[feed] - 1}
        return msgspec.structs.replace(reply, cursor=back, changes=())

    def other(reply: ExchangeReply) -> ExchangeReply:
        return msgspec.structs.replace(reply, heads={feed: "another"}, changes=())

    def older(reply: ExchangeReply) -> ExchangeReply:
        return msgspec.structs.replace(reply, epoch="0" * 36)

    for alter, code, agreed in (
        (lower, "sync.server_behind", Agreement.BEHIND),
        (other, "sync.server_forked", Agreement.FORKED),
        (older, "sync.server_behind", Agreement.BEHIND),
    ):
        server.line.on_reply = alter
        stands_still(mayor, code, agreed)
    server.line.on_reply = None
    assert mayor.sync().code == ""
    assert agreement(mayor) is Agreement.AGREED


def test_an_older_epoch_is_a_step_back_too(
    mayor: SimulatedDevice,
    agent: SimulatedDevice,
    ahead: tuple[Backup, Dossier],
    heard: object,
) -> None:
    """A backup of before the last restore: the server has forgotten even that."""
    backup, _ = ahead
    do_renew_epoch(IT)
    mayor.synced()
    backup.restore()
    stands_still(mayor, "sync.server_behind", Agreement.BEHIND)


def test_who_was_away_for_longer_than_heads_are_kept_reads_on(
    mayor: SimulatedDevice, agent: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.synced()
    agent.publish(corrected(sitting), SECOND)
    agent.synced()
    FeedHead.objects.all().delete()
    assert mayor.sync().code == ""


def test_a_nothing_new_exchange_carries_no_heads(
    mayor: SimulatedDevice, agent: SimulatedDevice, server: SimulatedServer, sitting: Dossier
) -> None:
    mayor.synced()
    replies: list[ExchangeReply] = []

    def keep(reply: ExchangeReply) -> ExchangeReply:
        replies.append(reply)
        return reply

    server.line.on_reply = keep
    mayor.sync()
    assert [(each.heads, each.unknown) for each in replies] == [({}, ())]


# The log of what was sent


def test_the_log_forgets_by_both_clocks_and_keeps_the_last_state_of_a_note(
    mayor: SimulatedDevice, agent: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.synced()
    note = mayor.write_note(sitting, "Un")
    mayor.synced()
    mayor.write_note(sitting, "Deux", note.note_id)
    acknowledge(mayor, sitting)
    mayor.synced()

    def kinds() -> list[str]:
        rows = mayor.connection.execute("SELECT kind FROM sent ORDER BY kind")
        wanted = {"note_sealed", "convocation_acknowledged"}
        return [row["kind"] for row in rows if row["kind"] in wanted]

    assert kinds() == ["convocation_acknowledged", "note_sealed"]
    now = clock.now()
    later = now + timedelta(days=100)
    for at in (later, now):
        mayor.write_note(sitting, "Autre")
        with mayor.store.transaction() as connection:
            connection.execute("UPDATE outbox SET state = 'accepted'")
            sent.settle(connection, at)
        assert "convocation_acknowledged" in kinds()
    assert kinds().count("note_sealed") == 3, "one clock alone forgets nothing"


def test_leaving_an_assembly_forgets_what_was_sent_about_it(
    world: World, mayor: SimulatedDevice, agent: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.synced()
    acknowledge(mayor, sitting)
    mayor.synced()
    end_mandate(world)
    mayor.synced()
    rows = mayor.connection.execute("SELECT 1 FROM sent WHERE sitting_id IS NOT NULL").fetchall()
    assert rows == []


def test_places_never_come_twice(
    mayor: SimulatedDevice, agent: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.synced()
    places: list[int] = []
    for _ in range(3):
        acknowledge(mayor, sitting)
        (row,) = mayor.connection.execute("SELECT max(place) AS place FROM outbox").fetchall()
        places.append(row["place"])
        mayor.synced()
    assert places == sorted(set(places))


def test_an_epoch_never_sorts_before_the_present_one(world: World) -> None:
    ServerState.objects.update(epoch="f" * 36)
    with pytest.raises(ClockBehindError):
        do_renew_epoch(IT)


def test_the_journal_says_when_it_began_and_ended(
    mayor: SimulatedDevice, agent: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.synced()
    do_renew_epoch(IT)
    mayor.synced()
    actions = [each.action for each in journal.latest(mayor.connection, 5)]
    assert actions.index("reconciled") < actions.index("reconcile_begun")


def test_a_note_of_an_assembly_that_was_left_is_sent_again(
    world: World, server: SimulatedServer, sitting: Dossier, mayor: SimulatedDevice
) -> None:
    mayor.synced()
    backup = Backup.take()
    note = mayor.write_note(sitting, "Ma remarque")
    mayor.synced()
    backup.restore()
    do_renew_epoch(IT)
    end_mandate(world)
    mayor.synced()
    assert note.note_id in server.state_for(world.mayor)["note"]
