"""Feeds of changes and what is known of events (D8, D10)."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from sync.server.models.enrolment import Device
from sync.server.models.identified import Identified
from sync.server.models.people import Official


class ServerState(Identified):
    """One row: the identity and the epoch of this server.

    `restored_at`: when its last epoch began because it was restored from a backup.
    """

    epoch = models.CharField(max_length=ids.LENGTH, default=ids.new_id)
    restored_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """The epoch."""
        return self.epoch


class Feed(models.Model):
    """The counter of one feed; its row lock orders those who append."""

    name = models.CharField(primary_key=True, max_length=80)
    seq = models.BigIntegerField(default=0)
    head = models.CharField(max_length=24, blank=True)

    def __str__(self) -> str:
        """Its name."""
        return self.name


class FeedHead(models.Model):
    """The head of a feed at one number (`sync.protocol.heads`), for devices that stand there."""

    pk = models.CompositePrimaryKey("feed", "seq")
    feed = models.ForeignKey(Feed, models.CASCADE, db_column="feed")
    seq = models.BigIntegerField()
    head = models.CharField(max_length=24)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Feed and number."""
        return f"{self.feed_id} {self.seq}"


class Change(models.Model):
    """The last state of one record in one feed; `body` NULL says that it is gone.

    Records are whole, so only the newest change of a record is kept: a device that enrols late
    reads each record once.
    """

    pk = models.CompositePrimaryKey("feed", "seq")
    feed = models.ForeignKey(Feed, models.CASCADE, db_column="feed")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    #: Mostly an identifier of ours; an age recipient has 62 characters.
    record_id = models.CharField(max_length=100)
    body = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        """One change a record in a feed."""

        constraints = (
            models.UniqueConstraint(
                fields=("feed", "kind", "record_id"), name="newest_change_of_a_record"
            ),
        )

    def __str__(self) -> str:
        """Feed and number."""
        return f"{self.feed_id} {self.seq}"


class AppliedEvent(Identified):
    """The answer that an event got; sent again, it gets the same."""

    official = models.ForeignKey(Official, models.CASCADE)
    device = models.ForeignKey(Device, models.CASCADE)
    event_id = models.CharField(max_length=ids.LENGTH)
    kind = models.CharField(max_length=40)
    accepted = models.BooleanField()
    code = models.CharField(max_length=60, blank=True)
    parameters = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        """An event counts once."""

        constraints = (
            models.UniqueConstraint(fields=("official", "event_id"), name="event_counts_once"),
        )

    def __str__(self) -> str:
        """Which event."""
        return self.event_id
