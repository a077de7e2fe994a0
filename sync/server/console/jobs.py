"""The page of jobs: what waits, what was given up and why."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import action, display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django_tasks.base import TaskResultStatus

from boardpack.messages import ngettext
from sync.server.actions.do_drop_job import do_drop_job
from sync.server.actions.do_retry_job import do_retry_job
from sync.server.console.base import ConsoleAdmin, operator_of
from sync.server.console.site import site
from sync.server.models import QueuedJob
from sync.server.texts import _

_STATES = {
    TaskResultStatus.READY: _("Waits"),
    TaskResultStatus.RUNNING: _("Under way"),
    TaskResultStatus.FAILED: _("Given up"),
    TaskResultStatus.SUCCESSFUL: _("Done"),
}


@register(QueuedJob, site=site)
class JobAdmin(ConsoleAdmin):
    """Jobs; one that was given up is tried again or dropped."""

    list_display = ("job", "what", "state", "attempts", "asked", "ended", "why")
    list_display_links = None
    list_filter = ("status",)
    search_fields = ("task_path", "args_kwargs")
    ordering = ("-enqueued_at",)
    actions = ("retry", "drop")

    @display(description=_("Job"))
    def job(self, row: QueuedJob) -> str:
        """Name it."""
        return row.name

    @display(description=_("On what"))
    def what(self, row: QueuedJob) -> str:
        """Show its arguments."""
        return row.arguments

    @display(description=_("State"), ordering="status")
    def state(self, row: QueuedJob) -> str:
        """Say where it stands."""
        return str(_STATES[TaskResultStatus(row.status)])

    @display(description=_("Attempts"))
    def attempts(self, row: QueuedJob) -> int:
        """Count them."""
        return len(row.worker_ids)

    @display(description=_("Asked for"), ordering="enqueued_at")
    def asked(self, row: QueuedJob) -> object:
        """Say when."""
        return row.enqueued_at

    @display(description=_("Ended"), ordering="finished_at")
    def ended(self, row: QueuedJob) -> object:
        """Say when."""
        return row.finished_at

    @display(description=_("Last failure"))
    def why(self, row: QueuedJob) -> str:
        """Show the last failure."""
        return row.failure

    @action(description=_("Try again"))
    def retry(self, request: HttpRequest, queryset: QuerySet[QueuedJob]) -> None:
        """Put those that were given up back."""
        chosen = self._given_up(queryset)
        for each in chosen:
            do_retry_job(operator_of(request), each)
        text = ngettext(
            "{count} job will be tried again.", "{count} jobs will be tried again.", len(chosen)
        )
        self.message_user(request, text.format(count=len(chosen)), messages.SUCCESS)

    @action(description=_("Drop"))
    def drop(self, request: HttpRequest, queryset: QuerySet[QueuedJob]) -> None:
        """Forget those that were given up."""
        chosen = self._given_up(queryset)
        for each in chosen:
            do_drop_job(operator_of(request), each)
        text = ngettext("{count} job dropped.", "{count} jobs dropped.", len(chosen))
        self.message_user(request, text.format(count=len(chosen)), messages.SUCCESS)

    def _given_up(self, queryset: QuerySet[QueuedJob]) -> list[str]:
        rows = queryset.filter(status=TaskResultStatus.FAILED)
        return [str(each) for each in rows.values_list("id", flat=True)]
