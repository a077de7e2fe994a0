"""The worker of `boardpack-server run`: a process beside the one that answers, started again.

A process and not a thread: a job may take all of a core, much memory, or crash in a library.
"""

from __future__ import annotations

import importlib
import multiprocessing
import signal
from threading import Event

import django


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
