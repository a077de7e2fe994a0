"""Jobs as the queue, the console and the command line see them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django_tasks_db.models import DBTaskResult

from sync.server.texts import _


class QueuedJob(DBTaskResult[Any, Any]):
    """A row of the queue: the library's table under the console's words."""

    objects: ClassVar[models.Manager[QueuedJob]] = models.Manager()  # type: ignore[assignment] # rows of this class, not of the library's

    class Meta:
        """What comes next, first."""

        proxy = True
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        """Which, on what."""
        return f"{self.name} {self.arguments}".strip()

    @property
    def name(self) -> str:
        """The function's name, also when this version does not know it."""
        return str(self.task_path).rpartition(".")[2]

    @property
    def arguments(self) -> str:
        """On what: identifiers, never content."""
        given = self.args_kwargs
        named = (f"{name}={value}" for name, value in given["kwargs"].items())
        return " ".join([*map(str, given["args"]), *named])

    @property
    def failure(self) -> str:
        """The last line of the last failure."""
        return str(self.traceback).strip().rpartition("\n")[2][:200]
