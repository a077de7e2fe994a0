"""Fault tests 1 to 6 and 10 of the design, and its extras about the line.

Real server process, real proxy, real sockets, the real program. Every test runs twice: as the
program is, and (with --long) with its protection switched off, when it must fail.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import pytest

from boardpack.services.program import Session
from boardpack.store import changes
from sync.client import file_line
from tests.faults import mutations
from tests.faults.conftest import Mutation, Scene, once, whole
from tests.faults.proving import both, proves
from tests.helpers.town import SECRET
from tests.story.programs import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

BLOBS = "/api/v1/blobs/"
EXCHANGE = "/api/v1/exchange"
BIG = 3_000_000


def councillor(scene: Scene, *sizes: int) -> Session:
    """Return a councillor's new device, with a dossier to receive."""
    session = scene.device("councillor")
    once(session)
    scene.publish(*sizes)
    scene.proxy.line.seen.clear()
    return session


@both(mutations.no_resume)
def test_2_a_cut_body_goes_on_where_it_was_cut(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, BIG)

    def scenario() -> None:
        scene.proxy.fault("truncated", path=BLOBS, value=1_500_000, times=4)
        for _ in range(8):
            once(session)
        whole(session)
        resumed = [each for each in scene.proxy.requests("GET", BLOBS) if each.range]
        assert resumed
        assert all(each.status == 206 for each in resumed)

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_digest)
def test_3_a_flipped_byte_is_found_dropped_and_fetched_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, BIG)

    def scenario() -> None:
        scene.proxy.fault("flipped", path=BLOBS + scene.sent[0], value=2_000_000, times=2)
        assert not once(session).code
        whole(session)

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_restart)
def test_4_a_server_that_ignores_ranges_sends_all_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, BIG)

    def scenario() -> None:
        annex = BLOBS + scene.sent[0]
        scene.proxy.fault("truncated", path=annex, value=1_500_000)
        scene.proxy.fault("norange", path=annex, times=99)
        assert not once(session).code
        whole(session)
        fetched = [each for each in scene.proxy.requests("GET", BLOBS) if each.received >= BIG]
        assert len(fetched) == 2

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_obedience)
def test_5_a_server_that_asks_to_wait_is_not_asked_before(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, 1000)

    def scenario() -> None:
        scene.proxy.fault("busy", path=EXCHANGE, value=2, times=2)
        waits: list[float] = []
        assert not once(session, waits).code
        # Others may follow, for corrected files that the server is still making small.
        assert all(2 <= each <= 2.2 for each in waits[:2])
        assert len(waits) >= 2
        assert len(scene.proxy.requests("POST", EXCHANGE)) >= 3
        whole(session)

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_patience)
def test_6_a_server_that_starts_again_in_the_middle_costs_a_pause(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, BIG, BIG + 1, BIG + 2)
    restarted: list[float] = []

    def restart(request: object) -> None:
        path = getattr(request, "url").path  # noqa: B009
        if path.startswith(BLOBS) and not restarted:
            restarted.append(time.monotonic())
            server = scene.town.server
            server.stop()
            scene.proxy.fault("offline", times=2)
            server.start()

    def scenario() -> None:
        scene.proxy.line.on_request = restart
        assert not once(session).code
        assert restarted
        whole(session)

    try:
        proves(mutation, monkeypatch, scenario)
    finally:
        scene.proxy.heal()


@both(mutations.new_identity_each_time)
def test_10_a_lost_answer_does_not_make_an_action_count_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, 1000)
    once(session)
    row = next(each for each in session.reading.sittings() if each.acknowledged_at is None)
    session.reading.acknowledge(row.sitting_id)
    before = _applied(scene)

    def scenario() -> None:
        scene.proxy.fault("lost answer", path=EXCHANGE)
        once(session)
        once(session)
        assert session.synchronizing.state().waiting == 0
        assert session.synchronizing.rejected() == ()
        assert _applied(scene) == before + 1

    proves(mutation, monkeypatch, scenario)


def _applied(scene: Scene) -> int:
    """Return how many acknowledgements the server has applied, from its own database."""
    path = next(scene.town.server.data.glob("*.sqlite3"))
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        (found,) = database.execute(
            f"SELECT count(*) FROM {_table(database)}"  # noqa: S608 the server's own name
            " WHERE kind = 'convocation_acknowledged'"
        ).fetchone()
    return int(found)


