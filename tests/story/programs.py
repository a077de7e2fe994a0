"""The two programs as the story uses them: subprocesses, secrets by pipe, ended by their pid."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers import warm

ROOT = Path(__file__).parents[2]
READY = "boardpack-server listening on "


def environment() -> dict[str, str]:
    """Return the environment of a person's own terminal: no setting of a test runner's."""
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return inherited | {"QT_QPA_PLATFORM": "offscreen"}


class StoryError(RuntimeError):
    """A command did not do what the story expects."""


@dataclass
class Server:
    """`boardpack-server` on one data folder."""

    data: Path
    log: Path
    port: int = 0
    url: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def command(self, *arguments: str, stdin: str = "", expect: int = 0) -> dict[str, Any]:
        """Run an administration command that ends with this exit code; return its JSON."""
        words = (*arguments, "--data", str(self.data), "--json")
        done = warm.run("sync.server.command", words, ROOT, environment(), stdin)
        if done.returncode != expect:
            raise StoryError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def start(self) -> None:
        """Start to listen; return when it accepts."""
        words = [sys.executable, "-m", "sync.server.command", "run", "--data", str(self.data)]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*words, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()
                self.port = int(self.url.rpartition(":")[2])
                return
        raise StoryError(f"the server did not start: see {self.log}")

    def stop(self) -> None:
        """End it, by its own pid: for the devices, the network is cut."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None


@dataclass(frozen=True)
class Done:
    """What a command of `boardpack` ended with; `failure` is a code of the error tree."""

    code: int
    data: Any
    failure: str


@dataclass(frozen=True)
class Person:
    """Somebody with a profile and an unlock secret, using the command line."""

    name: str
    email: str
    profile: Path
    secret: str

    def run(self, *arguments: str, stdin: tuple[str, ...] = (), expect: int | None = 0) -> Done:
        """Run `boardpack …` on this profile, unlocked; `stdin` holds further secrets, a line each.

        Raises:
            StoryError: it ended with another exit code than `expect` (None takes any).
        """
        words = (*arguments, "--profile", str(self.profile), "--json")
        given = "\n".join(stdin) + "\n"
        done = warm.run("boardpack.cli.main", words, ROOT, environment(), given)
        if expect is not None and done.returncode != expect:
            raise StoryError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        failed = read_json(done.stderr) or {}
        return Done(done.returncode, read_json(done.stdout), failed.get("error", ""))

    def unlocked(self, *arguments: str, expect: int | None = 0) -> Done:
        """Run a command that needs nothing but the unlock secret."""
        return self.run(*arguments, "--unlock-from", "-", stdin=(self.secret,), expect=expect)


def read_json(text: str) -> Any:
    """Return the JSON in `text`, None when there is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
