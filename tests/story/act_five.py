"""Step 7: what goes wrong ends in a clear message, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from tests.helpers.tools import tool
from tests.story.cast import Cast
from tests.story.programs import ROOT, Person, StoryError, environment
from tests.story.seat import Seat
from tests.story.transcript import Transcript
from ui.background import Lane


def what_goes_wrong(cast: Cast, said: Transcript, pictures: Path | None) -> None:
    """Each failure in turn."""
    expect(said, "a code that was used already", nobodys_device(cast))
    expect(said, "a wrong passphrase", wrong_secret(cast, pictures))
    expect(said, "no network", no_network(cast))
    expect(said, "a damaged store", damaged_store(cast))
    expect(said, "a killed app", killed_app(cast))
    expect(said, "a full disk", full_disk(cast))
    expect(said, "a revoked device", revoked(cast))
    notes = cast.reader.unlocked("notes").data
    said.say(f"after all this, {len(notes)} notes are readable on the device")


def expect(said: Transcript, what: str, code: str) -> None:
    """Tell which code a failure ended in."""
    said.say(f"{what}: {code}")


def nobodys_device(cast: Cast) -> str:
    """A second device tries with a code that somebody used."""
    code = cast.code(cast.secretary)
    stranger = Person("?", "?", cast.work / "profiles" / "stranger", cast.reader.secret)
    options = ("--code-from", "-", "--unlock-from", "-")
    known = stranger.run(
        "enrol", cast.server.url, *options, stdin=(code, stranger.secret), expect=3
    ).failure
    if known != "device.already_active":
        raise StoryError(known)
    wrong = stranger.run(
        "enrol", cast.server.url, *options, stdin=("ABCD-EFGH-JKMN", stranger.secret), expect=3
    ).failure
    if stranger.profile.exists():
        raise StoryError("a refused enrolment left a profile")
    return f"{wrong}; with a good code: {known}, nothing is left on the device"


def wrong_secret(cast: Cast, pictures: Path | None) -> str:
    """The unlock screen says so, and lets try again."""
    answer = cast.reader.run("status", "--unlock-from", "-", stdin=("faux",), expect=3)
    if pictures is not None:
        seat = Seat(cast.reader.profile, pictures)
        seat.type("Passphrase", "faux")
        seat.press("Open")
        seat.rest(Lane.STORE)
        seat.picture("22-wrong-passphrase")
        seat.close()
    return answer.failure


def no_network(cast: Cast) -> str:
    """The server is away: try again later, everything stays readable."""
    cast.server.stop()
    answer = cast.reader.unlocked("sync", expect=75)
    sittings = cast.reader.unlocked("sittings", "--all").data
    cast.server.start()
    return f"{answer.failure}; {len(sittings)} sittings are still readable"


def damaged_store(cast: Cast) -> str:
    """A page of a copy of the profile is overwritten: named, not hidden."""
    copy = cast.work / "profiles" / "damaged"
    shutil.copytree(cast.reader.profile, copy)
    with (copy / "store.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(bytes(4096 * 4))
    victim = Person("?", "?", copy, cast.reader.secret)
    return victim.unlocked("sync", expect=3).failure


def killed_app(cast: Cast) -> str:
    """The first reception is killed again and again; then it is completed."""
    person = cast.person("Thierry Vauquelin", "thierry.vauquelin@elus.example")
    cast.register(person)
    words = [sys.executable, "-m", "boardpack", "sync", "--profile", str(person.profile)]
    kills = 0
    for delay in (0.6, 0.8, 1.0, 1.2, 1.4):
        process = subprocess.Popen(
            [*words, "--unlock-from", "-"], cwd=ROOT, env=environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(f"{person.secret}\n")
        process.stdin.close()
        time.sleep(delay)
        kills += process.poll() is None
        process.kill()
        process.wait()
    person.unlocked("sync")
    left = [path.name for path in person.profile.rglob("*") if ".part" in path.name]
    if left or missing(person):
        raise StoryError(f"after kills: {left}, {missing(person)} bytes missing")
    return f"killed {kills} times while receiving, then everything is there, nothing half-written"


def missing(person: Person) -> int:
    """Return how many bytes are still to receive."""
    rows = person.unlocked("sittings", "--all").data
    return sum(int(row["missing_bytes"]) for row in rows)


def full_disk(cast: Cast) -> str:
    """A profile on a tiny file system: told, and completed when there is room again."""
    disk = cast.work / "small disk"
    disk.mkdir()
    person = replace(
        cast.person("Nadège Fontenier", "nadege.fontenier@elus.example"), profile=disk / "profile"
    )
    if not mount(disk, "size=9500k"):
        return "not shown here: it needs the right to mount a small file system"
    try:
        cast.register(person)
        answer = person.unlocked("sync", expect=None)
        before = missing(person)
        mount(disk, "remount,size=64m")
        person.unlocked("sync")
        after = missing(person)
        if after or not before:
            raise StoryError(f"full disk: {before} bytes missing, then {after}")
        return f"{answer.failure}; with room again the missing {before / 1e6:.1f} MB arrive"
    finally:
        subprocess.run([tool("umount"), disk], check=False)


def mount(folder: Path, options: str) -> bool:
    """Mount a small file system in memory there, or change its size."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    words = [tool("mount"), "-t", "tmpfs", "-o", options, "tmpfs", folder]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def revoked(cast: Cast) -> str:
    """IT revokes the councillor's device: the next exchange says so and erases nothing."""
    cast.server.command("revoke", cast.reader.email)
    answer = cast.reader.unlocked("sync", expect=3)
    sittings = cast.reader.unlocked("sittings", "--all").data
    return f"{answer.failure}; {len(sittings)} sittings are still there"
