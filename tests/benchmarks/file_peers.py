"""The file-sync tools that people know, receiving the same files: curl, rclone, Syncthing."""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.front import Front
from tests.helpers.peers import free_port
from tests.helpers.tools import tool

_PASSWORD = "banc d'essai 2026"
_WAIT = 300


@dataclass(frozen=True)
class Cost:
    """What one reception cost: seconds on the wall, seconds of the processor."""

    wall: float
    cpu: float


def cost_of(action: Callable[[], object]) -> Cost:
    """Measure what programs started and ended within `action` used."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    action()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - began, used)


def _run(*words: object, **environment: str) -> None:
    subprocess.run(
        [str(word) for word in words], check=True, capture_output=True,
        env=os.environ | environment,
    )  # fmt: skip


def curl(front: Front, names: list[str], target: Path, port: int = 0) -> Cost:
    """Fetch files of the front with eight connections, to plain files."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    base = f"https://localhost:{port or front.port}/static-files/"
    lines = "\n".join(f'url = "{base}{name}"\noutput = "{target / name}"' for name in names)
    (target.parent / "curl.config").write_text(lines)
    parallel = ("--parallel", "--parallel-max", 8, "--parallel-immediate")
    words = (tool("curl"), "-s", "--cacert", front.certificate, *parallel)
    return cost_of(lambda: _run(*words, "-K", target.parent / "curl.config"))


def rclone(front: Front, target: Path, port: int = 0) -> Cost:
    """Copy the front's folder into a crypt remote."""
    shutil.rmtree(target, ignore_errors=True)
    hidden = subprocess.run(
        [tool("rclone"), "obscure", _PASSWORD], check=True, capture_output=True, text=True
    ).stdout.strip()
    config = target.with_suffix(".conf")
    config.write_text(
        f"[src]\ntype = http\nurl = https://localhost:{port or front.port}/static-files/\n"
        f"[enc]\ntype = crypt\nremote = {target}\npassword = {hidden}\n"
    )
    words = (tool("rclone"), "--config", config, "--ca-cert", front.certificate, "-q")
    return cost_of(lambda: _run(*words, "--transfers", 8, "copy", "src:", "enc:"))


class Syncthing:
    """One instance on loopback, without discovery, relays or reports."""

    def __init__(self, home: Path) -> None:
        """Make its identity."""
        self.home = home
        _run(tool("syncthing"), "generate", f"--home={home}", "--no-default-folder")
        self.port, self.gui = free_port(), free_port()
        text = (home / "config.xml").read_text()
        found = re.search(r'<device id="([A-Z0-9-]+)"', text)
        key = re.search(r"<apikey>(.*?)</apikey>", text)
        assert found is not None
        assert key is not None
        self.device, self.key = found.group(1), key.group(1)
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, other: Syncthing, folder: Path, kind: str) -> None:
        """Share `folder` with the other instance; the receiver's is encrypted."""
        text = (self.home / "config.xml").read_text()
        encryption = (
            f"<encryptionPassword>{_PASSWORD}</encryptionPassword>" if kind == "sendonly" else ""
        )
        shared = (
            f'<folder id="papers" path="{folder}" type="{kind}" fsWatcherEnabled="false">'
            f'<device id="{self.device}"/>'
            f'<device id="{other.device}">{encryption}</device></folder>'
            f'<device id="{other.device}"><address>tcp://127.0.0.1:{other.port}</address></device>'
        )
        options = (
            f"<listenAddress>tcp://127.0.0.1:{self.port}</listenAddress>"
            "<globalAnnounceEnabled>false</globalAnnounceEnabled>"
            "<localAnnounceEnabled>false</localAnnounceEnabled>"
            "<relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>"
            "<urAccepted>-1</urAccepted><crashReportingEnabled>false</crashReportingEnabled>"
            "<autoUpgradeIntervalH>0</autoUpgradeIntervalH>"
        )
        text = re.sub(
            r"<options>.*?</options>", f"<options>{options}</options>", text, flags=re.DOTALL
        )
        text = re.sub(
            r"(<gui[^>]*>.*?<address>)[^<]*",
            rf"\g<1>127.0.0.1:{self.gui}",
            text,
            count=1,
            flags=re.DOTALL,
        )
        text = text.replace("</configuration>", f"{shared}</configuration>")
        (self.home / "config.xml").write_text(text)

    def start(self) -> None:
        """Start it; return when it answers."""
        words = [tool("syncthing"), "serve", f"--home={self.home}", "--no-browser", "--no-restart"]
        environment = os.environ | {"STNOUPGRADE": "1"}
        self._process = subprocess.Popen(
            words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.until(lambda: self.ask("/rest/system/ping") is not None)

    def ask(self, path: str) -> Any:
        """Return the JSON of one call, None when it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gui, timeout=10)
        try:
            connection.request("GET", path, headers={"X-API-Key": self.key})
            answer = connection.getresponse()
            return json.loads(answer.read()) if answer.status == http.client.OK else None
        except OSError:
            return None
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        """Return how the folder stands."""
        return self.ask("/rest/db/status?folder=papers") or {}

    @staticmethod
    def until(ready: Callable[[], bool]) -> None:
        """Wait, for a bounded time."""
        deadline = time.monotonic() + _WAIT
        while not ready():
            if time.monotonic() > deadline:
                raise TimeoutError("syncthing")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it by its own pid."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None


@contextmanager
def syncthing_pair(scratch: Path, source: Path) -> Iterator[Callable[[Path], Cost]]:
    """Give a function that receives `source` into an encrypted folder and says what it took.

    Only the receiver's work counts, from its start to its last file; the sender has indexed before.
    """
    scratch.mkdir(parents=True)
    sender = Syncthing(scratch / "sender")
    rounds = iter(range(1000))

    def receive(target: Path) -> Cost:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        receiver = Syncthing(scratch / f"receiver{next(rounds)}")
        (scratch / "sender" / "config.xml").write_text(pristine)
        sender.configure(receiver, source, "sendonly")
        receiver.configure(sender, target, "receiveencrypted")
        sender.start()
        sender.until(lambda: sender.state().get("state") == "idle")

        def work() -> None:
            receiver.start()
            receiver.until(
                lambda: (
                    bool(receiver.state().get("globalFiles"))
                    and receiver.state().get("needFiles") == 0
                    and receiver.state().get("state") == "idle"
                )
            )
            receiver.stop()

        try:
            return cost_of(work)
        finally:
            receiver.stop()
            sender.stop()

    pristine = (scratch / "sender" / "config.xml").read_text()
    yield receive
