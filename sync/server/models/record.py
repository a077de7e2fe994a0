"""Deliberations to sign, receipts, sealed notes."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from sync.server.models.dossier import Sitting
from sync.server.models.enrolment import Device
from sync.server.models.identified import Identified
from sync.server.models.people import Assembly, Official


class Deliberation(models.Model):
    """A deliberation with its circuit; its row lock orders those who sign."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH, editable=False)
    sitting = models.ForeignKey(Sitting, models.PROTECT)
    assembly = models.ForeignKey(Assembly, models.PROTECT)
    signatories = models.ManyToManyField(Official)
    body = models.BinaryField()
    placed_at = models.DateTimeField()

    def __str__(self) -> str:
        """Its key."""
        return self.id


class Receipt(Identified):
    """What a device proved; the first proof of a thing counts."""

    kind = models.CharField(max_length=20)
    sitting = models.ForeignKey(Sitting, models.PROTECT)
    assembly = models.ForeignKey(Assembly, models.PROTECT)
    official = models.ForeignKey(Official, models.PROTECT)
    device = models.ForeignKey(Device, models.PROTECT)
    revision = models.PositiveIntegerField()
    document_id = models.CharField(max_length=ids.LENGTH, blank=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        """One receipt a kind, person and bytes."""

        constraints = (
            models.UniqueConstraint(
                fields=("sitting", "official", "kind", "document_id", "sha256"),
                name="first_receipt_counts",
            ),
        )

    def __str__(self) -> str:
        """What kind, of whom."""
        return f"{self.kind} {self.official_id}"


class SealedNote(Identified):
    """A note of one official: age ciphertext that nobody here can read."""

    official = models.ForeignKey(Official, models.CASCADE)
    note_id = models.CharField(max_length=ids.LENGTH)
    ciphertext = models.BinaryField()
    deleted = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        """Note identifiers are the device's; they count within one person."""

        constraints = (
            models.UniqueConstraint(fields=("official", "note_id"), name="one_note_of_an_id"),
        )

    def __str__(self) -> str:
        """Its key."""
        return self.note_id
