"""`work`: do the jobs that wait; beside `run --no-jobs`, or more than one of them."""

from __future__ import annotations

import multiprocessing

from sync.server import housekeeping
from sync.server.commands.outcome import Outcome
from sync.server.commands.readiness import require_ready
from sync.server.jobs import worker
from sync.server.jobs.process import stop_at_signal


def run(*, once: bool) -> Outcome:
    """Work until SIGTERM or SIGINT; `once` ends when nothing waits.

    Raises:
        NotInitialisedError: `init` was never run, or not since an update.
    """
    require_ready()
    if once:
        return Outcome({"done": worker.run_waiting()})
    # Jobs that start processes of their own must not fork a program with threads.
    multiprocessing.set_start_method("spawn", force=True)
    worker.work(lambda: False, stop_at_signal(), housekeeping.ask)
    return Outcome({})
