"""Transfers that the person steers, against a real server behind a proxy.

Each test runs once as the program is, and once with its protection off, when it must fail.
"""

from __future__ import annotations

import io
import json
import sys
import time
from typing import Any

import pytest

from boardpack.cli.main import run
from boardpack.messages import use_language
from boardpack.services.changes import Changes
from boardpack.services.holding import METERED_LIMIT, Metered
from boardpack.services.program import Session
from boardpack.services.sync_state import SyncState
from tests.faults import mutations
from tests.faults.conftest import Mutation, Scene, once, whole
from tests.faults.proving import both, proves
from tests.helpers.town import SECRET

pytestmark = [pytest.mark.slow, pytest.mark.e2e]

BLOBS = "/api/v1/blobs/"
BIG = 1_200_000


def councillor(scene: Scene, *sizes: int) -> Session:
    """Return a councillor's new device, with a dossier to receive."""
    session = scene.device("councillor")
    once(session)
    scene.publish(*sizes)
    scene.proxy.line.seen.clear()
    return session


@both(mutations.nothing_makes_way)
def test_what_the_person_opens_comes_before_what_is_under_way(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, *(BIG + number for number in range(8)))
    tapped, carried, arrived = scene.sent[-1], [0], list[str]()

    def slow(size: int) -> None:
        carried[0] += size
        if carried[0] > 800_000 and tapped not in arrived:
            session.context.awaited.add(tapped)
            time.sleep(0.05)

    def look(_changes: Changes) -> None:
        blobs = session.context.blobs
        arrived.extend(each for each in scene.sent if each not in arrived and blobs.has(each))

    def scenario() -> None:
        scene.proxy.on_piece = slow
        leave = session.announcer.subscribe(look)
        try:
            assert not once(session).code
        finally:
            leave()
            scene.proxy.on_piece = None
        assert arrived[0] == tapped
        whole(session)
        assert any(each.range for each in scene.proxy.requests("GET", BLOBS))

    proves(mutation, monkeypatch, scenario)


@both(mutations.no_resume)
def test_what_came_of_a_cancelled_file_is_not_sent_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    size = 4 * BIG
    session = councillor(scene, size)

    def stop(state: SyncState) -> None:
        if state.received > size // 2:
            session.synchronizing.cancel()

    def scenario() -> None:
        scene.proxy.on_piece = lambda _size: time.sleep(0.03)
        assert session.synchronizing.sync_once(stop).cancelled
        scene.proxy.on_piece = None
        report = once(session)
        assert not report.code
        # Not the half that was here; what was on the line when it ended may come twice.
        assert report.received_bytes < size * 3 // 4
        whole(session)

    proves(mutation, monkeypatch, scenario)


@both(mutations.any_cost)
def test_a_metered_network_carries_no_large_file(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, mutation: Mutation | None
) -> None:
    session = councillor(scene, 1000, METERED_LIMIT)

    def scenario() -> None:
        session.steering.set_metered(Metered.ALWAYS)
        report = once(session)
        assert (report.code, report.held_files, report.held_bytes) == ("", 1, METERED_LIMIT)
        asked = {each.path for each in scene.proxy.requests("GET", BLOBS)}
        assert BLOBS + scene.sent[0] in asked
        assert BLOBS + scene.sent[1] not in asked
        session.steering.ask()
        assert not once(session).code
        whole(session)

    proves(mutation, monkeypatch, scenario)


def test_the_command_line_pauses_resumes_and_fetches_all_at_will(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = councillor(scene, 1000, METERED_LIMIT)
    assert session
    scene.programs.pop().lock()

    def command(*words: str) -> Any:
        monkeypatch.setattr(sys, "stdin", io.StringIO(SECRET + "\n"))
        profile = ("--profile", str(scene.profile("councillor")))
        code = run((*words, "--json", "--unlock-from", "-", *profile))
        use_language("fr")
        out, err = capsys.readouterr()
        assert code == 0, err
        return json.loads(out)

    def received(*words: str) -> tuple[int, int, str]:
        report = command("sync", *words)["report"]
        return report["received_files"], report["held_files"], report["holding"]

    files, held, holding = received("--pause")
    assert (files, holding) == (0, "paused")
    assert received() == (0, held, "paused")
    assert received("--metered") == (0, held, "paused")
    sitting = command("sittings")[-1]
    assert (sitting["documents_here"], sitting["holding"]) == (0, "paused")
    assert received("--all") == (held, 0, "nothing")
    assert command("sittings")[-1]["missing_bytes"] == 0
    assert received() == (0, 0, "paused")
    assert received("--resume") == (0, 0, "nothing")
