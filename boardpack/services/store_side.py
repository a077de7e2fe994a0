"""The store's part of an exchange: each method is one step on the store lane."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from boardpack.domain import clock, ids
from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.errors import BoardpackError
from boardpack.domain.refusals import BlobMissingError
from boardpack.domain.transfers import DeltaOffer, Pending, Wanted
from boardpack.sealing.segments import SealedReader
from boardpack.services import keyholding, recovery, sealed_positions
from boardpack.services.context import Context
from boardpack.services.holding import Steering
from boardpack.services.identity import Identity
from boardpack.services.keyholding import Agent
from boardpack.services.own_keys import OwnKeys
from boardpack.services.rebuilding import Rebuilding
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.services.unsealing import Packs, Unsealing
from boardpack.store import (
    aside,
    bases,
    changes,
    cursor,
    doubts,
    journal,
    meta,
    outbox,
    reconciling,
    sent,
    wanted,
)
from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedBlobError
from boardpack.store.receiving import Receiving
from sync.delta.errors import BadDeltaError
from sync.engine import events
from sync.protocol import codec
from sync.protocol.messages import PROTOCOL, Answer, DossierReceived, ExchangeReply, ExchangeRequest

T = TypeVar("T")


@dataclass(frozen=True)
class Standing:
    """How things stand, for the quiet line."""

    waiting: int = 0
    rejected: int = 0
    last_contact: datetime | None = None
    doubts: int = 0


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
        self, context: Context, identity: Identity, keys: OwnKeys, closed: threading.Event
    ) -> None:
        """Work on this profile until it is `closed`, which happens on the store lane as well.

        Events that the server defers are not sent twice by one of us.
        """
        self._context = context
        self._closed = closed
        self._identity = identity
        self._keys = keys
        self._deferred: set[str] = set()
        self._lost: set[str] = set()
        self._asked = sent.Asked()
        self._packs = Packs(context.blobs)

    def _step(self, work: Callable[[Connection], T]) -> T:
        def step() -> T:
            if self._closed.is_set():
                raise ExchangeCancelledError
            return work(self._context.store.connection)

        return self._context.in_store(step)

    # The batch

    def begin(self) -> tuple[Pending, ...]:
        """Seal what is due of the person's own state; return what waits to be sent."""

        def step(connection: Connection) -> tuple[Pending, ...]:
            sealed_positions.seal_changed(self._context, self._keys)
            return self._pending(connection)

        return self._step(step)

    def _pending(self, connection: Connection) -> tuple[Pending, ...]:
        back = keyholding.held_back(connection)
        skip = self._deferred | back.event_ids
        return wanted.pending(connection, skip=skip, lost=self._lost)

    def standing(self) -> Standing:
        """Return how things stand."""
        return self._step(standing)

    def request(self, event_ids: tuple[str, ...]) -> bytes:
        """Return the bytes of a request with these events and the cursor."""

        def step(connection: Connection) -> bytes:
            position = cursor.load(connection)
            rows = outbox.by_ids(connection, event_ids)
            again = rows if reconciling.is_patient(connection) else ()
            self._asked = reconciling.ask(connection)
            return codec.encode(
                ExchangeRequest(
                    protocol=PROTOCOL,
                    epoch=position.epoch,
                    cursor=position.feeds,
                    events=tuple(keyholding.finish(connection, row.event) for row in rows),
                    seal=position.seal,
                    ask=self._asked.event_ids,
                    again=tuple(row.event_id for row in again),
                )
            )

        return self._step(step)

    def take_in(self, reply: ExchangeReply) -> TakenIn:
        """Apply a reply; make the receipts of dossiers that are whole now."""

        def step(connection: Connection) -> TakenIn:
            quiet = {row.event_id for row in outbox.of_kinds(connection, outbox.QUIET)}
            applied = self._apply(connection, reply)
            if applied.left:
                self._context.blobs.sweep()
                aside.remove(self._context.store.folder)
            moved = sealed_positions.open_arrived(self._context, self._keys)
            made = NOTHING if applied.more else self._make_own(connection, reply)
            if not applied.more:
                self._packs.let_go(connection)
            self._identity.refresh(applied.changes)
            final = [each for each in reply.answers if each not in applied.deferred]
            return TakenIn(
                event=self._answered(connection, reply, applied, self._not_now(applied)),
                changes=applied.changes | moved | made,
                answered=len(final),
                rejected=sum(not each.accepted and each.event_id not in quiet for each in final),
            )

        return self._step(step)

    def _apply(self, connection: Connection, reply: ExchangeReply) -> changes.Applied:
        """Apply a reply; while a restored server is asked what it lost, there is always more."""
        applied = changes.apply(self._context.store, reply, self._keys.open_note)
        with self._context.store.transaction():
            reconciling.answered(connection, self._asked, reply.unknown)
        under_way = reconciling.under_way(connection) is not None
        news = Changes(outbox=bool(reply.unknown))
        return replace(
            applied,
            changes=applied.changes | news,
            more=applied.more or under_way,
            moved=applied.moved or bool(self._asked.event_ids),
        )

    def _not_now(self, applied: changes.Applied) -> list[Answer]:
        """Leave out what was put off; return what is to be said about it.

        An event that lacks a file which the server once had gets another try, with the file. One
        that may mend itself, now that the server was restored, waits for others without a word.
        """
        said: list[Answer] = []
        for each in applied.deferred:
            file = str(each.parameters.get("sha256", ""))
            if each.code == BlobMissingError.code and file not in self._lost:
                self._lost.add(file)
                continue
            self._deferred.add(each.event_id)
            if not reconciling.may_mend(each.code):
                said.append(each)
        return said

    def _answered(
        self,
        connection: Connection,
        reply: ExchangeReply,
        applied: changes.Applied,
        put_off: Sequence[Answer],
    ) -> events.BatchAnswered:
        deferred = [(each.code, each.parameters) for each in put_off]
        reason = keyholding.held_back(connection).reason
        if reason is not None and not applied.more:
            deferred.append((reason.code, reason.parameters))
        missing = () if applied.more else self._missing(connection, reply.server_time)
        return events.BatchAnswered(
            more=applied.more,
            moved=applied.moved,
            pending=self._pending(connection),
            missing=missing,
            retry_after=reply.retry_after,
            deferred=tuple((code, tuple(parameters.items())) for code, parameters in deferred),
        )

    def _missing(self, connection: Connection, now: datetime) -> tuple[Wanted, ...]:
        found = wanted.missing(connection, self._context.official_id, now)
        awaited = self._context.awaited
        awaited &= {each.sha256 for each in found}
        here = self._packs.files(connection)
        # What was sent ahead is only to be opened: it has no turn, and needs no delta.
        ahead = [replace(each, turn_in=0, ahead=True) for each in found if each.sha256 in here]
        others = bases.with_bases(connection, [each for each in found if each.sha256 not in here])
        return tuple(replace(each, opened=each.sha256 in awaited) for each in (*ahead, *others))

    def awaited(self) -> frozenset[str]:
        """Return the files that the person tried to open and that are not here. Any thread."""
        return frozenset(self._context.awaited)

    def steering(self) -> Steering:
        """Return how files come now. Any thread."""
        return self._context.steering

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

    def begin_unsealing(self, receiving: Receiving) -> Unsealing | None:
        """Make ready to take a file out of a pack that was sent ahead; None when none has it."""
        try:
            return self._step(lambda connection: self._packs.begin(connection, receiving))
        except BaseException:
            receiving.close()
            raise

    def begin_rebuilding(self, file: Wanted, offer: DeltaOffer) -> Rebuilding | None:
        """Make ready to make a file of a delta; None when it is here already.

        Raises:
            BlobAbsentError, DamagedBlobError: the base is not here any more.
            BadDeltaError: the delta has the digest of a file that is here.
        """

        def step(_: Connection) -> Rebuilding | None:
            blobs = self._context.blobs
            if blobs.has(file.sha256):
                return None
            if blobs.has(offer.sha256):
                raise BadDeltaError(reason="digest")
            base = blobs.reader(offer.base)
            try:
                receiving = blobs.begin(file.sha256, file.size)
                try:
                    artefact = blobs.begin(offer.sha256, offer.size)
                except BaseException:
                    receiving.close()
                    raise
            except BaseException:
                base.close()
                raise
            return Rebuilding(offer, receiving, artefact, base)

        return self._step(step)

    def pause_rebuilding(self, work: Rebuilding) -> None:
        """Keep what came of a delta, and of the file that is made of it."""

        def step(_: Connection) -> None:
            with self._context.store.transaction():
                for each in (work.receiving, work.artefact):
                    self._context.blobs.pause(each)

        self._step(step)

    def drop_rebuilding(self, work: Rebuilding, error: BoardpackError) -> None:
        """Forget a delta that makes no file, and what was made of it; a damaged base too."""
        gone = {work.receiving.sha256, work.artefact.sha256}
        if isinstance(error, DamagedBlobError) and error.parameters["sha256"] == work.offer.base:
            gone.add(work.offer.base)

        def step(_: Connection) -> None:
            with self._context.store.transaction():
                for sha256 in gone:
                    self._context.blobs.give_up(sha256)

        self._step(step)

    def tidy(self) -> None:
        """Forget parts of what is no longer missing: deltas of exchanges that were cut short."""
        self._step(lambda _: self._context.blobs.drop_partial())

    def pause(self, receiving: Receiving) -> None:
        """Keep what came of a file that did not arrive whole."""
        self._step(lambda _: self._context.blobs.pause(receiving))

    def keep(
        self,
        arrived: Sequence[Receiving],
        digests: Collection[str],
        used: Collection[str] = (),
    ) -> tuple[Changes, tuple[Pending, ...] | None]:
        """Count files as here, all in one transaction.

        Args:
            arrived: verified files; those that were here already have none.
            digests: of all of them.
            used: digests of the deltas that some were made of; they go.

        Returns:
            What changed, and what to send when a receipt was made.
        """

        def step(connection: Connection) -> tuple[Changes, tuple[Pending, ...] | None]:
            sittings, documents = frozenset[str](), frozenset[str]()
            with self._context.store.transaction():
                self._context.blobs.commit(*arrived)
                for sha256 in digests:
                    in_sittings, in_documents = wanted.places_of(connection, sha256)
                    sittings, documents = sittings | in_sittings, documents | in_documents
                for sha256 in used:
                    self._context.blobs.give_up(sha256)
                made = self._make_receipts(connection, sittings)
            self._packs.let_go(connection)
            self._context.awaited.difference_update(digests)
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

    def _make_own(self, connection: Connection, reply: ExchangeReply) -> Changes:
        """Make what this device says by itself once it has read all: receipts, keys, wraps."""
        sent_again = recovery.keep_sent(connection)
        with self._context.store.transaction():
            agent = Agent(self._context.official_id, self._keys)
            tended = keyholding.tend(connection, agent, reply.epoch)
        return self._make_receipts(connection) | Changes(outbox=sent_again or tended)

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
    return Standing(
        counts.waiting, counts.rejected, meta.last_contact(connection), doubts.count(connection)
    )


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
