"""The exchange: events apply at most once, each by itself; changes come in order, all of them."""

import hashlib
import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.people import Role
from sync.protocol import codec, heads
from sync.protocol.errors import (
    BadRequestError,
    ServerBehindError,
    ServerForkedError,
    TooMuchError,
)
from sync.protocol.messages import MAX_CHANGES, DossierReceived, NoteSealed
from sync.server import exchange as exchanges, feeds, identity
from sync.server.actions.do_forget_expired import do_forget_expired
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.actions.do_save_official import do_save_official
from sync.server.commands import examine
from sync.server.models import (
    AppliedEvent,
    AuditLine,
    Change,
    Feed,
    FeedHead,
    Mandate,
    SealedNote,
    Sitting,
)
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, request, send


def note(
    text: bytes = b"sealed", note_id: str | None = None, replaces: tuple[str, ...] = ()
) -> NoteSealed:
    note_id = note_id or ids.new_id()
    return NoteSealed(ids.new_id(), clock.now(), note_id, text, replaces=replaces)


@pytest.fixture
def sent(world):
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, b"%PDF-1.7 report")
    dossier = worlds.dossier(world.council, worlds.document(version))
    (answer,) = send(agent, worlds.published(dossier))
    assert answer.accepted, answer
    return dossier


def test_a_new_device_reads_who_and_what_is_theirs(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reply = reader.sync()
    assert set(reply.cursor) == {f"official:{world.councillor.id}", f"assembly:{world.council.id}"}
    assert set(reader.of("authority")) == {world.town.id}
    assert set(reader.of("assembly")) == {world.council.id}
    assert reader.of("assembly")[world.council.id].key == "sa-conseil"
    assert set(reader.of("dossier")) == {sent.sitting_id}
    assert set(reader.of("official")) == {
        each.id for each in (world.mayor, world.deputy, world.councillor, world.agent)
    }
    assert reader.of("access")[world.council.id].roles == (Role.MEMBER,)
    assert len(reader.of("device")) == 1
    assert reader.epoch == identity.state().epoch


def test_a_second_exchange_brings_nothing_again(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    again = reader.sync()
    assert again.changes == ()
    assert again.cursor == reader.cursor
    assert not again.more


def test_only_the_secretariat_reads_its_feed(world, sent) -> None:
    reader = Reader(worlds.person(world.agent))
    assert f"secretariat:{world.council.id}" in reader.sync().cursor
    other = Reader(worlds.person(world.other_agent))
    other.sync()
    assert not other.of("dossier")


def test_the_same_event_counts_once_and_gets_the_same_answer(world) -> None:
    person = worlds.person(world.mayor)
    event = note()
    first = send(person, event)
    before = Change.objects.count()
    assert send(person, event) == first
    assert send(person, event, event) == first * 2
    assert Change.objects.count() == before
    assert AppliedEvent.objects.count() == 1


def test_a_refused_event_gets_the_same_answer_again(world, sent) -> None:
    agent = worlds.person(world.agent)
    stale = worlds.published(sent)
    (first,) = send(agent, stale)
    assert not first.accepted
    assert first.code == "workflow.stale_base"
    assert send(agent, stale) == (first,)


def test_an_event_that_lacked_a_file_is_tried_again(world) -> None:
    agent = worlds.person(world.agent)
    data = b"%PDF-1.7 late"
    dossier = worlds.dossier(world.council, worlds.document(worlds.version(data)))
    event = worlds.published(dossier)
    (first,) = send(agent, event)
    assert first.code == "blob.missing"
    assert first.parameters == {"sha256": hashlib.sha256(data).hexdigest()}
    worlds.keep(agent, data)
    (second,) = send(agent, event)
    assert second.accepted


def test_a_bad_event_blocks_no_other(world) -> None:
    person = worlds.person(world.mayor)
    good = [note(), note()]
    bad = DossierReceived(ids.new_id(), clock.now(), ids.new_id(), 1, "0" * 64)
    answers = send(person, good[0], bad, good[1])
    assert [each.accepted for each in answers] == [True, False, True]
    assert [each.event_id for each in answers] == [good[0].event_id, bad.event_id, good[1].event_id]
    assert SealedNote.objects.count() == 2


def test_an_event_of_a_newer_device_is_refused_by_name(world) -> None:
    person = worlds.person(world.mayor)
    event = ids.new_id()
    body = (
        b'{"protocol":1,"epoch":"","cursor":{},"events":['
        b'{"kind":"ballot_cast","event_id":"' + event.encode() + b'","at":"2026-01-01T00:00:00Z"}]}'
    )
    reply = codec.decode_reply(exchanges.exchange(person, body))
    (answer,) = reply.answers
    assert (answer.event_id, answer.accepted) == (event, False)
    assert answer.code == "sync.unreadable_message"


def test_a_defect_in_one_event_is_logged_and_blocks_no_other(world, monkeypatch, caplog) -> None:
    person = worlds.person(world.mayor)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setitem(exchanges._ACTIONS, DossierReceived, broken)
        event = DossierReceived(ids.new_id(), clock.now(), ids.new_id(), 1, "0" * 64)
        logging.getLogger("boardpack").propagate = True
        answers = send(person, event, note())
    assert [each.code for each in answers] == ["server.defect", ""]
    assert "ZeroDivisionError" in caplog.text
    assert not AppliedEvent.objects.filter(event_id=event.event_id).exists()


def test_a_page_holds_so_many_changes_and_the_next_goes_on(world) -> None:
    person = worlds.person(world.mayor)
    for _ in range(7):
        events = [note() for _ in range(100)]
        assert all(each.accepted for each in send(person, *events))
    reader = Reader(person)
    reply = reader.sync()
    assert reply.more
    assert len(reply.changes) == MAX_CHANGES
    assert len(reader.of("note")) == 700
    for numbers in reader.numbers.values():
        assert numbers == sorted(set(numbers))


def test_a_page_stays_small_with_large_notes(world) -> None:
    person = worlds.person(world.mayor)
    for _ in range(6):
        assert send(person, note(bytes(1024 * 1024)))[0].accepted
    reader = Reader(person)
    reply = reader.sync()
    assert reply.more
    assert len(codec.encode(reply)) < 8 * 1024 * 1024
    assert len(reader.of("note")) == 6


def test_a_note_written_often_is_read_once(world) -> None:
    person = worlds.person(world.mayor)
    note_id = ids.new_id()
    before: tuple[str, ...] = ()
    for number in range(20):
        event = note(b"%d" % number, note_id, before)
        send(person, event)
        before = (event.event_id,)
    reader = Reader(person)
    reply = reader.sync()
    notes = [each for each in reply.changes if each.kind == "note"]
    assert len(notes) == 1
    (version,) = reader.of("note")[note_id].versions
    assert version.ciphertext == b"19"
    feed = Feed.objects.get(name=f"official:{world.mayor.id}")
    assert reader.cursor[feed.name] == feed.seq


def test_numbers_of_a_feed_are_allotted_without_gap(world) -> None:
    person = worlds.person(world.mayor)
    name = f"official:{world.mayor.id}"
    before = Feed.objects.get(name=name).seq
    send(person, *(note() for _ in range(20)))
    numbers = Change.objects.filter(feed=name, seq__gt=before).values_list("seq", flat=True)
    assert list(numbers.order_by("seq")) == list(range(before + 1, before + 21))


def test_a_refused_event_leaves_no_number_behind(world, sent) -> None:
    agent = worlds.person(world.agent)
    before = dict(Feed.objects.values_list("name", "seq"))
    send(agent, worlds.published(sent))
    assert dict(Feed.objects.values_list("name", "seq")) == before


def test_feeds_are_written_in_a_transaction_only(transactional_db) -> None:
    with pytest.raises(feeds.NoTransactionError):
        feeds.append_gone(["x"], "note", ids.new_id())


def test_a_mandate_that_begins_tomorrow_gives_access_tomorrow(world, sent, monkeypatch) -> None:
    worlds.mandate(world.stranger, world.council, starts=date(2030, 1, 2))
    reader = Reader(worlds.person(world.stranger))
    reader.sync()
    assert set(reader.cursor) == {f"official:{world.stranger.id}"}
    assert not reader.of("access")
    # Paris is an hour ahead in winter: the mandate begins at its midnight.
    monkeypatch.setattr(clock, "now", lambda: datetime(2030, 1, 1, 22, 59, tzinfo=UTC))
    reader.sync()
    assert not reader.of("access")
    monkeypatch.setattr(clock, "now", lambda: datetime(2030, 1, 1, 23, 1, tzinfo=UTC))
    reader.sync()
    assert reader.of("access")[world.council.id].granted
    reader.sync()
    assert set(reader.of("dossier")) == {sent.sitting_id}


def test_a_mandate_that_ends_takes_the_feeds_away(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    row = Mandate.objects.get(official=world.councillor)
    row.ends = date(2026, 1, 1)
    do_save_mandate(worlds.IT, row)
    reader.sync()
    assert set(reader.cursor) == {f"official:{world.councillor.id}"}
    access = reader.of("access")[world.council.id]
    assert (access.granted, access.roles) == (False, ())


def test_a_feed_that_is_readable_again_starts_at_the_beginning(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    row = Mandate.objects.get(official=world.councillor)
    row.ends = date(2026, 1, 1)
    do_save_mandate(worlds.IT, row)
    reader.sync()
    reader.records.clear()
    row.ends = None
    do_save_mandate(worlds.IT, row)
    reader.sync()
    assert set(reader.of("dossier")) == {sent.sitting_id}


def test_a_new_epoch_reads_everything_again(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    known = dict(reader.records)
    reader.records.clear()
    do_renew_epoch(worlds.IT)
    assert reader.sync().epoch == identity.state().epoch
    assert reader.records == known


def test_a_cursor_ahead_of_the_server_is_refused_before_anything_is_applied(
    world, sent, caplog
) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    name = f"assembly:{world.council.id}"
    reader.cursor[name] += 1000
    event = note()
    for _ in range(2):
        with pytest.raises(ServerBehindError):
            reader.sync(event)
    assert not AppliedEvent.objects.filter(event_id=event.event_id).exists()
    (line,) = AuditLine.objects.filter(action="server_disagreed")
    assert line.detail["code"] == "sync.server_behind"
    outcome = examine.run(deep=False)
    assert outcome.exit_code == 3
    assert "restored" in outcome.facts["problems"][-1]
    do_renew_epoch(worlds.IT)
    reader.cursor = {}
    reader.sync(event)
    assert AppliedEvent.objects.filter(event_id=event.event_id).exists()
    assert "restored" not in str(examine.run(deep=False).facts["problems"])


def test_the_head_of_a_feed_runs_over_everything_that_was_ever_told(world, sent) -> None:
    name = f"assembly:{world.council.id}"
    feed = Feed.objects.get(name=name)
    kept = dict(FeedHead.objects.filter(feed=name).values_list("seq", "head"))
    assert sorted(kept) == list(range(1, feed.seq + 1)), "one a number, also of what was replaced"
    assert kept[feed.seq] == feed.head
    assert len(set(kept.values())) == feed.seq
    change = Change.objects.get(feed=name, seq=feed.seq)
    body = bytes(change.body)
    before = kept[feed.seq - 1]
    assert heads.next_head(before, feed.seq, change.kind, change.record_id, body) == feed.head
    for other in (body + b" ", None):
        assert heads.next_head(before, feed.seq, change.kind, change.record_id, other) != feed.head


def test_another_history_is_refused(world, sent, caplog) -> None:
    person = worlds.person(world.councillor)
    first = codec.decode_reply(exchanges.exchange(person, request()))
    seal = heads.seal(first.cursor, first.heads)
    good = request(epoch=first.epoch, cursor=first.cursor, seal=seal)
    reply = codec.decode_reply(exchanges.exchange(person, good))
    assert (reply.heads, reply.changes) == ({}, ())
    bad = request(epoch=first.epoch, cursor=first.cursor, seal="A" * 22)
    with pytest.raises(ServerForkedError):
        exchanges.exchange(person, bad)
    unknown = request(epoch=first.epoch, cursor=first.cursor)
    assert codec.decode_reply(exchanges.exchange(person, unknown)).changes == ()


def test_old_heads_are_forgotten_and_prove_nothing_then(world, sent, later) -> None:
    person = worlds.person(world.councillor)
    first = codec.decode_reply(exchanges.exchange(person, request()))
    name = f"assembly:{world.council.id}"
    earlier = {**first.cursor, name: first.cursor[name] - 1}
    later(timedelta(days=401))
    assert do_forget_expired(worlds.IT)["heads"] > 0
    wrong = request(epoch=first.epoch, cursor=earlier, seal="A" * 22)
    assert codec.decode_reply(exchanges.exchange(person, wrong)).changes


def test_who_asks_is_told_which_events_are_not_known(world) -> None:
    person, other = worlds.person(world.mayor), worlds.person(world.deputy)
    mine, theirs = note(), note()
    send(person, mine)
    send(other, theirs)
    asked = (mine.event_id, theirs.event_id, ids.new_id())
    reply = codec.decode_reply(exchanges.exchange(person, request(ask=asked)))
    assert reply.unknown == asked[1:], "another person's events are nobody's news"
    with pytest.raises(TooMuchError):
        exchanges.exchange(person, request(ask=(ids.new_id(),) * 1001))
    for bad in ("x", "\0", "' OR 1=1"):
        with pytest.raises(BadRequestError):
            exchanges.exchange(person, request(ask=(bad,)))


def test_a_refusal_after_a_restore_is_not_for_ever(world, sent) -> None:
    person = worlds.person(world.mayor)
    event = DossierReceived(ids.new_id(), clock.now(), sent.sitting_id, 9, "0" * 64)
    for facts in ({"again": (event.event_id,)}, {"epoch": "0" * 36}):
        data = request(event, **facts)
        (answer,) = codec.decode_reply(exchanges.exchange(person, data)).answers
        assert answer.code == "access.unknown"
        assert not AppliedEvent.objects.filter(event_id=event.event_id).exists()
    (answer,) = send(person, event)
    assert AppliedEvent.objects.filter(event_id=event.event_id).exists()


def test_a_corrected_name_reaches_every_assembly_of_the_person(world) -> None:
    reader = Reader(worlds.person(world.outsider))
    reader.sync()
    world.mayor.last_name = "Martin-Roux"
    do_save_official(worlds.IT, world.mayor)
    reply = reader.sync()
    assert [each.kind for each in reply.changes] == ["official"]
    assert reader.of("official")[world.mayor.id].name == "Jeanne Martin-Roux"


def test_the_records_say_what_the_tables_say(world, sent) -> None:
    reader = Reader(worlds.person(world.agent))
    reader.sync()
    dossier = reader.of("dossier")[sent.sitting_id]
    assert dossier.signature
    assert dossier.manifest_sha256() == sent.manifest_sha256()
    assert Sitting.objects.get().revision == 1


def test_the_reply_says_when_it_was_true(world) -> None:
    before = clock.now()
    reply = codec.decode_reply(exchanges.exchange(worlds.person(world.mayor), request()))
    assert before <= reply.server_time <= clock.now()
    assert reply.retry_after > 0
