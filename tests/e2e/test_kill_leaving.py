"""kill -9 while a device leaves a real server: everything is handed in once, then all is gone."""

from __future__ import annotations

import signal
import sqlite3
import sys
from pathlib import Path

import pymupdf
import pytest

from boardpack.bootstrap import open_program
from boardpack.services.account import ProfileKind
from tests.helpers import busy, warm, wiped
from tests.helpers.town import Town, email, exchange, publish

NOTES = 5


def papers(folder: Path) -> Path:
    """Return a push folder."""
    dossier = folder / "dossier"
    dossier.mkdir()
    for name in ("convocation", "01 - Budget"):
        document = pymupdf.open()
        document.new_page().insert_text((72, 72), name)
        document.save(dossier / f"{name}.pdf")
    return dossier


def notes_at(town: Town) -> int:
    """Return how many notes the server holds."""
    with sqlite3.connect(town.folder / "server" / "boardpack.sqlite3") as database:
        (count,) = database.execute("SELECT count(*) FROM boardpack_server_sealednote").fetchone()
    return int(count)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_killed_again_and_again_it_hands_in_once_and_then_is_gone(tmp_path: Path) -> None:
    with Town(tmp_path / "town") as town:
        agent, office = town.enrol("agent")
        publish(office, papers(tmp_path))
        agent.lock()
        program, session = town.enrol("councillor")
        exchange(session)
        written = [busy.note_on(session, f"Remarque {number}") for number in range(NOTES)]
        for note in written:
            session.notes.save(note)
        program.lock()
        town.server.command("revoke", email("councillor"), "--wipe", "--drain")
        profile = town.profile("councillor")
        # Each life dies one step on the profile's files later than the one before.
        killed = 0
        while _live(profile, killed + 1):
            killed += 1
            if open_program(profile).profile_state().kind is ProfileKind.ERASED:
                break
            assert _notes_here(town) == NOTES, "until it is gone nothing of it is"
        assert killed >= 5
        again = open_program(profile)
        assert again.profile_state().kind is ProfileKind.ERASED
        assert [each.name for each in profile.iterdir()] == ["farewell.json"]
        assert again.farewells.tell()
        assert notes_at(town) == NOTES


def _notes_here(town: Town) -> int:
    program, session = town.unlock("councillor")
    try:
        return len(session.notes.all())
    finally:
        program.lock()


def _live(profile: Path, step: int) -> bool:
    """Exchange in a process that dies at a step; tell whether it died."""
    context = warm.context()
    process = context.Process(target=wiped.exchange_until, args=(profile, step))
    process.start()
    process.join()
    code = process.exitcode
    process.close()
    assert code in {0, -signal.SIGKILL}
    return code != 0
