"""Push and first reception of real council papers, against `cp` and `openssl enc`."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from tests.helpers.measure import ROUNDS, report, seconds
from tests.helpers.tools import run, tool
from tests.helpers.town import Town, exchange, publish


def measure(folders: list[Path], scratch: Path) -> None:
    """Send the folders, receive them on a new device; each round on a new server and profile."""
    size = sum(path.stat().st_size for folder in folders for path in folder.iterdir())
    rounds = [_round(folders, scratch / f"round{number}") for number in range(ROUNDS)]
    mine = statistics.median(size / ours / 1e6 for ours, _ in rounds)
    theirs = statistics.median(size / peers / 1e6 for _, peers in rounds)
    report(
        "push and first reception of three dossiers",
        mine, "MB/s", peer="cp, then openssl enc -aes-256-ctr, a file each", peer_value=theirs,
        goal=">= 0.1",
        note="ours also understands each PDF, hashes, seals twice, passes HTTP and two stores",
    )  # fmt: skip


def _round(folders: list[Path], scratch: Path) -> tuple[float, float]:
    with Town(scratch) as town:
        sender, office = town.enrol("agent")
        reader, councillor = town.enrol("councillor")

        def ours() -> None:
            for folder in folders:
                publish(office, folder)
            exchange(councillor)

        ours_took = seconds(ours)
        assert all(not row.missing_bytes for row in councillor.reading.sittings())
        sender.lock()
        reader.lock()
    peers_took = seconds(lambda: _copy_and_encrypt(folders, scratch / "peer"))
    shutil.rmtree(scratch)
    return ours_took, peers_took


def _copy_and_encrypt(folders: list[Path], target: Path) -> None:
    target.mkdir()
    key, start = "0" * 64, "0" * 32
    for number, folder in enumerate(folders):
        for path in folder.iterdir():
            copy = target / f"{number}-{path.name}"
            run(tool("cp"), path, copy)
            cipher = ("enc", "-aes-256-ctr", "-K", key, "-iv", start)
            run(tool("openssl"), *cipher, "-in", copy, "-out", f"{copy}.enc")
