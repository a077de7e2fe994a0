"""The store's part of an exchange: each method is one step on the store lane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from boardpack.domain import clock, ids
from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.errors import BoardpackError
from boardpack.domain.transfers import Pending, Wanted
from boardpack.sealing.segments import SealedReader
from boardpack.services.context import Context
from boardpack.services.identity import Identity
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.store import changes, cursor, journal, meta, outbox, wanted
from boardpack.store.changes import OpenNote
from boardpack.store.connection import Connection
from boardpack.store.receiving import Receiving
from sync.engine import events
from sync.protocol import codec
from sync.protocol.messages import PROTOCOL, DossierReceived, ExchangeReply, ExchangeRequest

T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """How things stand, for the quiet line."""

    waiting: int = 0
    rejected: int = 0
    last_contact: datetime | None = None


@dataclass(frozen=True)
class TakenIn:
    """What a reply came to."""

    event: events.BatchAnswered
    changes: Changes
    answered: int
    rejected: int


class StoreSide:
    """Steps of one exchange; any thread may call, one at a time."""

    def __init__(
        self, context: Context, identity: Identity, open_note: OpenNote, closed: threading.Event
    ) -> None:
        """Work on this profile until it is `closed`, which happens on the store lane as well.

        Events that the server defers are not sent twice by one of us.
        """
        self._context = context
        self._closed = closed
        self._identity = identity
        self._open_note = open_note
        self._deferred: set[str] = set()

    def _step(self, work: Callable[[Connection], T]) -> T:
        def step() -> T:
            if self._closed.is_set():
                raise ExchangeCancelledError
            return work(self._context.store.connection)

        return self._context.in_store(step)

    # The batch

    def pending(self) -> tuple[Pending, ...]:
        """Return what waits to be sent, at most one batch."""
        return self._step(self._pending)

    def _pending(self, connection: Connection) -> tuple[Pending, ...]:
        return wanted.pending(connection, skip=self._deferred)

    def standing(self) -> Standing:
        """Return how things stand."""
        return self._step(standing)

    def request(self, event_ids: tuple[str, ...]) -> bytes:
        """Return the bytes of a request with these events and the cursor."""

        def step(connection: Connection) -> bytes:
            position = cursor.load(connection)
            rows = outbox.by_ids(connection, event_ids)
            return codec.encode(
                ExchangeRequest(
                    protocol=PROTOCOL,
                    epoch=position.epoch,
                    cursor=position.feeds,
                    events=tuple(row.event for row in rows),
                )
            )

        return self._step(step)

    def take_in(self, reply: ExchangeReply) -> TakenIn:
        """Apply a reply; make the receipts of dossiers that are whole now."""

        def step(connection: Connection) -> TakenIn:
            applied = changes.apply(self._context.store, reply, self._open_note)
            self._deferred |= {each.event_id for each in applied.deferred}
            if applied.left:
                self._context.blobs.sweep()
            made = NOTHING if applied.more else self._make_receipts(connection)
            self._identity.refresh(applied.changes)
            final = [each for each in reply.answers if each not in applied.deferred]
            return TakenIn(
                event=events.BatchAnswered(
                    more=applied.more,
                    moved=applied.moved,
                    pending=self._pending(connection),
                    missing=()
                    if applied.more
                    else wanted.missing(connection, self._context.official_id),
                    retry_after=reply.retry_after,
                    deferred=tuple(
                        (each.code, tuple(each.parameters.items())) for each in applied.deferred
                    ),
                ),
                changes=applied.changes | made,
                answered=len(final),
                rejected=sum(not each.accepted for each in final),
            )

        return self._step(step)

    # Files

    def reader(self, sha256: str) -> SealedReader:
        """Open a file of this device, to be sent."""
        return self._step(lambda _: self._context.blobs.reader(sha256))

    def begin_receiving(self, file: Wanted) -> Receiving | None:
        """Make ready to receive a file; None when it is here already."""
        blobs = self._context.blobs
        return self._step(
            lambda _: None if blobs.has(file.sha256) else blobs.begin(file.sha256, file.size)
        )

    def pause(self, receiving: Receiving) -> None:
        """Keep what came of a file that did not arrive whole."""
        self._step(lambda _: self._context.blobs.pause(receiving))

    def keep(
        self, arrived: Sequence[Receiving], digests: Collection[str]
    ) -> tuple[Changes, tuple[Pending, ...] | None]:
        """Count files as here, all in one transaction.

        Args:
            arrived: verified files; those that were here already have none.
            digests: of all of them.

        Returns:
            What changed, and what to send when a receipt was made.
        """

        def step(connection: Connection) -> tuple[Changes, tuple[Pending, ...] | None]:
            sittings, documents = frozenset[str](), frozenset[str]()
            with self._context.store.transaction():
                for receiving in arrived:
                    self._context.blobs.commit(receiving)
                for sha256 in digests:
                    in_sittings, in_documents = wanted.places_of(connection, sha256)
                    sittings, documents = sittings | in_sittings, documents | in_documents
                made = self._make_receipts(connection, sittings)
            news = Changes(sittings=sittings, documents=documents, deliberations=True)
            return news | made, self._pending(connection) if made else None

        return self._step(step)

    def refuse(self, sha256: str, error: BoardpackError) -> tuple[Pending, ...]:
        """Reject the events that need a file which can never be sent; return what is left."""

        def step(connection: Connection) -> tuple[Pending, ...]:
            with self._context.store.transaction():
                needing = wanted.needing(connection, sha256)
                outbox.reject(connection, needing, error.code, error.parameters)
            return self._pending(connection)

        return self._step(step)

    def _make_receipts(
        self, connection: Connection, sittings: Collection[str] | None = None
    ) -> Changes:
        whole = wanted.complete_unreceipted(connection, self._context.official_id, sittings)
        if not whole:
            return NOTHING
        with self._context.store.transaction():
            for dossier in whole:
                _receipt(connection, dossier)
        return Changes(sittings=frozenset(each.sitting_id for each in whole), outbox=True)


def standing(connection: Connection) -> Standing:
    """Return how things stand."""
    counts = outbox.counts(connection)
    return Standing(counts.waiting, counts.rejected, meta.last_contact(connection))


def _receipt(connection: Connection, dossier: Dossier) -> None:
    event = DossierReceived(
        event_id=ids.new_id(),
        at=clock.now(),
        sitting_id=dossier.sitting_id,
        revision=dossier.revision,
        manifest_sha256=dossier.manifest_sha256(),
    )
    outbox.append(connection, event, subject_id=dossier.sitting_id, sitting_id=dossier.sitting_id)
    journal.write(connection, wanted.RECEIVED, dossier.sitting_id, str(dossier.revision))
