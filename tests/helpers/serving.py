"""A real `boardpack-server` in its own process, for tests that need a socket or a command line."""

from __future__ import annotations

import functools
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.helpers import warm

ROOT = Path(__file__).parents[2]
COLUMNS = (
    "authority_key,authority_name,authority_kind,siren,assembly_key,assembly_name,assembly_short,"
    "assembly_kind,colour,last_name,first_name,email,title,role,political_group,starts,ends\n"
)
PEOPLE = (
    COLUMNS
    + "bourg,Ville de Bourg,commune,123456789,bourg-cm,Conseil municipal,CM,council,1,"
    + "Martin,Jeanne,jeanne@bourg.fr,Maire,president,,2020-01-01,\n"
    + "bourg,Ville de Bourg,commune,123456789,bourg-cm,Conseil municipal,CM,council,1,"
    + "Durand,Zoé,zoe@bourg.fr,,secretary_office,,2020-01-01,\n"
)


def run(
    folder: Path, *arguments: object, given: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command of the server on a data folder."""
    own = os.environ | {"BOARDPACK_DATA": str(folder)} | (environment or {})
    return warm.run("sync.server.command", tuple(map(str, arguments)), ROOT, own, given)


def facts(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return what a command printed with `--json`."""
    assert len(done.stdout.splitlines()) == 1, (done.stdout, done.stderr)
    return dict(json.loads(done.stdout))


def prepare(folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Initialise a server with the two people of `PEOPLE`."""
    done = run(folder, "init", environment=environment)
    assert done.returncode == 0, done.stderr
    people = folder / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    done = run(folder, "import-officials", people, environment=environment)
    assert done.returncode == 0, done.stderr


@functools.cache
def _template() -> tempfile.TemporaryDirectory[str]:
    # Made once a process: each command takes two seconds of Django's start.
    made = tempfile.TemporaryDirectory(prefix="boardpack-template-")
    prepare(Path(made.name) / "data")
    return made


def ready_folder(folder: Path) -> Path:
    """Return `folder` as a copy of a prepared server on SQLite."""
    shutil.copytree(Path(_template().name) / "data", folder)
    return folder


class Served:
    """A server that listens on a free port of its own."""

    def __init__(
        self,
        folder: Path,
        database: str = "",
        environment: Mapping[str, str] | None = None,
        port: int = 0,
        *,
        jobs: bool = True,
        hints: int | None = None,
    ) -> None:
        """Start it on a prepared folder (and database), with more settings when given.

        With `hints`, devices may listen at that port.
        """
        self.folder = folder
        self.environment = {"DATABASE_URL": database, **(environment or {})}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sync.server.command", "run", "--port", str(port)),
                "--jobs" if jobs else "--no-jobs",
                *(() if hints is None else ("--hints-port", str(hints))),
            ],
            cwd=ROOT,
            env=os.environ | self.environment | {"BOARDPACK_DATA": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline().strip()
        self.url = self.line.rpartition(" ")[2]

    def command(self, *arguments: object) -> dict[str, Any]:
        """Run a command beside the server; return its facts."""
        done = run(self.folder, *arguments, "--json", environment=self.environment)
        assert done.returncode == 0, done.stderr + done.stdout
        return facts(done)

    def call(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send one request over the socket; return status, body, headers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, named)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, answer.read(), found
        finally:
            connection.close()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self._close()

    def kill(self) -> None:
        """End it and its worker as a power cut would."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        workers = [int(each) for each in children.read_text().split()]
        self.process.kill()
        self.process.wait(30)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        self._close()

    def _close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()
