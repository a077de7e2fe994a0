"""Whose signatures are trusted: roots of certification, certificates pinned to a person."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from sync.server.models.identified import Identified
from sync.server.models.people import Official
from sync.server.texts import _


class TrustRoot(Identified):
    """A certification authority that signatures may chain up to."""

    subject = models.CharField(_("Subject"), max_length=500, editable=False)
    pem = models.TextField(_("Certificate (PEM)"))
    sha256 = models.CharField(_("Fingerprint SHA-256"), max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("Valid until"), editable=False)

    class Meta:
        """Sorted by subject."""

        verbose_name = _("trust root")
        verbose_name_plural = _("trust roots")
        ordering = ("subject",)

    def __str__(self) -> str:
        """Its subject."""
        return self.subject


class PinnedCertificate(Identified):
    """A certificate that is known to be this official's, whatever name it carries."""

    official = models.ForeignKey(Official, models.CASCADE, verbose_name=_("Official"))
    certificate_sha256 = models.CharField(
        _("Fingerprint SHA-256"),
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[0-9a-f]{64}\Z")],
    )
    note = models.CharField(_("Note"), max_length=200, blank=True)

    class Meta:
        """Sorted by person."""

        verbose_name = _("pinned certificate")
        verbose_name_plural = _("pinned certificates")
        ordering = ("official__last_name",)

    def __str__(self) -> str:
        """Whose, and its beginning."""
        return f"{self.official}, {self.certificate_sha256[:12]}"