def _table(database: sqlite3.Connection) -> str:
    (name,) = database.execute(
        "SELECT name FROM sqlite_master WHERE name LIKE '%appliedevent' AND type = 'table'"
    ).fetchone()
    return str(name)


@both(mutations.any_answer_is_the_file)
def test_a_login_page_is_no_file(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, BIG)

    def scenario() -> None:
        scene.proxy.fault("captive", path=BLOBS, times=99)
        once(session)
        scene.proxy.heal()
        assert not once(session).code
        whole(session)

    proves(mutation, monkeypatch, scenario)


class KilledError(BaseException):
    """Nothing after this line runs."""


@both(mutations.cursor_before_records)
def test_a_first_reception_ended_within_any_page_skips_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    scene.publish(1000)
    session = scene.device("councillor")
    put, left = changes._Arrival.put, [0]

    def killed_at(arrival: Any, change: Any, record: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KilledError
        put(arrival, change, record)

    def scenario() -> None:
        for number in (1, 2, 5, 9):
            left[0] = number
            with contextlib.suppress(KilledError):
                once(session)
        left[0] = 0
        assert not once(session).code
        whole(session)
        known = {row.sitting_id for row in scene.office.reading.sittings()}
        assert {row.sitting_id for row in session.reading.sittings()} == known

    monkeypatch.setattr(changes._Arrival, "put", killed_at)
    proves(mutation, monkeypatch, scenario)


@pytest.mark.parametrize(
    "mutation",
    ["", pytest.param("no_resume", marks=pytest.mark.long)],
    ids=["as it is", "no_resume"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.timeout(600)
def test_1_killed_in_the_middle_of_a_file_it_goes_on_there(scene: Scene, mutation: str) -> None:
    size, kills = 12_000_000, 5
    session = councillor(scene, size)
    scene.programs.pop().lock()
    assert session
    profile, chance = scene.profile("councillor"), random.Random(1)
    slow = _Slow(scene, 1_000_000)
    for _ in range(kills):
        process = _start(scene, mutation)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        slow.wait_for(1_200_000 + chance.randrange(700_000))
        process.kill()
        process.communicate()
    slow.end()
    process = _start(scene, mutation)
    out, _ = process.communicate(timeout=120)
    assert out.split() == ["open", "done"]
    assert profile.is_dir()
    wire = slow.carried
    if mutation:
        assert wire > size + kills * 1_000_000, "the test cannot fail"
    else:
        assert wire < size + (kills + 1) * 1_000_000


def _start(scene: Scene, mutation: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.faults.receiver", str(scene.profile("councillor"))]
    process = subprocess.Popen(
        [*words, *([mutation] if mutation else [])],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(SECRET + "\n")
    process.stdin.flush()
    return process


class _Slow:
    """Counts what really went down the line, and holds it back so that kills fall into files."""

    def __init__(self, scene: Scene, rate: int) -> None:
        self.carried = 0
        self._scene = scene
        self._rate: int | None = rate
        scene.proxy.on_piece = self._piece

    def _piece(self, size: int) -> None:
        self.carried += size
        if self._rate:
            time.sleep(size / self._rate / 20)

    def wait_for(self, more: int) -> None:
        """Return once so many bytes more went down the line."""
        goal, deadline = self.carried + more, time.monotonic() + 60
        while self.carried < goal:
            assert time.monotonic() < deadline, self.carried
            time.sleep(0.01)

    def end(self) -> None:
        self._rate = None


@pytest.mark.timeout(120)
@both(mutations.no_timeout)
def test_a_line_that_falls_silent_is_given_up_and_taken_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    """A lid that closes in the middle of a read: the reading ends by itself, and goes on there."""
    monkeypatch.setattr(file_line, "SILENCE_SECONDS", 1.0)
    if mutation is not None:
        # A session keeps the patience with which it began.
        mutation(monkeypatch)
    session = councillor(scene, BIG)
    taken_up, heard = threading.Event(), list[bool]()

    def sleep(size: int) -> None:
        if size > 10_000 and not heard:
            heard.append(False)
            heard[0] = taken_up.wait(8)

    def look(request: httpx.Request) -> None:
        if "range" in request.headers:
            taken_up.set()

    def scenario() -> None:
        scene.proxy.on_piece = sleep
        scene.proxy.line.on_request = look
        assert not once(session).code
        whole(session)
        assert heard == [True], "it waited until the line spoke again"

    try:
        proves(mutation, monkeypatch, scenario)
    finally:
        scene.proxy.heal()
