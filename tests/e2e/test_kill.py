"""kill -9 at any instant: what was promised is there once, on both ends."""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pymupdf
import pytest

from boardpack.domain.signature import StepState
from tests.helpers import busy, warm
from tests.helpers.town import Town, exchange, place, publish

LONGEST = 0.9
#: What `busy` promises the person.
KINDS = {"note", "changed", "acknowledged", "signed"}


def one_life(town: Town, delay: float, *, early: bool) -> list[tuple[str, str]]:
    """Start the app, kill it; return what it had promised.

    Args:
        town: where the mayor's profile is.
        delay: seconds.
        early: count the delay from the start, not from the moment when the profile is open.
    """
    context = warm.context()
    mine, its = context.Pipe(duplex=False)
    arguments = (its, town.profile("mayor"), town.p12("mayor").read_bytes())
    process = context.Process(target=busy.work, args=arguments)
    process.start()
    its.close()
    told: list[tuple[str, str]] = []
    with mine:
        if not early:
            told.append(mine.recv())
        time.sleep(delay)
        assert process.is_alive(), process.exitcode
        process.kill()
        process.join()
        with contextlib.suppress(EOFError):
            while True:
                told.append(mine.recv())
    process.close()
    return told


def make_papers(folder: Path, count: int) -> tuple[Path, list[Path]]:
    """Return a push folder and deliberations to sign."""
    dossier, acts = folder / "dossier", folder / "acts"
    dossier.mkdir()
    acts.mkdir()
    for name in ("convocation", "01 - Budget", "02 - Voirie"):
        document = pymupdf.open()
        document.new_page().insert_text((72, 72), name)
        document.save(dossier / f"{name}.pdf")
    for number in range(count):
        document = pymupdf.open()
        document.new_page().insert_text((72, 72), f"Délibération {number}")
        document.save(acts / f"2026-{number:03} - Acte {number}.pdf")
    return dossier, sorted(acts.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="forks and SIGKILL are POSIX's")
@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.long)])
def test_what_was_promised_is_there_once_on_both_ends(tmp_path: Path, kills: int) -> None:
    chance = random.Random(2026)
    dossier, acts = make_papers(tmp_path, 60)
    with Town(tmp_path / "town") as town:
        agent, office = town.enrol("agent")
        sitting_id = publish(office, dossier)
        place(office, sitting_id, acts)
        program, _session = town.enrol("mayor")
        program.lock()
        promises = Counter[tuple[str, str]]()
        lives = 0
        # A slow machine's short lives promise little: some more, until each kind was promised.
        while lives < kills or (lives < 4 * kills and not {kind for kind, _ in promises} >= KINDS):
            lives += 1
            early = chance.random() < 0.2
            promises.update(one_life(town, chance.uniform(0, LONGEST), early=early))

        program, mayor = town.unlock("mayor")
        exchange(mayor)
        promised = {kind: {i for k, i in promises if k == kind} for kind, _ in promises}
        notes = Counter(row.note.note_id for row in mayor.notes.all())
        assert promised["note"] <= set(notes)
        assert set(notes.values()) == {1}
        texts = {row.note.note_id: row.note.text for row in mayor.notes.all()}
        assert all(texts[each].startswith("seconde") for each in promised["changed"])
        assert mayor.synchronizing.state().waiting == 0
        assert mayor.synchronizing.rejected() == ()

        exchange(office)
        followed = office.following.follow(sitting_id)
        signed = {
            row.deliberation_id
            for row in followed.deliberations
            if row.steps[0].state is StepState.SIGNED
        }
        assert promised["signed"] <= signed
        acknowledged = [each for each in followed.people if each.acknowledged_at]
        assert len(acknowledged) == len(promised["acknowledged"]) == 1
        assert len(promises) > kills  # the lives were long enough to promise something
        program.lock()
        agent.lock()
        left = [path for path in town.profile("mayor").rglob("*") if ".part" in path.name]
        assert left == []
