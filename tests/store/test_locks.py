"""Dossiers that close: too long without contact, or a mandate that is over; time and its tricks."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.people import Role
from boardpack.domain.records import Access
from boardpack.store import access, changes, database, dossiers, elapsed, leaving, locks
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.errors import InconsistentReplyError
from boardpack.store.locks import GRACE, LockKind
from sync.protocol.messages import PROTOCOL, ExchangeReply
from tests.helpers import warm, wiped
from tests.helpers.local import (
    COUNCIL,
    KEY,
    MAYOR,
    Local,
    document,
    dossier,
    local,
    sha256,
    version,
)

CONTENT = b"%PDF-1.7 un rapport"


class Time:
    """The computer's clocks, and the server's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up = 1000.0
        self.now = self.server = clock.now()
        monkeypatch.setattr(clock, "uptime", lambda: self.up)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def pass_(self, **by: float) -> None:
        """Let time pass while the computer runs."""
        span = timedelta(**by)
        self.up += span.total_seconds()
        self.now += span
        self.server += span

    def off(self, **by: float) -> None:
        """Let time pass while the computer is off."""
        span = timedelta(**by)
        self.now += span
        self.server += span
        self.up = 5.0

    def set_clock(self, **by: float) -> None:
        """Set the clock of the day."""
        self.now += timedelta(**by)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def device(tmp_path: Path, time: Time) -> Iterator[Local]:
    """A member of the council, who holds a dossier."""
    with local(tmp_path, MAYOR) as made:
        made.hold(CONTENT)
        made.tell(dossier(document("a", version(CONTENT))))
        yield made


def contact(device: Local, at: datetime) -> None:
    """Hear the server, which says its time and nothing else."""
    reply = ExchangeReply(
        protocol=PROTOCOL,
        epoch="epoch",
        server_time=at,
        answers=(),
        changes=(),
        cursor={"assembly:council": device.seq},
        more=False,
    )
    changes.apply(device.store, reply, lambda _sealed: None)


def tick(device: Local) -> None:
    with device.store.transaction() as connection:
        elapsed.keep(connection)
        leaving.expire(connection)


def closed(device: Local) -> dict[str, str]:
    found = locks.locks(device.store.connection)
    return {name: lock.kind.value for name, lock in found.items()}


# Without contact


def test_after_the_lease_dossiers_close_until_the_next_contact(device: Local, time: Time) -> None:
    time.pass_(days=29, hours=23)
    assert closed(device) == {}
    time.pass_(hours=1)
    assert closed(device) == {"council": "lease"}
    assert dossiers.projected(device.store.connection), "titles stay in sight"
    assert device.blobs.read(sha256(CONTENT)) == CONTENT, "nothing is erased"
    contact(device, time.server)
    assert closed(device) == {}


@pytest.mark.parametrize(("days", "after"), [(7, 7), (90, 90), (0, 400)])
def test_each_assembly_has_its_own_lease(device: Local, time: Time, days: int, after: int) -> None:
    from dataclasses import replace

    device.tell(replace(COUNCIL, lease_days=days))
    time.pass_(days=after - 1)
    assert closed(device) == {}
    time.pass_(days=2)
    assert closed(device) == ({"council": "lease"} if days else {})


@pytest.mark.parametrize("back", [{"days": -20}, {"days": -3650}])
def test_a_clock_set_back_extends_nothing(
    device: Local, time: Time, back: dict[str, float]
) -> None:
    time.off(days=20)
    tick(device)
    time.set_clock(**back)
    assert closed(device) == {}
    time.pass_(days=10)
    assert closed(device) == {"council": "lease"}, "what ran counts, and what was reached"


def test_a_clock_set_back_over_restarts_extends_only_what_it_was_off(
    device: Local, time: Time
) -> None:
    for _ in range(4):
        time.pass_(days=8)
        tick(device)
        time.set_clock(days=-8)
        time.off()
        tick(device)
    assert closed(device) == {"council": "lease"}


def test_a_clock_that_jumps_ahead_closes_and_contact_opens(device: Local, time: Time) -> None:
    time.set_clock(days=3650)
    tick(device)
    assert closed(device) == {"council": "lease"}
    contact(device, time.server)
    assert closed(device) == {}, "the server says what time it is"
    time.set_clock(days=-3650)
    time.pass_(days=29)
    assert closed(device) == {}
    time.pass_(days=1)
    assert closed(device) == {"council": "lease"}


