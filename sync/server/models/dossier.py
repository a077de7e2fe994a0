"""Sittings and every revision of their dossiers."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from sync.server.models.identified import Identified
from sync.server.models.people import Assembly, Official
from sync.server.texts import _


class Sitting(models.Model):
    """A sitting; its row lock orders those who publish a revision of its dossier.

    `told_at`: when readers were first told of it; until then only its secretariat knows of it.
    `held`: not to be told, whatever its instant, until its secretariat was heard after a restore.
    """

    id = models.CharField(primary_key=True, max_length=ids.LENGTH, editable=False)
    assembly = models.ForeignKey(Assembly, models.PROTECT, verbose_name=_("Assembly"))
    title = models.CharField(_("Title"), max_length=500)
    starts_at = models.DateTimeField(_("Starts on"))
    revision = models.PositiveIntegerField()
    told_at = models.DateTimeField(_("Sent on"), null=True, blank=True)
    held = models.BooleanField(_("Held after a restore"), default=False)

    class Meta:
        """Newest first."""

        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ("-starts_at",)

    def __str__(self) -> str:
        """Its title."""
        return self.title


class DossierRevision(Identified):
    """One revision as it was published; receipts name it by its manifest's digest."""

    sitting = models.ForeignKey(Sitting, models.PROTECT)
    revision = models.PositiveIntegerField()
    manifest_sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Official, models.PROTECT)

    class Meta:
        """A revision is published once."""

        constraints = (
            models.UniqueConstraint(fields=("sitting", "revision"), name="revision_sent_once"),
        )

    def __str__(self) -> str:
        """Sitting and number."""
        return f"{self.sitting_id} {self.revision}"
