"""Signing keys of assemblies: public parts, parts sealed to the agents, IT's orders."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from sync.server.models.people import Assembly, Official


class AssemblyKey(models.Model):
    """A public key of an assembly, endorsed; the highest number is in force."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH, editable=False)
    assembly = models.ForeignKey(Assembly, models.PROTECT)
    number = models.PositiveIntegerField()
    body = models.BinaryField()
    made_by = models.ForeignKey(Official, models.PROTECT)
    made_at = models.DateTimeField()

    class Meta:
        """A number is taken once."""

        constraints = (
            models.UniqueConstraint(fields=("assembly", "number"), name="one_key_of_a_number"),
        )

    def __str__(self) -> str:
        """Assembly and number."""
        return f"{self.assembly_id} {self.number}"


class KeyShare(models.Model):
    """The private part of a key, sealed to the agents: nothing that the server can read."""

    key = models.OneToOneField(AssemblyKey, models.CASCADE, primary_key=True)
    recipients = models.JSONField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        """Of which key."""
        return self.key_id


class KeyOrder(models.Model):
    """IT says that the key of an assembly is lost or stolen."""

    assembly = models.OneToOneField(Assembly, models.CASCADE, primary_key=True)
    key = models.ForeignKey(AssemblyKey, models.CASCADE)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """For which assembly."""
        return self.assembly_id
