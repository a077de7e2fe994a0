"""Tries of the unlock secret: few are free, then waits that grow and outlive everything."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.waits import TooSoonError
from boardpack.sealing.errors import DamagedSealError, WrongSecretError
from boardpack.sealing.wrap import WRAPPED_SIZE
from boardpack.store import disk, keys, twice
from boardpack.store.attempts import FREE, WAITS
from boardpack.store.errors import DiskFullError
from tests.helpers import cheap, warm, wiped

PHRASE = "quatre mots sans rapport"
OTHER = "une autre phrase de passe"
WRONG = "ce n'est pas la bonne"


class Time:
    """The computer's two clocks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up = 1000.0
        self.now = clock.now()
        monkeypatch.setattr(clock, "uptime", lambda: self.up)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_(self, seconds: float) -> None:
        """Let time pass while the computer runs."""
        self.up += seconds
        self.now += timedelta(seconds=seconds)

    def set_clock(self, **by: float) -> None:
        """Set the clock of the day; no time passes."""
        self.now += timedelta(**by)

    def restart(self, off: float = 0.0) -> None:
        """Switch the computer off for so long, and on again."""
        self.now += timedelta(seconds=off)
        self.up = 5.0


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap.secrets(monkeypatch)
    profile, _ = keys.create(tmp_path, PHRASE)
    keys.save_profile(tmp_path, profile)
    return tmp_path


def profile_of(folder: Path) -> keys.Profile:
    profile = keys.read_profile(folder)
    assert profile is not None
    return profile


def try_(folder: Path, secret: str = WRONG) -> int:
    """Return the seconds to wait that an attempt brings, 0 for a plain "wrong"."""
    try:
        keys.unlock(folder, profile_of(folder), secret)
    except TooSoonError as error:
        return error.seconds
    except WrongSecretError:
        return 0
    return -1


def left(folder: Path) -> int:
    return keys.waiting(folder, profile_of(folder))


def miss(folder: Path, time: Time, count: int) -> None:
    """Miss `count` times, waiting as told."""
    for _ in range(count):
        time.pass_(try_(folder))


def test_a_few_are_free_then_the_wait_grows_and_stays(folder: Path, time: Time) -> None:
    waits = []
    for _ in range(FREE + len(WAITS) + 2):
        waits.append(try_(folder))
        assert left(folder) == waits[-1]
        time.pass_(waits[-1])
    assert waits == [0] * FREE + [*WAITS, WAITS[-1], WAITS[-1]]
    assert waits[FREE : FREE + 5] == [30, 60, 300, 900, 3600]


def test_while_one_waits_nothing_is_judged_and_nothing_counted(folder: Path, time: Time) -> None:
    miss(folder, time, FREE)
    assert try_(folder) == 30
    for _ in range(20):
        assert try_(folder, PHRASE) == 30, "not even the right one"
    time.pass_(29)
    assert try_(folder, PHRASE) == 1
    time.pass_(1)
    assert try_(folder, PHRASE) == -1


def test_the_right_one_begins_anew(folder: Path, time: Time) -> None:
    miss(folder, time, FREE + 3)
    assert try_(folder, PHRASE) == -1
    assert [try_(folder) for _ in range(FREE)] == [0] * FREE
    assert try_(folder, PHRASE) == -1
    assert left(folder) == 0


def test_a_wait_outlives_the_program_and_the_computer(folder: Path, time: Time) -> None:
    miss(folder, time, FREE + 3)
    assert try_(folder) == 900
    time.pass_(100)
    assert left(folder) == 800
    time.restart(off=60)
    assert left(folder) == 740
    time.pass_(40)
    assert left(folder) == 700
    time.restart(off=700)
    assert left(folder) == 0


@pytest.mark.parametrize("by", [{"days": -1}, {"days": -3650}, {"days": 1}, {"days": 3650}])
def test_setting_the_clock_shortens_nothing(folder: Path, time: Time, by: dict[str, float]) -> None:
    miss(folder, time, FREE + 4)
    assert try_(folder) == WAITS[4]
    before = left(folder)
    time.set_clock(**by)
    assert left(folder) == before
    time.pass_(10)
    assert left(folder) == before - 10


