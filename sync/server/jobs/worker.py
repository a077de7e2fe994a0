"""The worker: one job at a time, in a thread of its own, while this one signs for it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Final

from django.db import InterfaceError, OperationalError, connections

from boardpack.domain import ids
from sync.server.jobs import queue
from sync.server.models import QueuedJob

#: How often an idle worker looks.
PAUSE: Final = 0.5
#: How often a busy one signs, and an idle one looks for jobs that nobody holds any more.
BEAT: Final = 5.0
#: How long a worker that is to end waits for its job; then another takes it up.
PATIENCE: Final = 60.0
_log = logging.getLogger("boardpack.server.jobs")


def run_waiting(limit: int = 1000) -> int:
    """Do what waits, here and now, and what that enqueues; return how many jobs were done."""
    holder = ids.new_id()
    for count in range(limit):
        row = queue.claim(holder)
        if row is None:
            return count
        perform(row)
    return limit


def perform(row: QueuedJob) -> None:
    """Do one job that was claimed, and record how it went."""
    try:
        row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    except Exception as error:  # noqa: BLE001 the last door: whatever it is, the job's row says it
        queue.fail(row, error)
    else:
        queue.succeed(row)


def work(ended: Callable[[], bool], stop: Event, hourly: Callable[[], None]) -> None:
    """Work until `stop` is set or `ended` says so, asked every `BEAT`.

    Args:
        ended: whether there is nobody left to work for.
        stop: set by a signal.
        hourly: asks for what is to be done regularly.
    """
    _Worker(stop, hourly).run(ended)


class _Worker:
    def __init__(self, stop: Event, hourly: Callable[[], None]) -> None:
        self._stop = stop
        self._holder = ids.new_id()
        self._hourly = hourly
        self._next_hour = 0.0

    def run(self, ended: Callable[[], bool]) -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="job") as lane:
            while not self._stop.is_set() and not ended():
                try:
                    self._ask_hourly()
                    queue.take_up()
                    self._until_beat(lane)
                except (OperationalError, InterfaceError) as error:
                    # The database restarts, or is busy: the queue waits there.
                    _log.info("the database does not answer: %s", error)
                    connections.close_all()
                    self._stop.wait(BEAT)
        connections.close_all()

    def _ask_hourly(self) -> None:
        if time.monotonic() >= self._next_hour:
            self._hourly()
            self._next_hour = time.monotonic() + 3600

    def _until_beat(self, lane: ThreadPoolExecutor) -> None:
        for _ in range(int(BEAT / PAUSE)):
            row = queue.claim(self._holder)
            if row is None:
                self._stop.wait(PAUSE)
            else:
                self._sign_for(row, lane.submit(self._perform, row))
            if self._stop.is_set():
                return

    def _perform(self, row: QueuedJob) -> None:
        try:
            perform(row)
        finally:
            connections.close_all()

    def _sign_for(self, row: QueuedJob, doing: Future[None]) -> None:
        left = PATIENCE
        while not wait([doing], timeout=BEAT).done:
            if self._stop.is_set():
                left -= BEAT
            if left <= 0:
                # No thread can be ended from outside, a process can; the job is taken up again.
                os._exit(0)
            # A sign that could not be written is written the next time.
            with contextlib.suppress(OperationalError, InterfaceError):
                queue.beat(row)
        doing.result()
