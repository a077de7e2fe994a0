"""Deltas of files from files (D9), and what siblings are found by."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from boardpack.domain.transfers import DeltaKind
from sync.server.models.blob import Blob
from sync.server.models.identified import Identified
from sync.server.models.people import Assembly


class PublishedVersion(Identified):
    """A version of a document as it was sent; the names are `likeness.name_key`s."""

    blob = models.ForeignKey(Blob, models.CASCADE)
    assembly = models.ForeignKey(Assembly, models.CASCADE)
    document_id = models.CharField(max_length=ids.LENGTH)
    title = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100)
    pages = models.PositiveIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        """Once a document; looked for by each of its marks."""

        constraints = (
            models.UniqueConstraint(fields=("document_id", "blob"), name="version_published_once"),
        )
        indexes = (
            models.Index(fields=("assembly", "title")),
            models.Index(fields=("assembly", "file_name")),
            models.Index(fields=("assembly", "pages")),
        )

    def __str__(self) -> str:
        """Document and digest."""
        return f"{self.document_id} {self.blob_id}"


class DeltaPair(Identified):
    """A file whose deltas from another are wanted; `computed_at` says that they are there."""

    new = models.ForeignKey(Blob, models.CASCADE, related_name="+")
    base = models.ForeignKey(Blob, models.CASCADE, related_name="+")
    planned_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)

    class Meta:
        """Once a pair."""

        constraints = (models.UniqueConstraint(fields=("new", "base"), name="one_delta_pair"),)

    def __str__(self) -> str:
        """The pair."""
        return f"{self.base_id} {self.new_id}"


class Delta(Identified):
    """One artefact of a pair, a file among the others that no feed names.

    Whoever may read both files of the pair may read it.
    """

    pair = models.ForeignKey(DeltaPair, models.CASCADE, related_name="deltas")
    kind = models.CharField(max_length=10, choices=[(each.value, each.value) for each in DeltaKind])
    artefact = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    #: Under which deflate a PDF-aware one was made: `sync.delta.probe.own`.
    deflate = models.CharField(max_length=64, blank=True)

    class Meta:
        """One of a kind."""

        constraints = (models.UniqueConstraint(fields=("pair", "kind"), name="one_delta_a_kind"),)

    def __str__(self) -> str:
        """Pair and kind."""
        return f"{self.pair_id} {self.kind}"
