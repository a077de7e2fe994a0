"""The states of a job in the database.

A job waits (READY), is under way (RUNNING), is done (SUCCESSFUL) or was given up (FAILED: the
dead-letter list). Whoever works on one signs every few seconds (`beat`); a job under way that
nobody signs for is taken up by another. Only the present holder may end a job: a worker that was
suspended meanwhile finds that it is not its own any more.
"""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from traceback import format_exception
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import get_date_max

from boardpack import messages
from boardpack.domain import clock
from boardpack.domain.errors import ActionableError, BoardpackError, BugError
from sync.server.jobs.definition import ATTEMPTS
from sync.server.models import QueuedJob

#: A holder that did not sign for so long is gone: twelve missed signs.
LEASE: Final = timedelta(seconds=60)
#: A job that waits for so long after its time is not only behind others.
IDLE: Final = timedelta(minutes=10)
FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=2)
_TRACE_LENGTH: Final = 4000
_log = logging.getLogger("boardpack.server.jobs")


class JobAbandonedError(BugError):
    """The process that did this job ended in the middle of it, every time (`attempts`)."""

    code = "server.job_abandoned"


class NoSuchJobError(ActionableError):
    """No job that was given up has the identifier `given`."""

    code = "server.no_such_job"


def waiting() -> QuerySet[QueuedJob]:
    """Return the jobs whose time has come."""
    now = clock.now()
    due = Q(run_after=get_date_max()) | Q(run_after__lte=now)
    return QueuedJob.objects.filter(due, status=TaskResultStatus.READY)


def overdue() -> QuerySet[QueuedJob]:
    """Return the jobs that wait for long although nobody is at work; none while somebody is."""
    before = clock.now() - IDLE
    if QueuedJob.objects.filter(status=TaskResultStatus.RUNNING).exists():
        return QueuedJob.objects.none()
    at_once = Q(run_after=get_date_max(), enqueued_at__lt=before)
    return waiting().filter(at_once | Q(run_after__lt=before))


def unfinished() -> QuerySet[QueuedJob]:
    """Return the jobs that wait, for their time too, and those under way."""
    open_ = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return QueuedJob.objects.filter(status__in=open_)


def given_up() -> QuerySet[QueuedJob]:
    """Return the dead-letter list."""
    return QueuedJob.objects.filter(status=TaskResultStatus.FAILED)


def access_given_up(job_id: str) -> QueuedJob:
    """Return a given-up job, locked until the transaction ends.

    Raises:
        NoSuchJobError: no given-up job of that identifier.
    """
    try:
        return given_up().select_for_update().get(id=job_id)
    except (QueuedJob.DoesNotExist, ValidationError) as error:
        raise NoSuchJobError(given=job_id) from error


def claim(holder: str) -> QueuedJob | None:
    """Take the next job, None when nothing waits."""
    # A look costs no write lock; a queue is mostly empty.
    if not waiting().exists():
        return None
    with transaction.atomic():
        row: QueuedJob | None = waiting().select_for_update(skip_locked=True).first()
        if row is not None:
            row.claim(holder)
    return row


def beat(row: QueuedJob) -> None:
    """Sign for a job under way; `started_at` holds the last sign."""
    _held(row).update(started_at=clock.now())


def succeed(row: QueuedJob) -> bool:
    """Record that a job is done; False when it is somebody else's by now."""
    done = _held(row).update(
        status=TaskResultStatus.SUCCESSFUL,
        finished_at=clock.now(),
        exception_class_path="",
        traceback="",
    )
    return bool(done)


def fail(row: QueuedJob, error: Exception) -> None:
    """Put a job back for later, or give it up after its last attempt."""
    tried = len(row.worker_ids)
    again = tried < attempts_of(row)
    now = clock.now()
    what: dict[str, Any] = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": "".join(format_exception(error))[-_TRACE_LENGTH:],
    }
    if again:
        what |= {"status": TaskResultStatus.READY, "run_after": now + wait_before(tried)}
    else:
        what |= {"status": TaskResultStatus.FAILED, "finished_at": now}
    if _held(row).update(**what):
        level = logging.INFO if again else logging.ERROR
        _log.log(level, "%s, attempt %d: %s", row.name, tried, reason(error))


def take_up() -> int:
    """Put back the jobs whose holder is gone; return how many."""
    silent = Q(status=TaskResultStatus.RUNNING, started_at__lt=clock.now() - LEASE)
    count = 0
    for row in QueuedJob.objects.filter(silent):
        tried = len(row.worker_ids)
        if tried < attempts_of(row):
            # At once: its process ended, which says nothing against the job itself.
            back = {"status": TaskResultStatus.READY, "run_after": get_date_max()}
            count += _held(row).filter(silent).update(**back)
        else:
            fail(row, JobAbandonedError(attempts=tried))
    return count


def attempts_of(row: QueuedJob) -> int:
    """Return how often a job may be tried, also when this version does not know it."""
    try:
        return int(getattr(row.task, "attempts", ATTEMPTS))
    except (ImportError, SuspiciousOperation):
        return ATTEMPTS


def wait_before(tried: int) -> timedelta:
    """Return how long to wait after `tried` attempts: doubling, never the same for two jobs."""
    longest = min(FIRST_WAIT * (1 << min(tried, 20) - 1), LONGEST_WAIT)
    return longest * random.uniform(0.5, 1)  # noqa: S311 spreads load, guards nothing


def reason(error: Exception) -> str:
    """Return what people read of a failure; never the message of an error that is not ours."""
    if isinstance(error, BoardpackError):
        return f"{messages.describe(error).title} [{error.code}]"
    return type(error).__qualname__


def _held(row: QueuedJob) -> QuerySet[QueuedJob]:
    """Select the job when it is still held by whoever took it."""
    return QueuedJob.objects.filter(
        id=row.id, status=TaskResultStatus.RUNNING, worker_ids=row.worker_ids
    )
