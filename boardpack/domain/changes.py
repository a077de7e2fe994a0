"""What a write or an exchange changed, so that each view refreshes only what it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Changes:
    """What changed; `a | b` is both.

    Attributes:
        sittings: identifiers of sittings whose dossier, receipts or bytes changed.
        documents: identifiers of documents whose versions, bytes or reading state changed.
        notes: some note was written, changed, removed or arrived.
        outbox: something waits to be sent, or was accepted or rejected.
        deliberations: some deliberation or its circuit changed.
        people: authorities, assemblies, officials, mandates or own access changed.
        everything: read all again.
    """

    sittings: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    notes: bool = False
    outbox: bool = False
    deliberations: bool = False
    people: bool = False
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            sittings=self.sittings | other.sittings,
            documents=self.documents | other.documents,
            notes=self.notes or other.notes,
            outbox=self.outbox or other.outbox,
            deliberations=self.deliberations or other.deliberations,
            people=self.people or other.people,
            everything=self.everything or other.everything,
        )

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Changes()
