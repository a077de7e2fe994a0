"""Deliberations to sign, receipts, and what officials keep sealed: notes, identities, positions."""

from __future__ import annotations

from django.db import models

from boardpack.domain import ids
from sync.server.models.dossier import Sitting
from sync.server.models.enrolment import Device
from sync.server.models.identified import Identified
from sync.server.models.people import Assembly, Official, PoliticalGroup


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
    """A note of one official; its row lock orders those who write it.

    `forgotten`: it was removed long ago, and only its identifier is left. Shared within `assembly`
    with the people of its `NoteReader` rows, as decided at the stamp `shared_at`.
    """

    official = models.ForeignKey(Official, models.CASCADE)
    note_id = models.CharField(max_length=ids.LENGTH)
    forgotten = models.BooleanField(default=False)
    assembly = models.ForeignKey(Assembly, models.SET_NULL, null=True)
    group = models.ForeignKey(PoliticalGroup, models.SET_NULL, null=True)
    shared_at = models.CharField(max_length=100, blank=True)

    class Meta:
        """Note identifiers are the device's; they count within one person."""

        constraints = (
            models.UniqueConstraint(fields=("official", "note_id"), name="one_note_of_an_id"),
        )

    def __str__(self) -> str:
        """Its key."""
        return self.note_id


class NoteReader(Identified):
    """One reader of a shared note.

    `named`: its author shares it with them; `told`: they have it, mandates of today allowing.
    """

    note = models.ForeignKey(SealedNote, models.CASCADE)
    reader = models.ForeignKey(Official, models.CASCADE)
    named = models.BooleanField(default=True)
    told = models.BooleanField(default=False)

    class Meta:
        """A reader counts once."""

        constraints = (
            models.UniqueConstraint(fields=("note", "reader"), name="one_reader_of_a_note"),
        )

    def __str__(self) -> str:
        """Who reads what."""
        return f"{self.reader_id} {self.note_id}"


class NoteVersion(Identified):
    """One state of a note that no other replaced: age ciphertext that nobody here can read."""

    note = models.ForeignKey(SealedNote, models.CASCADE)
    version_id = models.CharField(max_length=ids.LENGTH)
    ciphertext = models.BinaryField()
    deleted = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        """A state counts once; tombstones are found by their age."""

        constraints = (
            models.UniqueConstraint(fields=("note", "version_id"), name="one_version_of_an_id"),
        )
        indexes = (models.Index(fields=("deleted", "received_at"), name="versions_to_forget"),)

    def __str__(self) -> str:
        """Its key."""
        return self.version_id


class SealedIdentity(Identified):
    """An official's identities, wrapped by recovery words that nobody here ever saw."""

    official = models.ForeignKey(Official, models.CASCADE)
    recipient = models.CharField(max_length=100)
    ciphertext = models.BinaryField()
    kid = models.CharField(max_length=16)
    updated_at = models.DateTimeField()

    class Meta:
        """The newest words alone open an identity."""

        constraints = (
            models.UniqueConstraint(
                fields=("official", "recipient"), name="one_wrap_of_an_identity"
            ),
        )

    def __str__(self) -> str:
        """Whose."""
        return self.recipient


class SealedPosition(Identified):
    """Where an official stopped reading something; nobody here can tell what, nor where."""

    official = models.ForeignKey(Official, models.CASCADE)
    position_id = models.CharField(max_length=ids.LENGTH)
    ciphertext = models.BinaryField()

    class Meta:
        """Position identifiers are the device's; they count within one person."""

        constraints = (
            models.UniqueConstraint(
                fields=("official", "position_id"), name="one_position_of_an_id"
            ),
        )

    def __str__(self) -> str:
        """Its key."""
        return self.position_id
