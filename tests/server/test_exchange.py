"""The exchange: events apply at most once, each by itself; changes come in order, all of them."""

import hashlib
import logging
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.people import Role
from sync.protocol import codec
from sync.protocol.messages import MAX_CHANGES, DossierReceived, NoteSealed
from sync.server import exchange as exchanges, feeds, identity
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.actions.do_save_official import do_save_official
from sync.server.models import AppliedEvent, Change, Feed, Mandate, SealedNote, Sitting
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, request, send


def note(text: bytes = b"sealed", note_id: str | None = None) -> NoteSealed:
    return NoteSealed(ids.new_id(), clock.now(), note_id or ids.new_id(), text)


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
        patched.setattr(exchanges, "do_record_receipt", broken)
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
    for number in range(20):
        send(person, note(b"%d" % number, note_id))
    reader = Reader(person)
    reply = reader.sync()
    notes = [each for each in reply.changes if each.kind == "note"]
    assert len(notes) == 1
    assert reader.of("note")[note_id].ciphertext == b"19"
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


def test_a_cursor_ahead_of_the_server_reads_that_feed_again(world, sent) -> None:
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    name = f"assembly:{world.council.id}"
    reader.cursor[name] += 1000
    reader.records.clear()
    reader.sync()
    assert set(reader.of("dossier")) == {sent.sitting_id}
    assert reader.cursor[name] == Feed.objects.get(name=name).seq


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
    assert dossier == replace(
        sent, first_sent_at=dossier.first_sent_at, revised_at=dossier.revised_at
    )
    assert Sitting.objects.get().revision == 1


def test_the_reply_says_when_it_was_true(world) -> None:
    before = clock.now()
    reply = codec.decode_reply(exchanges.exchange(worlds.person(world.mayor), request()))
    assert before <= reply.server_time <= clock.now()
    assert reply.retry_after > 0
