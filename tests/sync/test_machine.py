"""The exchange as a dialogue: what the machine asks for after each answer and each cut."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from boardpack.domain.ports import ThrottledError
from boardpack.domain.transfers import Pending, Wanted
from boardpack.store.errors import DamagedBlobError
from sync.engine import events, schedule
from sync.engine.commands import Await, Command, Done, FetchBlob, SendBatch, UploadBlob, Wait
from sync.engine.machine import (
    DAMAGED_FILE,
    DAMAGES,
    DOWNLOADS,
    PATIENCE,
    PATIENCE_BEFORE_CONTACT,
    SyncMachine,
    UnexpectedEventError,
)

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LOST = ("client.connection_lost", ())


def machine(*pending: Pending, jitter: float = 1.0) -> SyncMachine:
    return SyncMachine(pending, NOW, lambda: jitter)


def wanted(name: str, size: int = 10, days: float = 7, **facts: bool) -> Wanted:
    return Wanted(name, size, f"sitting-{days}", NOW + timedelta(days=days), **facts)


def answered(
    *missing: Wanted, more: bool = False, pending: Iterable[Pending] = (), moved: bool = True
) -> events.BatchAnswered:
    return events.BatchAnswered(more, moved, tuple(pending), missing, 60)


def lost(subject: str = "", *, progress: bool = False) -> events.ConnectionLost:
    return events.ConnectionLost(subject, *LOST, progress=progress)


def play(made: SyncMachine, *script: Command | events.Event) -> None:
    """Follow a dialogue: a command must come next, an event is told."""
    for line in script:
        if isinstance(line, (UploadBlob, SendBatch, FetchBlob, Wait, Await, Done)):
            assert made.next() == line
        else:
            made.tell(line)


ALL_WELL = Done(retry_after=60)


def test_nothing_to_do_is_one_exchange() -> None:
    play(machine(), SendBatch(()), answered(), ALL_WELL)


def test_files_go_before_the_events_that_need_them() -> None:
    play(
        machine(Pending("a", ("x", "y")), Pending("b")),
        UploadBlob("x"),
        UploadBlob("y"),
        Await(),
        events.BlobUploaded("y"),
        Await(),
        events.BlobUploaded("x"),
        SendBatch(("a", "b")),
        answered(),
        ALL_WELL,
    )


def test_a_file_that_two_events_need_goes_once() -> None:
    play(
        machine(Pending("a", ("x",)), Pending("b", ("x",))),
        UploadBlob("x"),
        events.BlobUploaded("x"),
        SendBatch(("a", "b")),
        answered(),
        ALL_WELL,
    )


def test_pages_come_until_there_are_no_more_then_files() -> None:
    a = wanted("a")
    play(
        machine(Pending("e")),
        SendBatch(("e",)),
        answered(more=True),
        SendBatch(()),
        answered(more=True, pending=[Pending("made meanwhile")]),
        SendBatch(("made meanwhile",)),
        answered(a),
        FetchBlob(a),
        Await(),
        events.BlobStored("a"),
        ALL_WELL,
    )


def test_a_receipt_that_a_file_made_goes_up_last() -> None:
    a, b = wanted("a"), wanted("b", 20)
    play(
        machine(),
        SendBatch(()),
        answered(a, b),
        FetchBlob(a),
        FetchBlob(b),
        Await(),
        events.BlobStored("a"),
        events.BlobStored("b", (Pending("receipt"),)),
        SendBatch(("receipt",)),
        answered(),
        ALL_WELL,
    )


def test_six_files_come_at_a_time_and_one_large_one() -> None:
    large = [wanted(f"large{number}", schedule.LARGE + 1) for number in range(2)]
    small = [wanted(f"small{number}", 100 + number) for number in range(DOWNLOADS)]
    made = machine()
    play(made, SendBatch(()), answered(*large, *small))
    play(made, *(FetchBlob(each) for each in small), Await(), events.BlobStored("small0"))
    play(made, FetchBlob(large[0]), Await(), events.BlobStored("small1"), Await())
    play(made, events.BlobStored("large0"), FetchBlob(large[1]))


def test_the_most_urgent_files_come_first() -> None:
    past_report = wanted("past report", days=-3)
    past_convocation = wanted("past convocation", days=-4, convocation=True)
    to_sign = wanted("to sign", days=-30, to_sign=True)
    next_large = wanted("next, large", 500, days=2)
    next_small = wanted("next, small", 5, days=2)
    later = wanted("later", 1, days=9)
    convocation = wanted("convocation", days=9, convocation=True)
    tonight = wanted("begun an hour ago", 900, days=-1 / 24)
    order = schedule.order(
        [
            past_report,
            later,
            next_large,
            to_sign,
            tonight,
            past_convocation,
            next_small,
            convocation,
        ],
        NOW,
    )
    assert [each.sha256 for each in order] == [
        "convocation",
        "to sign",
        "begun an hour ago",
        "next, small",
        "next, large",
        "later",
        "past convocation",
        "past report",
    ]


# Cuts


def test_offline_is_told_soon() -> None:
    made = machine()
    for number in range(PATIENCE_BEFORE_CONTACT):
        play(made, SendBatch(()), lost(), Wait(2.0**number), events.Waited())
    play(made, SendBatch(()), lost(), Done(*LOST))


def test_a_lost_answer_is_asked_for_again_with_the_same_events() -> None:
    play(
        machine(Pending("e")),
        SendBatch(("e",)),
        lost(),
        Wait(1.0),
        Await(),
        events.Waited(),
        SendBatch(("e",)),
        answered(),
        ALL_WELL,
    )


def test_waits_grow_and_are_spread_over_the_whole_interval() -> None:
    assert [schedule.backoff(number, lambda: 1.0) for number in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert schedule.backoff(30, lambda: 1.0) == schedule.LONGEST_DELAY
    assert schedule.backoff(3, lambda: 0.25) == 1.0


def test_once_the_server_was_reached_more_cuts_are_borne() -> None:
    a = wanted("a")
    made = machine()
    play(made, SendBatch(()), answered(a))
    for number in range(PATIENCE):
        play(made, FetchBlob(a), lost("a"), Wait(2.0**number), events.Waited())
    play(made, FetchBlob(a), lost("a"), Done(*LOST))


def test_a_bad_line_that_brings_bytes_each_time_is_never_given_up() -> None:
    a = wanted("a")
    made = machine()
    play(made, SendBatch(()), answered(a))
    for _ in range(50):
        play(made, FetchBlob(a), lost("a", progress=True), Wait(1.0), events.Waited())
    play(made, FetchBlob(a), events.BlobStored("a"), ALL_WELL)


def test_files_lost_together_count_as_one_failure() -> None:
    files = [wanted(f"{number}") for number in range(DOWNLOADS)]
    made = machine()
    play(made, SendBatch(()), answered(*files))
    for _ in range(PATIENCE):
        play(made, *(FetchBlob(each) for each in files), Await())
        for each in files:
            made.tell(lost(each.sha256))
        assert isinstance(made.next(), Wait)
        made.tell(events.Waited())
    assert made.next() == FetchBlob(files[0])


def test_a_wait_lets_what_is_under_way_end_first() -> None:
    a, b = wanted("a"), wanted("b", 20)
    made = machine()
    play(made, SendBatch(()), answered(a, b), FetchBlob(a), FetchBlob(b), lost("a"), Await())
    play(made, events.BlobStored("b"), Wait(1.0), events.Waited(), FetchBlob(a))


# Answers


def test_a_server_that_asks_to_wait_is_obeyed_and_never_early() -> None:
    play(
        machine(),
        SendBatch(()),
        events.Throttled("", 2),
        Wait(2.2),
        events.Waited(),
        SendBatch(()),
        events.Throttled("", 2),
        Wait(2.2),
        events.Waited(),
        SendBatch(()),
        answered(),
        ALL_WELL,
    )
    assert schedule.obey(2, lambda: 0.0) == 2


def test_a_long_wait_ends_the_exchange_and_says_when() -> None:
    play(
        machine(),
        SendBatch(()),
        events.Throttled("", 600),
        Done(ThrottledError.code, (("seconds", 600),), retry_after=600),
    )


def test_wrong_bytes_are_fetched_again_then_left_without_stopping_the_rest() -> None:
    a, b = wanted("a"), wanted("b", 20)
    made = machine()
    play(made, SendBatch(()), answered(a, b))
    for _ in range(DAMAGES):
        play(made, FetchBlob(a))
        made.tell(events.BlobDamaged("a"))
    play(
        made,
        FetchBlob(b),
        events.BlobStored("b"),
        Done(DAMAGED_FILE, (("sha256", "a"),), retry_after=60, incomplete=1),
    )
    assert DamagedBlobError.code == DAMAGED_FILE


def test_a_file_that_the_server_does_not_give_is_left_and_named() -> None:
    a, b = wanted("a"), wanted("b", 20)
    play(
        machine(),
        SendBatch(()),
        answered(a, b),
        FetchBlob(a),
        FetchBlob(b),
        events.BlobRefused("a", "blob.unknown"),
        events.BlobStored("b", (Pending("receipt"),)),
        SendBatch(("receipt",)),
        answered(a),
        Done("blob.unknown", retry_after=60, incomplete=1),
    )


def test_a_file_that_is_never_taken_frees_the_other_events() -> None:
    play(
        machine(Pending("a", ("x",)), Pending("b")),
        UploadBlob("x"),
        events.UploadRefused("x", (Pending("b"),)),
        SendBatch(("b",)),
        answered(),
        ALL_WELL,
    )


def test_bytes_that_arrive_wrong_at_the_server_end_the_exchange_after_some_tries() -> None:
    made = machine(Pending("a", ("x",)))
    for _ in range(DAMAGES):
        play(made, UploadBlob("x"), events.BlobDamaged("x"))
    play(made, Done("blob.wrong_digest", (("sha256", "x"),)))


@pytest.mark.parametrize("code", ["device.revoked", "sync.unreadable_message", "store.disk_full"])
def test_what_makes_going_on_senseless_ends_it(code: str) -> None:
    a, b = wanted("a"), wanted("b", 20)
    play(
        machine(),
        SendBatch(()),
        answered(a, b),
        FetchBlob(a),
        FetchBlob(b),
        events.Stopped("a", code),
        Await(),
        events.BlobStored("b"),
        Done(code),
    )


def test_events_that_the_server_defers_are_named_at_the_end() -> None:
    deferred = (("server.storage_full", ()),)
    play(
        machine(Pending("e")),
        SendBatch(("e",)),
        events.BatchAnswered(more=False, moved=True, retry_after=60, deferred=deferred),
        Done("server.storage_full", retry_after=60),
    )


def test_a_server_that_promises_more_and_gives_nothing_is_left() -> None:
    play(machine(), SendBatch(()), answered(more=True, moved=False), Done("sync.no_progress"))


def test_a_server_that_answers_no_event_is_left() -> None:
    play(
        machine(Pending("e")),
        SendBatch(("e",)),
        answered(pending=[Pending("e")], moved=False),
        Done("sync.no_progress"),
    )


def test_the_person_may_end_it_at_any_time() -> None:
    a = wanted("a")
    made = machine()
    play(made, SendBatch(()), answered(a), FetchBlob(a), events.Cancelled(), Await())
    play(made, events.Stopped("a", "sync.cancelled"), Done(cancelled=True))
    waiting = machine()
    play(waiting, SendBatch(()), lost(), Wait(1.0), events.Cancelled(), Done(cancelled=True))


@pytest.mark.parametrize(
    "event",
    [
        events.BlobStored("never asked for"),
        events.BlobUploaded(""),
        events.Waited(),
        answered(),
    ],
)
def test_news_that_nobody_asked_for_is_an_error_and_nothing_happens(event: events.Event) -> None:
    made = machine()
    if not isinstance(event, events.BatchAnswered):
        play(made, SendBatch(()))
    with pytest.raises(UnexpectedEventError):
        made.tell(event)
    if not isinstance(event, events.BatchAnswered):
        play(made, answered(), ALL_WELL)
