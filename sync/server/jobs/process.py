"""The worker of `boardpack-server run`: a process beside the one that answers, started again.

A process and not a thread: a job may take all of a core, much memory, or crash in a library.
"""

from __future__ import annotations

import importlib
import multiprocessing
import signal
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import SpawnProcess
from threading import Event
from types import TracebackType
from typing import Final, Self

import django

#: A worker that ends by itself is started again after this many seconds, doubling.
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 300.0
#: One that lived so long was well: the pause begins anew.
_WELL: Final = 600.0


def main() -> None:
    """Work until SIGTERM, SIGINT, or the end of the process that started this one."""
    django.setup()
    worker = importlib.import_module("sync.server.jobs.worker")
    housekeeping = importlib.import_module("sync.server.housekeeping")
    parent = multiprocessing.parent_process()
    orphaned = parent is not None and (lambda: not parent.is_alive())
    worker.work(orphaned or (lambda: False), stop_at_signal(), housekeeping.ask)


def stop_at_signal() -> Event:
    """Return an event that SIGTERM and SIGINT set from now on."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


class WorkerProcess:
    """A worker that is kept alive while the context lasts."""

    def __init__(self) -> None:
        self._over = Event()
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="jobs-keeper")
        self._process: SpawnProcess | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._start()
        self._keeper.submit(self._keep)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ask it to end, and wait for the job under way as long as a worker waits."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self._keeper.shutdown()

    def _start(self) -> None:
        self._process = multiprocessing.get_context("spawn").Process(target=main, name="jobs")
        self._process.start()

    def _keep(self) -> None:
        pause = _FIRST_PAUSE
        while self._process is not None:
            self._process.join(_WELL)
            if self._process.is_alive():
                pause = _FIRST_PAUSE
                continue
            if self._over.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_PAUSE)
            self._start()
            if self._over.is_set():
                self._process.terminate()
