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
        doubts: something signed was refused, or must be said about it; or that is settled.
        people: authorities, assemblies, officials, mandates or own access changed.
        awaited: the person opened a document whose bytes are not here.
        transfers: how files come: paused, on a metered network, asked for.
        everything: read all again.
    """

    sittings: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    notes: bool = False
    outbox: bool = False
    deliberations: bool = False
    doubts: bool = False
    people: bool = False
    awaited: bool = False
    transfers: bool = False
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            sittings=self.sittings | other.sittings,
            documents=self.documents | other.documents,
            notes=self.notes or other.notes,
            outbox=self.outbox or other.outbox,
            deliberations=self.deliberations or other.deliberations,
            doubts=self.doubts or other.doubts,
            people=self.people or other.people,
            awaited=self.awaited or other.awaited,
            transfers=self.transfers or other.transfers,
            everything=self.everything or other.everything,
        )

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Changes()