def test_a_device_whose_clock_was_always_wrong_has_its_whole_lease(
    device: Local, time: Time
) -> None:
    time.set_clock(days=-4000)
    contact(device, time.server)
    time.off(days=29)
    assert closed(device) == {}
    time.off(days=1)
    assert closed(device) == {"council": "lease"}


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_server_whose_time_is_impossible_is_not_believed(
    device: Local, time: Time, year: int
) -> None:
    with pytest.raises(InconsistentReplyError):
        contact(device, time.server.replace(year=year))
    with pytest.raises(InconsistentReplyError):
        contact(device, time.server.replace(tzinfo=None))


def test_time_is_written_seldom(device: Local, time: Time) -> None:
    before = elapsed.load(device.store.connection)
    time.pass_(minutes=9)
    tick(device)
    assert elapsed.load(device.store.connection) == before
    time.pass_(minutes=1)
    tick(device)
    assert elapsed.load(device.store.connection) != before


# A mandate that is over

OVER = Access(COUNCIL.assembly_id, (), granted=False)
AGAIN = Access(COUNCIL.assembly_id, (Role.MEMBER,), granted=True)
FOR_CAUSE = Access(COUNCIL.assembly_id, (), granted=False, immediate=True)


def test_a_mandate_that_is_over_closes_then_erases(device: Local, time: Time) -> None:
    device.tell(OVER)
    (lock,) = locks.locks(device.store.connection).values()
    assert (lock.kind, lock.until) == (LockKind.MANDATE, lock.since + GRACE)
    assert access.granted(device.store.connection) == {}
    assert device.blobs.read(sha256(CONTENT)) == CONTENT
    time.off(days=29)
    tick(device)
    assert dossiers.projected(device.store.connection)
    time.off(days=1)
    tick(device)
    assert dossiers.projected(device.store.connection) == {}
    assert not device.blobs.has(sha256(CONTENT)), "its key is destroyed"
    assert locks.locks(device.store.connection) == {}
    assert device.blobs.sweep() == 1


def test_told_twice_the_time_runs_from_the_first(device: Local, time: Time) -> None:
    device.tell(OVER)
    first = locks.endings(device.store.connection)
    time.pass_(days=10)
    device.tell(OVER)
    assert locks.endings(device.store.connection) == first


def test_a_mandate_given_again_opens_everything_as_it_was(device: Local, time: Time) -> None:
    device.tell(OVER)
    time.pass_(days=20)
    device.tell(AGAIN)
    assert closed(device) == {}
    time.pass_(days=20)
    contact(device, time.server)
    tick(device)
    assert device.blobs.read(sha256(CONTENT)) == CONTENT
    device.tell(OVER)
    (since,) = locks.endings(device.store.connection).values()
    assert since == time.server, "the time to export runs anew"


def test_access_taken_for_a_cause_leaves_nothing(device: Local, time: Time) -> None:
    device.tell(OVER)
    device.tell(FOR_CAUSE)
    assert dossiers.projected(device.store.connection) == {}
    assert not device.blobs.has(sha256(CONTENT))
    assert locks.endings(device.store.connection) == {}


def test_an_assembly_that_was_never_here_has_nothing_to_export(device: Local, time: Time) -> None:
    device.tell(Access("elsewhere", (), granted=False))
    assert locks.endings(device.store.connection) == {}


# Killed


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
def test_killed_while_erasing_an_assembly_all_of_it_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BALLAST_BYTES", 16)
    with local(tmp_path, MAYOR) as made:
        made.hold(CONTENT)
        made.tell(dossier(document("a", version(CONTENT))), OVER)
    folder = tmp_path / MAYOR.official_id
    context = warm.context()
    outcomes: list[str] = []
    for step in range(1, 300):
        copy = tmp_path / f"copy{step}"
        shutil.copytree(folder, copy)
        process = context.Process(target=wiped.leave_until, args=(copy, step))
        process.start()
        process.join()
        ended, exitcode = process.exitcode == 0, process.exitcode
        process.close()
        assert ended or exitcode == -signal.SIGKILL
        outcomes.append(_outcome(copy))
        shutil.rmtree(copy)
        if ended:
            break
    assert outcomes[0] == "there"
    assert outcomes[-1] == "gone"
    assert outcomes == sorted(outcomes, reverse=True), "never back once gone"


def _outcome(folder: Path) -> str:
    store = Store.open(folder, KEY)
    try:
        blobs = BlobStore(store)
        blobs.sweep()
        here = dossiers.projected(store.connection)
        files = [each for each in (folder / "blobs").rglob("*") if each.is_file()]
        if here:
            assert blobs.read(sha256(CONTENT)) == CONTENT
            assert locks.endings(store.connection)
            return "there"
        assert not blobs.has(sha256(CONTENT))
        assert files == []
        assert locks.endings(store.connection) == {}
        return "gone"
    finally:
        store.close()
