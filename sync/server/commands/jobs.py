"""`jobs`: what waits, what was given up, and what to do with it."""

from __future__ import annotations

from boardpack.messages import _, ngettext
from sync.server.actions.do_drop_job import do_drop_job
from sync.server.actions.do_retry_job import do_retry_job
from sync.server.commands.outcome import Outcome
from sync.server.jobs import queue
from sync.server.permission import Operator

ACT_BY_HAND = 3


def run(*, again: tuple[str, ...], drop: tuple[str, ...]) -> Outcome:
    """Try given-up jobs again or drop them, then tell what waits; exit 3 while any is given up.

    Raises:
        NoSuchJobError: no given-up job of that identifier.
    """
    operator = Operator("boardpack-server jobs")
    for given in again:
        do_retry_job(operator, given)
    for given in drop:
        do_drop_job(operator, given)
    failed = list(queue.given_up())
    waits = queue.unfinished().count()
    lines = [ngettext("{count} job waits.", "{count} jobs wait.", waits).format(count=waits)]
    lines += [f"{job.id}  {job.name}  {job.failure}" for job in failed]
    lines += [_("Try again: boardpack-server jobs --again ID. Drop: --drop ID.")] if failed else []
    facts = {
        "waiting": waits,
        "due": queue.waiting().count(),
        "given_up": [
            {"id": str(job.id), "job": job.name, "arguments": job.arguments, "why": job.failure}
            for job in failed
        ],
    }
    return Outcome(facts, lines, ACT_BY_HAND if failed else 0)
