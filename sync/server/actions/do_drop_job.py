"""An operator forgets a job that was given up."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.jobs import queue
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_drop_job(actor: Acting, job_id: str) -> None:
    """Delete the job; what it was to do stays undone.

    Raises:
        NoSuchJobError: no given-up job of that identifier.
    """
    operator = require_operator(actor)

    def act() -> None:
        job = queue.access_given_up(job_id)
        name, arguments = job.name, job.arguments
        job.delete()
        audit.record(operator, "drop_job", job_id, job=name, arguments=arguments)

    transactions.run(act)
