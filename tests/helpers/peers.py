"""Programs of others as peers: started on free ports of the loopback, ended by their process."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

STARTING_SECONDS = 60
#: Not the random numbers of the tests, which are the same in every process.
_chance = random.SystemRandom()
_given: set[int] = set()


class PeerFailedError(RuntimeError):
    """A peer did not start; its log says why."""


def free_port() -> int:
    """Return a port that is free, and the one 10 000 above too.

    Both lie below those that the system gives to connections (from 32 768 on), so that nobody gets
    one before its peer listens.
    """
    while True:
        port = _chance.randrange(20_000, 22_700)
        if port not in _given and _is_free(port) and _is_free(port + 10_000):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Peer:
    """One process of somebody else's program."""

    def __init__(
        self,
        command: list[object],
        folder: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it in a process group of its own, its output in `folder`/log."""
        self.log = folder / f"{Path(str(command[0])).name}-{len(list(folder.glob('*.log')))}.log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [str(each) for each in command],
                cwd=folder,
                env=os.environ | (environment or {}),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until it is `ready`."""
        deadline = time.monotonic() + STARTING_SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise PeerFailedError(self.log.read_text(errors="replace")[-3000:])
            time.sleep(0.05)

    def __enter__(self) -> Self:
        """Give it to the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and what it started at once: nothing of it has to survive."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


def listens(port: int) -> bool:
    """Return whether somebody answers at `port`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
