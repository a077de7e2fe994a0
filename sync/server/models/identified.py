"""What every table of ours shares: a text key that sorts by creation time (UUIDv7)."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids


class Identified(models.Model):
    """A row with a UUIDv7 as its key."""

    id = models.CharField(
        primary_key=True, max_length=ids.LENGTH, default=ids.new_id, editable=False
    )

    class Meta:
        """Never a table of its own."""

        abstract = True
