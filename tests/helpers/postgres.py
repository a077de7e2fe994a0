"""A private PostgreSQL for tests, from Debian's binaries.

``python tests/helpers/postgres.py -- pytest tests/server tests/sync`` starts a cluster of its own
in a temporary folder (own port, own socket, trust on loopback only), sets
``BOARDPACK_TEST_DATABASE_URL`` for the command, ends the cluster by its own process, and ends with
the command's exit code.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

VARIABLE = "BOARDPACK_TEST_DATABASE_URL"
STARTING_SECONDS = 60
#: Tests may lose their database: nothing has to survive a power cut.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")
INITDB = ("-U", "boardpack", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")


class NoPostgresError(RuntimeError):
    """PostgreSQL's programs are not on this machine: apt install postgresql."""


def binaries() -> Path:
    """Return the folder of `initdb` and `postgres`, the newest version installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoPostgresError("PostgreSQL is not installed: apt install postgresql")


def _account() -> dict[str, object]:
    """Return how to run as another account: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster; the value is the URL of its empty database."""
    programs, account = binaries(), _account()
    with tempfile.TemporaryDirectory(prefix="boardpack-postgres-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, *INITDB],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **account,
        )
        port = _free_port()
        settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses="]
        options = [part for each in (*settings, *OPTIONS) for part in ("-c", each)]
        log = folder / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **account,
            )
        try:
            _wait(programs, folder, port, server, log)
            yield f"postgres://boardpack@{str(folder).replace('/', '%2F')}:{port}/postgres"
        finally:
            # SIGINT is PostgreSQL's fast shutdown.
            server.send_signal(signal.SIGINT)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(programs: Path, folder: Path, port: int, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    ready = [programs / "pg_isready", "-q", "-h", folder, "-p", str(port), "-U", "boardpack"]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoPostgresError(log.read_text(errors="replace")[-2000:])
        time.sleep(0.05)


def main(arguments: Sequence[str]) -> int:
    """Run the command after `--` with a cluster beside it."""
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        sys.stderr.write("usage: postgres.py -- COMMAND…\n")
        return 2
    beside = Path(sys.executable).with_name(Path(command[0]).name)
    if Path(command[0]).name == command[0] and beside.exists():
        command[0] = str(beside)
    with cluster() as url:
        return subprocess.run(command, check=False, env=os.environ | {VARIABLE: url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