def test_a_clock_set_back_over_a_restart_shortens_nothing(folder: Path, time: Time) -> None:
    miss(folder, time, FREE + 4)
    try_(folder)
    before = left(folder)
    time.set_clock(days=-2)
    time.restart()
    assert before - 5 <= left(folder) <= before
    time.pass_(100)
    assert before - 105 <= left(folder) <= before - 100, "only what ran counts"


def test_a_clock_that_was_far_ahead_keeps_nobody_out(folder: Path, time: Time) -> None:
    """Missed under a clock ten years ahead, then set right: the wait ends all the same."""
    time.set_clock(days=3650)
    miss(folder, time, FREE)
    assert try_(folder) == 30
    time.set_clock(days=-3650)
    time.restart()
    time.pass_(30)
    assert try_(folder, PHRASE) == -1


def test_a_count_that_cannot_be_read_uses_up_what_is_free(folder: Path, time: Time) -> None:
    sealed = folder / keys.SEALED
    sealed.write_bytes(sealed.read_bytes()[:WRAPPED_SIZE] + b"{")
    assert try_(folder) == 30


def test_a_damaged_key_is_told_and_costs_no_wait(folder: Path, time: Time) -> None:
    data = (folder / keys.SEALED).read_bytes()
    twice.write(folder, keys.SEALED, data[:70] + bytes([data[70] ^ 1]) + data[71:])
    for _ in range(FREE + 3):
        with pytest.raises(DamagedSealError):
            keys.unlock(folder, profile_of(folder), PHRASE)


def test_a_full_disk_keeps_nobody_out(
    folder: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise DiskFullError

    monkeypatch.setattr(disk, "write", full)
    assert try_(folder) == 0
    assert try_(folder, PHRASE) == -1


def test_another_secret_asks_for_the_old_one_under_the_same_count(folder: Path, time: Time) -> None:
    profile = profile_of(folder)
    miss(folder, time, FREE)
    with pytest.raises(TooSoonError):
        keys.change_secret(folder, profile, WRONG, OTHER)
    with pytest.raises(TooSoonError):
        keys.change_secret(folder, profile, PHRASE, OTHER)
    time.pass_(30)
    keys.change_secret(folder, profile, PHRASE, OTHER)
    assert try_(folder, OTHER) == -1
    assert try_(folder, PHRASE) == 0


# Killed

Victim = Callable[[Path, int], None]


def lives(target: Victim, folder: Path, tmp_path: Path) -> list[tuple[int, Path]]:
    """Let a process die at each of its steps; return (exit code, the folder it left)."""
    context = warm.context()
    found: list[tuple[int, Path]] = []
    for step in range(1, 300):
        copy = tmp_path / f"copy{step}"
        copy.mkdir()
        for name in (keys.SEALED, keys.PROFILE):
            shutil.copy(folder / name, copy)
        process = context.Process(target=target, args=(copy, step))
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        found.append((code, copy))
        if code == 0:
            return found
        assert code == -signal.SIGKILL
    raise AssertionError("it never ends")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
def test_killed_while_changing_it_the_old_or_the_new_opens(folder: Path, tmp_path: Path) -> None:
    found = lives(wiped.change_until, folder, tmp_path)
    outcomes = []
    for _code, copy in found:
        opens = [each for each in (PHRASE, OTHER) if try_(copy, each) == -1]
        assert len(opens) == 1, "never neither, never both"
        outcomes += opens
    assert outcomes[0] == PHRASE
    assert outcomes[-1] == OTHER
    assert outcomes.index(OTHER) == outcomes.count(PHRASE), "once changed it stays changed"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
def test_an_attempt_that_is_killed_was_one(folder: Path, tmp_path: Path) -> None:
    """Nobody tries for free by ending the program before it has counted."""
    found = lives(wiped.miss_until, folder, tmp_path)
    counts = []
    for _code, copy in found:
        data = (copy / keys.SEALED).read_bytes()
        counts.append(keys.Held.decode(data, profile_of(copy)).attempts.misses)
    assert counts == sorted(counts)
    assert counts[-1] == 1
