"""Receiving over TLS into the encrypted store, beside the field's own clients."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.file_peers import Cost, cost_of, curl, rclone, syncthing_pair
from tests.benchmarks.receiving_world import ReceivingWorld, annexes, receiving_world
from tests.helpers.measure import FIGURES, Scale, report
from tests.helpers.tools import tool
from tests.story.programs import ROOT

LARGE = (1, 500_000_000)
SMALL = (500, 256_000)
#: To see that it runs.
TRIALS = ((1, 2_000_000), (3, 256_000))
MILLISECONDS, MEGABITS = 40, 100
#: Slow peers are measured less often: a median of three still tells a factor of two.
FEW = 3


@dataclass(frozen=True)
class Load:
    """The same files as a dossier on the server and as a folder of nginx."""

    world: ReceivingWorld
    name: str
    size: int

    @property
    def names(self) -> list[str]:
        """Names of the plain files."""
        return sorted(path.name for path in self.world.front.files.glob("*.zip"))

    def ours(self, port: int = 0) -> Cost:
        """Receive on a new device."""
        profile = self.world.folder / "device"
        facts = self.world.receive(profile, port)
        assert facts["bytes"] > self.size, facts
        return Cost(facts["wall"], facts["cpu"])

    def curl(self, port: int = 0) -> Cost:
        """Receive with curl."""
        return curl(self.world.front, self.names, self.world.folder / "curl", port)


def measure(scratch: Path, scale: Scale = FIGURES) -> None:
    """Measure all figures of receiving."""
    few = scale.of(FEW, 1)
    for count, size in (LARGE, SMALL) if scale.whole else TRIALS:
        name = f"{count} files of {size // 1000} kB" if count > 1 else f"one file of {_mb(size)}"
        with load(scratch / name.replace(" ", "-"), name, count, size) as each:
            _processor(each, scale.rounds)
            _peers(each, few)
            if count > 1:
                _shaped(each, few)
    _memory(scratch / "memory", scale.of(LARGE[1], TRIALS[0][1]))


def _mb(size: int) -> str:
    return f"{size // 1_000_000} MB"


@contextmanager
def load(folder: Path, name: str, count: int, size: int) -> Iterator[Load]:
    """Publish the files and lay them into nginx's folder."""
    folder.mkdir(parents=True)
    with receiving_world(folder) as world:
        papers = annexes(folder / "papers", count, size)
        world.publish(papers)
        for path in papers.glob("*.zip"):
            path.rename(world.front.files / path.name.replace(" ", "-"))
        yield Load(world, name, count * size)
    shutil.rmtree(folder)


def _in_turn(*actions: Callable[[], Cost], rounds: int) -> list[list[Cost]]:
    found = [[action() for action in actions] for _ in range(rounds)]
    return [list(each) for each in zip(*found, strict=True)]


def _wall(costs: list[Cost]) -> float:
    return statistics.median(each.wall for each in costs)


def _cpu_a_gigabyte(costs: list[Cost], size: int) -> float:
    return statistics.median(each.cpu for each in costs) / size * 1e9


def _processor(each: Load, rounds: int) -> None:
    ours, peers = _in_turn(each.ours, each.curl, rounds=rounds)
    report(
        f"{each.name} over TLS into the encrypted store",
        _cpu_a_gigabyte(ours, each.size), "CPU s/GB", peer="curl to plain files",
        peer_value=_cpu_a_gigabyte(peers, each.size), goal="<= 1.8",
        note="curl neither hashes, nor encrypts, nor syncs to the disk",
    )  # fmt: skip


def _peers(each: Load, rounds: int) -> None:
    folder = each.world.folder
    with syncthing_pair(folder / "syncthing", each.world.front.files) as syncthing:
        peers: dict[str, Callable[[], Cost]] = {
            "rclone into a crypt remote": lambda: rclone(each.world.front, folder / "rclone"),
            "Syncthing into an encrypted folder": lambda: syncthing(folder / "received"),
            "Nextcloud's client, plain HTTP, plain files": lambda: nextcloud(each),
        }
        for name, peer in peers.items():
            ours, theirs = _in_turn(each.ours, peer, rounds=rounds)
            report(
                f"{each.name} into the encrypted store, wall",
                _wall(ours), "s", peer=name, peer_value=_wall(theirs), goal="<= 1.0",
                note="ours without the program's start; Debian's version of the peer",
            )  # fmt: skip


def _shaped(each: Load, rounds: int) -> None:
    front = each.world.front
    with shaped(front.port) as port:
        ours, peers = _in_turn(lambda: each.ours(port), lambda: each.curl(port), rounds=rounds)
    report(
        f"{each.name} at {MILLISECONDS} ms and {MEGABITS} Mbit/s, wall",
        _wall(ours), "s", peer="curl with 8 connections", peer_value=_wall(peers), goal="<= 1.05",
    )  # fmt: skip


@contextmanager
def shaped(target: int) -> Iterator[int]:
    """Run the shaped line in a process of its own; give its port."""
    words = [sys.executable, "-m", "tests.helpers.shaped_line", "0", str(target)]
    line = subprocess.Popen(
        [*words, str(MILLISECONDS), str(MEGABITS)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert line.stdout is not None
    try:
        yield int(line.stdout.readline())
    finally:
        line.terminate()
        line.wait(30)
        line.stdout.close()


def nextcloud(each: Load) -> Cost:
    """Receive the plain files with Nextcloud's own client."""
    target, home = each.world.folder / "nextcloud", each.world.folder / "nextcloud-home"
    for folder in (target, home):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    words = [sys.executable, "-m", "tests.benchmarks.nextcloud_shim"]
    shim = subprocess.Popen(
        [*words, str(each.world.front.files)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert shim.stdout is not None
    try:
        url = f"http://127.0.0.1:{shim.stdout.readline().strip()}"
        client = [tool("nextcloudcmd"), "--non-interactive", "-u", "banc", "-p", "banc"]
        environment = os.environ | {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}

        def work() -> None:
            words = [*client, str(target), url]
            done = subprocess.run(
                words, check=False, capture_output=True, text=True, env=environment
            )
            if done.returncode:
                raise RuntimeError(done.stderr[-3000:])

        cost = cost_of(work)
        assert len(list(target.glob("*.zip"))) == len(each.names), "the client left files out"
        return cost
    finally:
        shim.terminate()
        shim.wait(30)
        shim.stdout.close()


def _memory(folder: Path, size: int) -> None:
    """Receive four large files; what the process grew by at its highest."""
    with load(folder, "four", 4, size) as each:
        profile = each.world.folder / "device"
        facts = each.world.receive(profile)
        growth = facts["peak_mb"] - facts["idle_mb"]
    report(
        f"memory of the client while receiving {_mb(4 * size)}, above idle",
        growth, "MB", peer="the goal, 120 MB", peer_value=120, goal="<= 1.0",
        note="highest resident size while receiving, less that before",
    )  # fmt: skip
