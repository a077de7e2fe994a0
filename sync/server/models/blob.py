"""Files named by their SHA-256, who may read them, and uploads under way (D9)."""

from __future__ import annotations

from django.db import models

from sync.server.models.feed import Feed
from sync.server.models.identified import Identified
from sync.server.models.people import Official


class Blob(models.Model):
    """Verified bytes in the folder of files."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        """Its digest."""
        return self.sha256


class BlobGrant(Identified):
    """Whoever reads the feed may read the blob.

    An `uploaded` one gives a sender back what they sent and nothing has named yet; what only such
    grants refer to is collected after a time.
    """

    blob = models.ForeignKey(Blob, models.CASCADE)
    feed = models.ForeignKey(Feed, models.CASCADE, db_column="feed")
    uploaded = models.BooleanField(default=False)

    class Meta:
        """Once a pair."""

        constraints = (models.UniqueConstraint(fields=("blob", "feed"), name="one_grant_a_feed"),)

    def __str__(self) -> str:
        """The pair."""
        return f"{self.blob_id} {self.feed_id}"


class Upload(Identified):
    """Bytes of one person under way.

    Uploads are a person's own: knowing a digest must not give access to bytes that somebody else
    uploaded (proof of possession).
    """

    official = models.ForeignKey(Official, models.CASCADE)
    sha256 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        """One upload of a file a person."""

        constraints = (
            models.UniqueConstraint(fields=("official", "sha256"), name="one_upload_of_a_file"),
        )

    def __str__(self) -> str:
        """Its digest."""
        return self.sha256
