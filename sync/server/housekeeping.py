"""What is tidied up once a day: by a job of its own, or by `boardpack-server cron`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django_tasks.base import TaskResultStatus

from boardpack.domain import clock
from sync.server.actions.do_collect_files import Collected, do_collect_files
from sync.server.actions.do_forget_expired import do_forget_expired
from sync.server.actions.do_forget_notes import do_forget_notes
from sync.server.actions.do_forget_uploads import do_forget_uploads
from sync.server.jobs.definition import job
from sync.server.models import QueuedJob
from sync.server.permission import Operator

EVERY: Final = timedelta(days=1)
SERVER: Final = Operator("boardpack")


@dataclass(frozen=True)
class Tidied:
    """What went, or would go."""

    uploads: int
    notes: int
    files: Collected
    expired: dict[str, int]


def tidy(operator: Operator, *, dry_run: bool = False) -> Tidied:
    """Forget abandoned uploads, notes removed long ago, files that nothing names, what expired."""
    return Tidied(
        do_forget_uploads(operator, dry_run=dry_run),
        do_forget_notes(operator, dry_run=dry_run),
        do_collect_files(operator, dry_run=dry_run),
        do_forget_expired(operator, dry_run=dry_run),
    )


@job(priority=-50)
def tidy_up() -> None:
    """Tidy up."""
    tidy(SERVER)


def ask() -> None:
    """Enqueue the job unless it was asked for within a day, or still waits."""
    recent = QueuedJob.objects.filter(task_path=tidy_up.module_path)
    waits = recent.exclude(status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED))
    done = recent.filter(enqueued_at__gt=clock.now() - EVERY)
    if not waits.exists() and not done.exists():
        tidy_up.enqueue()
