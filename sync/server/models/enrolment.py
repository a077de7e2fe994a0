"""Enrolment codes, devices, tokens and what was seen of proofs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from boardpack.domain import ids
from boardpack.domain.records import DeviceState, RevocationReason
from sync.server.models.identified import Identified
from sync.server.models.people import Official
from sync.server.texts import _

DEVICE_STATES = [
    (DeviceState.ACTIVE.value, _("Active")),
    (DeviceState.RETIRED.value, _("Replaced")),
    (DeviceState.REVOKED.value, _("Revoked")),
]


REASONS = [
    (RevocationReason.LOST.value, _("Lost or stolen")),
    (RevocationReason.LEFT.value, _("The person left")),
    (RevocationReason.REPLACED.value, _("Given back or replaced")),
    (RevocationReason.OTHER.value, _("Another reason")),
]


class Device(Identified):
    """A device of one official; its key is its OAuth `client_id`.

    `wipe` and `drain` are what IT ordered when it revoked the device; `erased_at` is when the
    server heard, signed by the device, that it was done. `settled_epoch`: the last epoch in which
    it had nothing left to ask or to send again.
    """

    official = models.ForeignKey(Official, models.PROTECT, verbose_name=_("Official"))
    name = models.CharField(_("Name"), max_length=100)
    jwk = models.JSONField(editable=False)
    thumbprint = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("State"), max_length=10, choices=DEVICE_STATES, default=DeviceState.ACTIVE.value
    )
    enrolled_at = models.DateTimeField(_("Enrolled"))
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)
    seen_at = models.DateTimeField(_("Last contact"), null=True, blank=True)
    wipe = models.BooleanField(_("To be erased"), default=False)
    drain = models.BooleanField(_("May hand in what waits"), default=False)
    reason = models.CharField(_("Reason"), max_length=10, blank=True, choices=REASONS)
    ordered_at = models.DateTimeField(_("Ordered"), null=True, blank=True)
    drained_at = models.DateTimeField(_("Handed in"), null=True, blank=True)
    erased_at = models.DateTimeField(_("Erased"), null=True, blank=True)
    settled_epoch = models.CharField(max_length=ids.LENGTH, blank=True, editable=False)

    class Meta:
        """One active device an official."""

        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ("-enrolled_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("official",),
                condition=Q(state=DeviceState.ACTIVE.value),
                name="one_active_device",
            ),
        )

    def __str__(self) -> str:
        """Name and owner."""
        return f"{self.name} ({self.official})"


class EnrolmentCode(Identified):
    """A one-time code; only its keyed hash is kept."""

    official = models.ForeignKey(Official, models.CASCADE, verbose_name=_("Official"))
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    issued_by = models.CharField(_("Issued by"), max_length=150)
    created_at = models.DateTimeField(_("Created"))
    expires_at = models.DateTimeField(_("Valid until"))
    used_at = models.DateTimeField(_("Used"), null=True, blank=True)
    device = models.ForeignKey(Device, models.SET_NULL, null=True, verbose_name=_("Device"))

    class Meta:
        """Newest first."""

        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        """For whom; never the code."""
        return str(self.official)


class FailedTry(Identified):
    """A wrong enrolment code (`code`) or password of the console (`login`) from an address."""

    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=45)
    at = models.DateTimeField(db_index=True)

    class Meta:
        """Counted by kind and address."""

        indexes = (models.Index(fields=("kind", "address"), name="tries_by_address"),)

    def __str__(self) -> str:
        """From where."""
        return f"{self.kind} {self.address}"


class Token(Identified):
    """An access token bound to its device's key; only its SHA-256 is kept."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey(Device, models.CASCADE)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Whose."""
        return self.device_id


class SeenProof(Identified):
    """An assertion or a proof of a write that was used: it counts once."""

    device = models.ForeignKey(Device, models.CASCADE)
    jti_sha256 = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Once a device."""

        constraints = (
            models.UniqueConstraint(fields=("device", "jti_sha256"), name="proof_counts_once"),
        )

    def __str__(self) -> str:
        """Whose."""
        return self.device_id
