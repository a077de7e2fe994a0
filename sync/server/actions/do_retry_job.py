"""An operator has a job that was given up tried again, as if it were new."""

from __future__ import annotations

from typing import Final

from django_tasks.base import TaskResultStatus

from boardpack.domain import clock
from sync.server import audit, transactions
from sync.server.jobs import queue
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_retry_job(actor: Acting, job_id: str) -> None:
    """Put the job back into the queue.

    Raises:
        NoSuchJobError: no given-up job of that identifier.
    """
    operator = require_operator(actor)

    def act() -> None:
        job = queue.access_given_up(job_id)
        job.status, job.run_after, job.finished_at = TaskResultStatus.READY, clock.now(), None
        job.worker_ids = []
        job.save(update_fields=["status", "run_after", "finished_at", "worker_ids"])
        audit.record(operator, "retry_job", str(job.id), job=job.name, arguments=job.arguments)

    transactions.run(act)
