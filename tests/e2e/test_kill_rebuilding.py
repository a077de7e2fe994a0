"""kill -9 while a file is made of a delta: the next start goes on, and the file is right."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pymupdf
import pytest

from boardpack.bootstrap import open_program
from boardpack.services.program import Session
from tests.helpers.town import SECRET, Town, exchange, publish

PAGES = 30
KILLS = 2


def scanned(pages: int, *, corrected: bool) -> bytes:
    """A scan of some twenty megabytes; corrected, its tenth page is another."""
    document = pymupdf.open()
    for number in range(pages):
        seed = 1_000 if corrected and number == 10 else number
        noise = random.Random(seed).randbytes(3 * 600 * 800)
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, 600, 800, noise, 0)
        page = document.new_page(width=595, height=842)
        page.insert_image(page.rect, stream=pixmap.tobytes("jpeg", jpg_quality=75))
    data = bytes(document.tobytes(no_new_id=True))
    document.close()
    return data


def life(profile: Path) -> None:
    """Open the profile and exchange, until killed."""
    open_program(profile).unlock(SECRET).synchronizing.sync_once()


def _correct(office: Session, sitting_id: str, folder: Path) -> None:
    publishing = office.publishing
    assembly_id = publishing.assemblies()[0].assembly_id
    publishing.publish(publishing.examine(folder, assembly_id, sitting_id=sitting_id))
    exchange(office)


def _wait_for_deltas(town: Town) -> None:
    """The server's worker makes them beside it."""
    query = "SELECT count(*), count(computed_at) FROM boardpack_server_deltapair"
    deadline = time.monotonic() + 60
    while True:
        with contextlib.closing(
            sqlite3.connect(town.server.data / "boardpack.sqlite3")
        ) as database:
            planned, computed = database.execute(query).fetchone()
        if planned and planned == computed:
            return
        assert time.monotonic() < deadline, (planned, computed)
        time.sleep(0.1)


def _size(path: Path) -> int:
    """Say how long a file of a living process is; 0 when it was renamed since it was listed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _killed(profile: Path, at: int) -> bool:
    """Exchange in another process, killed once so many bytes of the file are written.

    Return False when it was through before.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=life, args=(profile,))
    process.start()
    while process.is_alive():
        if max((_size(each) for each in profile.rglob("*.part")), default=0) >= at:
            process.kill()
            break
    process.join()
    killed = process.exitcode == -signal.SIGKILL
    process.close()
    return killed


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(300)
def test_a_kill_while_a_file_is_made_of_a_delta_costs_nothing_but_time(tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "convocation.pdf").write_bytes(scanned(1, corrected=False))
    paper = folder / "01 - Plan local d'urbanisme.pdf"
    paper.write_bytes(scanned(PAGES, corrected=False))
    with Town(tmp_path / "town") as town:
        agent, office = town.enrol("agent")
        sitting_id = publish(office, folder)
        program, mayor = town.enrol("councillor")
        exchange(mayor)
        program.lock()
        paper.write_bytes(scanned(PAGES, corrected=True))
        _correct(office, sitting_id, folder)
        _wait_for_deltas(town)
        size = paper.stat().st_size
        places = [size * number // (KILLS + 1) for number in range(1, KILLS + 1)]
        killed = [_killed(town.profile("councillor"), at) for at in places]

        program, mayor = town.unlock("councillor")
        report = mayor.synchronizing.sync_once()
        assert (report.code, report.fallback_whole, report.delta_failures) == ("", 0, 0)
        assert killed[0], "at least one was killed with a part of the file written"
        data = paper.read_bytes()
        assert mayor.context.blobs.read(hashlib.sha256(data).hexdigest()) == data
        assert report.received_bytes < size / 20
        left = [each for each in town.profile("councillor").rglob("*") if ".part" in each.name]
        assert left == []
        program.lock()
        agent.lock()
