"""Who did what, when: appended by every action, changed by none."""

from __future__ import annotations

from django.db import models

from sync.server.models.identified import Identified
from sync.server.texts import _


class AuditLine(Identified):
    """One act; `detail` never holds a secret or the content of a document or note."""

    at = models.DateTimeField(_("When"), db_index=True)
    actor = models.CharField(_("Who"), max_length=200)
    action = models.CharField(_("What"), max_length=60, db_index=True)
    subject_id = models.CharField(_("On what"), max_length=80, db_index=True)
    detail = models.JSONField(_("Detail"), default=dict)

    class Meta:
        """Newest first."""

        verbose_name = _("audit line")
        verbose_name_plural = _("audit")
        ordering = ("-id",)

    def __str__(self) -> str:
        """What, by whom."""
        return f"{self.action}, {self.actor}"
