"""The whole story, as `python3 dev.py demo` plays it; then nothing readable is left on disk."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from boardpack.bootstrap import open_program
from tests.helpers.leaks import search
from tests.helpers.town import SECRET as TOWN_SECRET, Town, email, publish
from tests.story.cast import P12_SECRET, SECRET, Cast, Papers, demo_papers, load_demo
from tests.story.programs import ROOT, environment
from tests.story.real_papers import real_papers
from tests.story.story import Story
from tests.story.transcript import Transcript

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

NOTE = "Demander le détail du lot 3 avant le vote."


@dataclass
class Played:
    """What a story left behind."""

    cast: Cast
    folder: Path
    temporary: Path
    lines: list[str]


def played(folder: Path, papers: Papers) -> Iterator[Played]:
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(temporary)
    transcript = Transcript()
    with Cast(folder / "work", papers) as cast:
        Story(cast, transcript, folder / "pictures").play()
        transcript.end(folder / "transcript.txt")
        lines = (folder / "transcript.txt").read_text().splitlines()
        yield Played(cast, folder, temporary, lines)
    if before is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = before


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("story")
    yield from played(folder, demo_papers(folder / "papers"))


def test_the_story_has_seven_steps_with_pictures(story: Played) -> None:
    steps = [line for line in story.lines if re.match(r"^\d\. ", line)]
    assert len(steps) == 7
    assert len(list((story.folder / "pictures").glob("*.png"))) >= 20


def secrets_of(cast: Cast) -> list[str]:
    """Return what must stand in no file: secrets and private keys."""
    program = open_program(cast.reader.profile)
    session = program.unlock(cast.reader.secret)
    enrolled = session.context.store.connection.execute("SELECT value FROM meta").fetchall()
    program.lock()
    texts = [bytes(row["value"]).decode("utf-8", "ignore") for row in enrolled]
    private = re.findall(r'"d"\s*:\s*"([\w-]{20,})"|(AGE-SECRET-KEY-[0-9A-Z]+)', " ".join(texts))
    found = [one or other for one, other in private]
    assert len(found) >= 2
    return [SECRET, P12_SECRET, *found]


def test_nothing_readable_is_left_on_devices_temporary_folders_and_logs(story: Played) -> None:
    markers = [*load_demo().MARKERS.values(), NOTE, *secrets_of(story.cast)]
    places = [story.cast.work / "profiles", story.temporary, story.cast.server.log]
    assert search(markers, places) == []


def test_the_server_holds_no_note_and_no_secret(story: Played) -> None:
    assert search([NOTE, *secrets_of(story.cast)], [story.cast.server.data]) == []


def test_no_temporary_file_is_left(story: Played) -> None:
    left = [path for path in story.temporary.rglob("*") if path.is_file()]
    assert left == []


@pytest.mark.long
def test_without_encryption_the_search_finds_everything(tmp_path: Path) -> None:
    """The check can fail: the same programs with encryption switched off."""
    with Town(tmp_path / "town") as town:
        agent, office = town.enrol("agent")
        papers = load_demo().make_dossiers(tmp_path / "papers")
        publish(office, papers[0])
        agent.lock()
        code = town.server.command("enrol", email("councillor"))["code"]
        profile = town.profile("councillor")
        words = [sys.executable, "-m", "tests.helpers.unsealed"]
        options = ["--profile", str(profile), "--json", "--unlock-from", "-"]
        enrol = [*words, "enrol", town.server.url, "--code-from", "-", *options]
        for command, stdin in (
            (enrol, f"{code}\n{TOWN_SECRET}\n"),
            ([*words, "sync", *options], f"{TOWN_SECRET}\n"),
        ):
            subprocess.run(
                command, input=stdin, text=True, cwd=ROOT, env=environment(), check=True,
                capture_output=True,
            )  # fmt: skip
        marker = load_demo().MARKERS["conseil-municipal"]
        leaks = search([marker, "PRIVATE_MARKER"], [profile])
        assert {leak.marker for leak in leaks} == {marker}
        assert search(['"d":"'], [profile])


@pytest.mark.corpus
@pytest.mark.long
def test_real_council_papers_go_the_same_way(
    tmp_path: Path, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for play in played(tmp_path / "real", real_papers(tmp_path / "papers")):
        assert len([line for line in play.lines if re.match(r"^\d\. ", line)]) == 7
