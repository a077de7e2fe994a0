"""What the person did waits here until the server answered it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.store import outbox, sent
from boardpack.store.database import Store
from sync.protocol.messages import Answer, ConvocationAcknowledged, NoteSealed


def acknowledged(sitting: str = "sitting") -> ConvocationAcknowledged:
    return ConvocationAcknowledged(ids.new_id(), clock.now(), sitting, 1, "0" * 64)


def note(size: int = 10, note_id: str = "note") -> NoteSealed:
    return NoteSealed(ids.new_id(), clock.now(), note_id, b"x" * size)


def test_an_event_comes_back_as_it_was_written(store: Store) -> None:
    event = note()
    outbox.append(
        store.connection, event, subject_id="note", sitting_id="s", document_id="d", content=b"{}"
    )
    (row,) = outbox.waiting(store.connection)
    assert row.event == event
    assert (row.kind, row.sitting_id, row.document_id) == ("note_sealed", "s", "d")
    assert (row.content, row.state) == (b"{}", "waiting")


def test_rows_keep_the_order_of_writing_when_the_clock_jumps_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = note(), note()
    # Identifiers sort by time: the second one is made to look older, as after a clock jump.
    older = NoteSealed("0" + second.event_id[1:], clock.now() - timedelta(days=1), "note", b"2")
    for event in (first, older):
        outbox.append(
            store.connection, event, subject_id="note", document_id="d", content=event.ciphertext
        )
    assert [row.event for row in outbox.waiting(store.connection)] == [first, older]
    (shown,) = store.connection.execute("SELECT written FROM notes_projected").fetchall()
    assert bytes(shown["written"]) == b"2"


def test_an_accepted_row_stays_in_view_until_the_feeds_caught_up(store: Store) -> None:
    event = note()
    outbox.append(store.connection, event, subject_id="note", document_id="d", content=b"{}")
    outbox.answered(store.connection, [Answer(event.event_id, accepted=True)])
    assert outbox.waiting(store.connection) == ()
    assert store.connection.execute("SELECT count(*) FROM notes_projected").fetchone()[0] == 1
    assert sent.settle(store.connection, clock.now()) == 1
    assert store.connection.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0


def test_a_rejected_row_stays_readable_until_the_person_saw_why(store: Store) -> None:
    event = note()
    outbox.append(store.connection, event, subject_id="note", content=b"my words")
    outbox.answered(
        store.connection, [Answer(event.event_id, accepted=False, code="x.y", parameters={"n": 1})]
    )
    sent.settle(store.connection, clock.now())
    (row,) = outbox.rejected(store.connection)
    assert (row.content, row.code, row.parameters) == (b"my words", "x.y", {"n": 1})
    assert outbox.counts(store.connection) == outbox.Counts(waiting=0, rejected=1)
    assert outbox.acknowledge_rejection(store.connection, event.event_id)
    assert not outbox.acknowledge_rejection(store.connection, event.event_id)
    assert outbox.rejected(store.connection) == ()


def test_a_second_answer_changes_nothing(store: Store) -> None:
    event = acknowledged()
    outbox.append(store.connection, event, subject_id="sitting")
    accepted = Answer(event.event_id, accepted=True)
    assert outbox.answered(store.connection, [accepted]) == 1
    assert outbox.answered(store.connection, [Answer(event.event_id, accepted=False)]) == 0
    assert outbox.rejected(store.connection) == ()


def test_answers_to_unknown_events_are_ignored(store: Store) -> None:
    assert outbox.answered(store.connection, [Answer("nobody's", accepted=False)]) == 0


def test_a_waiting_row_cannot_be_dismissed(store: Store) -> None:
    event = acknowledged()
    outbox.append(store.connection, event, subject_id="sitting")
    assert not outbox.acknowledge_rejection(store.connection, event.event_id)
    assert len(outbox.waiting(store.connection)) == 1


def test_a_batch_is_limited_by_count_and_by_bytes(store: Store) -> None:
    for number in range(10):
        outbox.append(store.connection, note(1000), subject_id=f"{number}")
    assert len(outbox.waiting(store.connection, limit=4)) == 4
    assert len(outbox.waiting(store.connection, max_bytes=4_000)) == 2
    assert len(outbox.waiting(store.connection, max_bytes=10)) == 1, "one always travels"


def test_events_put_aside_do_not_block_the_others(store: Store) -> None:
    big = note(5000, "big")
    outbox.append(store.connection, big, subject_id="big")
    outbox.append(store.connection, note(10, "small"), subject_id="small")
    assert [row.subject_id for row in outbox.waiting(store.connection, max_bytes=100)] == ["big"]
    found = outbox.waiting(store.connection, max_bytes=1000, skip={big.event_id})
    assert [row.subject_id for row in found] == ["small"]
