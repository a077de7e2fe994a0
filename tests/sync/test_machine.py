"""The exchange as a dialogue: what the machine asks for after each answer and each cut."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from boardpack.domain.ports import ThrottledError
from boardpack.domain.transfers import Allowance, DeltaKind, DeltaOffer, Pending, Wanted
from boardpack.store.errors import DamagedBlobError
from sync.engine import events, ladder, schedule
from sync.engine.commands import (
    AskDeltas,
    Await,
    Command,
    Done,
    FetchBlob,
    FetchDelta,
    Interrupt,
    SendBatch,
    UploadBlob,
    Wait,
)
from sync.engine.machine import (
    DAMAGED_FILE,
    DAMAGES,
    PATIENCE,
    PATIENCE_BEFORE_CONTACT,
    SyncMachine,
    UnexpectedEventError,
)
from sync.engine.queue import BRIEF, DOWNLOADS
from sync.protocol.messages import FoundDeltas

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LOST = ("client.connection_lost", ())


def machine(
    *pending: Pending, jitter: float = 1.0, allowance: Allowance | None = None
) -> SyncMachine:
    return SyncMachine(pending, NOW, lambda: jitter, allowance or Allowance())


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
        if isinstance(line, Command):
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
        "begun an hour ago",
        "convocation",
        "to sign",
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


# Deltas


def delta(base: str, size: int = 3, kind: DeltaKind = DeltaKind.RECIPE) -> DeltaOffer:
    return DeltaOffer(base, kind, size, f"artefact-{kind}-{base}-{size}")


def found(name: str, *offers: DeltaOffer, again: int = 0) -> events.DeltasAnswered:
    return events.DeltasAnswered((FoundDeltas(name, offers, again),))


def revision(name: str, *bases: str, size: int = 1000, **facts: bool) -> Wanted:
    return dataclasses.replace(wanted(name, size, **facts), bases=bases or ("old",))


def test_the_server_is_asked_once_for_all_files_that_something_here_helps() -> None:
    a, b, c = revision("a"), revision("b", "x", "y"), wanted("c", 2000)
    first, second = delta("old"), delta("y")
    answer = (FoundDeltas("a", (first,)), FoundDeltas("b", (second,)))
    play(
        machine(),
        SendBatch(()),
        answered(a, b, c),
        AskDeltas((a, b)),
        FetchBlob(c),
        Await(),
        events.DeltasAnswered(answer),
        FetchDelta(a, first),
        FetchDelta(b, second),
        Await(),
        events.BlobStored("a"),
        events.BlobStored("b"),
        events.BlobStored("c", (Pending("receipt"),)),
        SendBatch(("receipt",)),
        answered(),
        ALL_WELL,
    )


def test_a_failed_delta_goes_down_the_ladder_to_the_whole() -> None:
    a = revision("a")
    kinds = ((9, DeltaKind.RECIPE), (2, DeltaKind.PDF), (5, DeltaKind.ZSTD))
    rungs = [delta("old", size, kind) for size, kind in kinds]
    made = machine()
    play(made, SendBatch(()), answered(a), AskDeltas((a,)), found("a", *rungs))
    for rung in (rungs[1], rungs[2], rungs[0]):
        play(made, FetchDelta(a, rung), events.DeltaFailed("a"))
    assert (made.delta_failures, made.fallback_whole) == (3, 1)
    play(made, FetchBlob(a), events.BlobStored("a"), ALL_WELL)


def test_no_more_than_some_rungs_are_tried() -> None:
    a = revision("a", *(f"b{number}" for number in range(9)))
    rungs = [delta(f"b{number}", 10 + number) for number in range(9)]
    made = machine()
    play(made, SendBatch(()), answered(a), AskDeltas((a,)), found("a", *rungs))
    for rung in rungs[: ladder.TRIES]:
        play(made, FetchDelta(a, rung), events.DeltaFailed("a"))
    play(made, FetchBlob(a), events.BlobStored("a"), ALL_WELL)


@pytest.mark.parametrize(
    "offer",
    [
        delta("a base that was not named"),
        delta("old", 1000),
        delta("old", 0),
        DeltaOffer("old", DeltaKind.RECIPE, 3, "b"),
    ],
    ids=["foreign base", "as large as the file", "empty", "under the digest of a wanted file"],
)
def test_an_offer_that_makes_no_sense_is_none(offer: DeltaOffer) -> None:
    a, b = revision("a"), wanted("b", 2000)
    play(machine(), SendBatch(()), answered(a, b), AskDeltas((a,)), found("a", offer), FetchBlob(a))


def test_two_files_are_never_made_of_deltas_of_one_digest() -> None:
    a, b = revision("a"), revision("b", size=1001)
    offer = delta("old")
    answer = events.DeltasAnswered((FoundDeltas("a", (offer,)), FoundDeltas("b", (offer,))))
    made = machine()
    play(made, SendBatch(()), answered(a, b), AskDeltas((a, b)), answer)
    play(made, FetchDelta(a, offer), FetchBlob(b))


def test_what_is_being_computed_lets_others_go_first_then_is_asked_for_again() -> None:
    a, b = revision("a"), wanted("b", 2000)
    offer = delta("old")
    play(
        machine(),
        SendBatch(()),
        answered(a, b),
        AskDeltas((a,)),
        found("a", again=3),
        FetchBlob(b),
        Await(),
        events.BlobStored("b"),
        Wait(3),
        events.Waited(),
        AskDeltas((a,)),
        found("a", offer),
        FetchDelta(a, offer),
        events.BlobStored("a"),
        ALL_WELL,
    )


def test_the_wait_for_deltas_is_bounded() -> None:
    a = revision("a")
    made = machine()
    play(made, SendBatch(()), answered(a))
    for _ in range(ladder.ASKS - 1):
        play(made, AskDeltas((a,)), found("a", again=3_600))
        play(made, Wait(ladder.LONGEST_WAIT), events.Waited())
    play(made, AskDeltas((a,)), found("a", again=3_600))
    play(made, FetchBlob(a), events.BlobStored("a"), ALL_WELL)
    assert made.fallback_whole == 0, "nothing failed"


@pytest.mark.parametrize("fact", ["opened", "to_sign", "convocation"])
def test_what_is_urgent_does_not_wait_for_deltas(fact: str) -> None:
    a = revision("a", **{fact: True})
    play(machine(), SendBatch(()), answered(a), AskDeltas((a,)), found("a", again=3), FetchBlob(a))


def test_a_file_that_the_person_opens_meanwhile_comes_next_and_at_once() -> None:
    a, b, c = revision("a"), wanted("b", 2000), wanted("c", 3000)
    made = machine()
    play(made, SendBatch(()), answered(a, b, c), AskDeltas((a,)), found("a", again=3))
    play(made, events.Opened("a"), FetchBlob(a), events.Opened("c"), FetchBlob(c), Await())
    play(made, events.Opened("unknown"), Await(), events.BlobStored("a"), Await())
    play(made, events.BlobStored("c"), FetchBlob(b))


def test_a_lost_search_is_tried_again_then_done_without() -> None:
    a = revision("a")
    made = machine()
    play(made, SendBatch(()), answered(a))
    for number in range(ladder.LOST):
        play(made, AskDeltas((a,)), lost(events.DELTAS), Wait(2.0**number), events.Waited())
    play(made, FetchBlob(a), events.BlobStored("a"), ALL_WELL)


def test_a_busy_server_is_obeyed_before_it_is_asked_again() -> None:
    a = revision("a")
    made = machine(jitter=0)
    play(made, SendBatch(()), answered(a), AskDeltas((a,)), events.Throttled(events.DELTAS, 2))
    play(made, Wait(2), events.Waited(), AskDeltas((a,)))


def test_a_cut_delta_is_taken_up_again() -> None:
    a = revision("a")
    offer = delta("old")
    made = machine()
    play(made, SendBatch(()), answered(a), AskDeltas((a,)), found("a", offer))
    for _ in range(9):
        play(made, FetchDelta(a, offer), lost("a", progress=True), Wait(1.0), events.Waited())
    play(made, FetchDelta(a, offer), events.BlobStored("a"), ALL_WELL)


def test_one_delta_at_a_time_takes_much_memory() -> None:
    large = [revision(f"{number}", size=ladder.HEAVY + 1 + number) for number in range(3)]
    heavy, light = delta("old", 5, DeltaKind.ZSTD), delta("old", 6)
    other = dataclasses.replace(heavy, sha256="other artefact")
    answer = tuple(
        FoundDeltas(each.sha256, (offer,))
        for each, offer in zip(large, (heavy, other, light), strict=True)
    )
    made = machine()
    play(made, SendBatch(()), answered(*large), AskDeltas(tuple(large)))
    play(made, events.DeltasAnswered(answer), FetchDelta(large[0], heavy))
    play(made, FetchDelta(large[2], light), Await(), events.BlobStored("0"))
    play(made, FetchDelta(large[1], other))


# What the person steers


SMALL_ONLY = Allowance(1000)
NONE = Allowance(0)


def test_a_document_tapped_while_eighty_others_come_is_the_next_to_begin() -> None:
    files = [wanted(f"{number:02}", 10 + number) for number in range(80)]
    made = machine()
    play(made, SendBatch(()), answered(*files), *map(FetchBlob, files[:DOWNLOADS]), Await())
    play(made, events.Opened("79"), events.BlobStored("00"), FetchBlob(files[79]), Await())
    play(made, events.BlobStored("01"), Await(), events.BlobStored("79"))
    play(made, FetchBlob(files[6]), FetchBlob(files[7]), Await())


def test_what_is_under_way_makes_way_for_what_the_person_opens() -> None:
    brief, large = wanted("brief", BRIEF), wanted("large", BRIEF + 1)
    opened = wanted("opened", 900_000, days=20)
    made = machine()
    play(made, SendBatch(()), answered(brief, large, opened))
    play(made, FetchBlob(brief), FetchBlob(large), events.Opened("opened"))
    # `opened` was about to begin anyway: six may be under way.
    play(made, Interrupt("large"), FetchBlob(opened), Await(), events.Interrupted("large"))
    play(made, Await(), events.BlobStored("brief"), Await(), events.BlobStored("opened"))
    play(made, FetchBlob(large), Await(), events.BlobStored("large"), ALL_WELL)


def test_what_ends_before_it_is_interrupted_counts() -> None:
    large, opened = wanted("large", BRIEF + 1), wanted("opened", 900_000, days=20)
    made = machine()
    play(made, SendBatch(()), answered(large, opened), FetchBlob(large))
    play(made, events.Opened("opened"), Interrupt("large"), events.BlobStored("large"))
    play(made, FetchBlob(opened), Await(), events.BlobStored("opened"), ALL_WELL)


def test_what_may_not_come_by_itself_is_held_and_said() -> None:
    small, large, asked = wanted("small", 999), wanted("large", 1000), wanted("asked", 5000)
    made = machine(allowance=Allowance(1000, frozenset({"asked"})))
    play(made, SendBatch(()), answered(small, large, asked))
    play(made, FetchBlob(small), FetchBlob(asked), Await())
    play(made, events.BlobStored("small"), events.BlobStored("asked"))
    play(made, dataclasses.replace(ALL_WELL, held=1))


def test_a_large_file_comes_where_its_delta_is_small() -> None:
    a, b = revision("a"), revision("b")
    made = machine(allowance=SMALL_ONLY)
    play(made, SendBatch(()), answered(a, b), AskDeltas((a, b)))
    offer = delta("old")
    play(made, events.DeltasAnswered((FoundDeltas("a", (offer,)),)), FetchDelta(a, offer))
    # A delta that fails does not bring the whole by the back door.
    play(made, events.DeltaFailed("a"), dataclasses.replace(ALL_WELL, held=2))


def test_a_pause_lets_nothing_begin_and_stops_what_is_under_way() -> None:
    a, b = wanted("a", 5000), revision("b")
    made = machine()
    play(made, SendBatch(()), answered(a, b), AskDeltas((b,)), found("b", again=3), FetchBlob(a))
    play(made, events.Allowed(NONE), Interrupt("a"), Await(), events.Interrupted("a"))
    held = dataclasses.replace(ALL_WELL, held=2)
    play(made, held)
    later = machine(allowance=NONE)
    play(later, SendBatch(()), answered(a, b), held)
    opening = machine(allowance=NONE)
    play(opening, SendBatch(()), answered(a, b), events.Opened("a"), FetchBlob(a))
    play(opening, events.Allowed(Allowance()), AskDeltas((b,)))


def test_a_file_opened_before_its_deltas_are_asked_for_does_not_wait_for_them() -> None:
    a, b = revision("a"), wanted("b", 2000)
    made = machine()
    play(made, SendBatch(()), answered(a, b), events.Opened("a"), AskDeltas((a,)))
    play(made, found("a", again=3), FetchBlob(a))
