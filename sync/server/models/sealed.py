"""What is sent ahead of a dossier's instant: its files, sealed together."""

from __future__ import annotations

from django.db import models

from sync.server.models.blob import Blob
from sync.server.models.dossier import Sitting
from sync.server.models.identified import Identified


class SealedPack(Identified):
    """A pack and its key, which no feed is given before members are told.

    `files`: digests of the files within.
    """

    sitting = models.ForeignKey(Sitting, models.PROTECT)
    blob = models.ForeignKey(Blob, models.PROTECT)
    key = models.BinaryField()
    files = models.JSONField()
    offered_at = models.DateTimeField()

    def __str__(self) -> str:
        """Its sitting and digest."""
        return f"{self.sitting_id} {self.blob_id}"
