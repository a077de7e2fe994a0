"""The hybrid clock: what comes later has the later stamp, whatever the clocks say."""

from datetime import UTC, datetime, timedelta

import pytest

from boardpack.domain.hlc import AHEAD_MS, HybridClock, Stamp, written_at

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
YEARS = timedelta(days=3653)


def test_stamps_rise_within_a_millisecond() -> None:
    clock, first = HybridClock().tick(NOON, "a")
    _, second = clock.tick(NOON, "a")
    assert (first, second) == (
        Stamp(1_772_625_600_000, 0, "a"),
        Stamp(1_772_625_600_000, 1, "a"),
    )
    assert written_at(first) == NOON


@pytest.mark.parametrize("jump", [timedelta(days=-1), -YEARS, timedelta(days=1), YEARS])
def test_a_clock_that_jumps_never_goes_back(jump: timedelta) -> None:
    clock, first = HybridClock().tick(NOON, "a")
    clock, second = clock.tick(NOON + jump, "a")
    _, third = clock.tick(NOON, "a")
    assert first < second < third


def test_what_follows_another_devices_stamp_lies_after_it() -> None:
    theirs = Stamp(1_772_625_600_000 + 10_000, 7, "b")
    clock, mine = HybridClock().tick(NOON, "a", theirs)
    assert mine == Stamp(theirs.ms, 8, "a")
    assert (clock.ms, clock.nth) == (1_772_625_600_000, 0), "overtaken, not followed"


def test_a_clock_that_is_wrong_is_put_right_by_the_server() -> None:
    clock = HybridClock().meet(NOON, NOON - YEARS)
    _, stamp = clock.tick(NOON - YEARS + timedelta(hours=1), "a")
    assert written_at(stamp) == NOON + timedelta(hours=1)
    assert clock.clamped_at is None, "behind is not ahead"


def test_the_time_that_an_exchange_takes_is_no_wrong_clock() -> None:
    assert HybridClock().meet(NOON, NOON + timedelta(seconds=9)).offset_ms == 0
    assert HybridClock().meet(NOON, NOON - timedelta(seconds=11)).offset_ms == 11_000


def test_a_device_from_the_future_is_followed_five_minutes_only() -> None:
    ahead = Stamp(1_772_625_600_000 + 4 * 60_000, 3, "b")
    clock = HybridClock().meet(NOON, NOON, ahead)
    assert (clock.ms, clock.nth, clock.clamped_at) == (ahead.ms, 3, None)
    far = Stamp(ahead.ms + 10 * 365 * 86_400_000, 3, "b")
    clock = HybridClock().meet(NOON, NOON, far)
    assert clock.ms == 1_772_625_600_000 + AHEAD_MS
    assert clock.clamped_at == NOON


def test_a_device_that_was_in_the_future_comes_back() -> None:
    clock, wild = HybridClock().tick(NOON + YEARS, "a")
    clock = clock.meet(NOON, NOON)
    assert clock.clamped_at == NOON
    _, sane = clock.tick(NOON + timedelta(hours=1), "b")
    assert sane < wild
    _, follows = clock.tick(NOON + timedelta(hours=1), "a", wild)
    assert follows > wild, "but never loses to what it follows"


def test_a_counter_at_its_end_goes_on() -> None:
    last = Stamp(2**40, 2**31 - 1, "b")
    _, stamp = HybridClock().tick(NOON, "a", last._replace(ms=2**42))
    assert stamp == Stamp(2**42 + 1, 0, "a")
