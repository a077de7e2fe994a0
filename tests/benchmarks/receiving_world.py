"""A town whose server stands behind nginx with TLS, and a councillor's device before reception."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf

from tests.helpers.front import Front
from tests.helpers.town import SECRET, Town, exchange, publish
from tests.story.programs import ROOT

PIECE = 4 * 1024 * 1024


def paper(path: Path, words: str) -> None:
    """Write a one-page PDF."""
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), words)
    document.save(path)


def noise(path: Path, size: int, seed: int) -> None:
    """Write a file that no compression makes smaller."""
    source = random.Random(seed)
    with path.open("wb") as file:
        while size > 0:
            file.write(source.randbytes(min(PIECE, size)))
            size -= PIECE


def annexes(folder: Path, count: int, size: int, seed: int = 0) -> Path:
    """Make a push folder with `count` annexes of `size` bytes."""
    folder.mkdir(parents=True)
    paper(folder / "convocation.pdf", f"Convocation {seed}")
    paper(folder / "01 - Rapport.pdf", f"Rapport {seed}")
    for number in range(1, count + 1):
        noise(folder / f"01.{number} - Annexe {number}.zip", size, seed * 10_000 + number)
    return folder


@dataclass
class ReceivingWorld:
    """Everything to receive again and again on a copy of the same enrolled device."""

    town: Town
    front: Front
    folder: Path

    @property
    def blank(self) -> Path:
        """The councillor's profile before anything was sent."""
        return self.town.profile("councillor")

    def environment(self) -> dict[str, str]:
        """Let programs trust the front's certificate."""
        return os.environ | {"SSL_CERT_FILE": str(self.front.certificate)}

    def receive(self, profile: Path, port: int = 0) -> dict[str, Any]:
        """Receive on a fresh copy of the device, by another port of the line; tell the cost."""
        shutil.rmtree(profile, ignore_errors=True)
        shutil.copytree(self.blank, profile)
        return self.again(profile, port)

    def again(self, profile: Path, port: int = 0) -> dict[str, Any]:
        """Exchange once on a profile as it is."""
        secret = self.folder / "secret"
        secret.write_text(SECRET)
        words = [sys.executable, "-m", "tests.benchmarks.receive_once", str(profile), str(secret)]
        words += [str(port)] if port else []
        done = subprocess.run(
            words, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        facts: dict[str, Any] = json.loads(done.stdout)
        assert not facts["code"], facts
        return facts

    def publish(self, folder: Path, assembly: int = 0) -> None:
        """Let the secretariat of an assembly send a folder."""
        program, session = self.town.unlock("agent")
        publish(session, folder, assembly)
        program.lock()


@contextmanager
def receiving_world(folder: Path, councils: int = 1) -> Iterator[ReceivingWorld]:
    """Start server and nginx, enrol an agent and a councillor."""
    files = folder / "files"
    files.mkdir(parents=True)
    front = Front(folder / "front", files, folder / "town" / "server" / "blobs", upstream=0)
    os.environ["BOARDPACK_BLOB_REDIRECT"] = "/protected"
    os.environ["BOARDPACK_BEHIND_PROXY"] = "1"
    # A device's turn would come later: what is measured is the fetching.
    os.environ["BOARDPACK_LINE_MBIT"] = "0"
    os.environ["BOARDPACK_PUBLIC_URL"] = front.url
    with Town(folder / "town", councils) as town:
        front.upstream = town.server.port
        front.make()
        os.environ["SSL_CERT_FILE"] = str(front.certificate)
        with front:
            town.server.url = front.url
            for name in ("agent", "councillor"):
                program, session = town.enrol(name)
                exchange(session)
                program.lock()
            yield ReceivingWorld(town, front, folder)
