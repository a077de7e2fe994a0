"""One exchange with the server: asks the machine, does it, tells the machine.

Files go over a few threads at a time (`transfers`); everything else happens here, one thing after
the other, with the store's steps on the store lane (`store_side`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeAlias

from boardpack.domain import clock
from boardpack.domain.changes import Changes
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError, ThrottledError, Transport
from boardpack.domain.refusals import (
    BlobNotAllowedError,
    BlobTooLargeError,
    BlobUnknownError,
    BlobWrongDigestError,
    DeviceEndedError,
    QuotaExceededError,
)
from boardpack.domain.transfers import DeltaOffer, Wanted
from boardpack.services import rebuilding, transfers, unsealing
from boardpack.services.changes import Announcer
from boardpack.services.rebuilding import Rebuilding
from boardpack.services.reckoning import Reckoning
from boardpack.services.store_side import StoreSide
from boardpack.services.sync_models import SyncReport
from boardpack.services.sync_state import SyncState
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.store.errors import BlobAbsentError, DamagedBlobError
from boardpack.store.receiving import Receiving
from sync.delta.errors import BadDeltaError
from sync.engine import events
from sync.engine.commands import (
    AskDeltas,
    Await,
    Command,
    Done,
    FetchBlob,
    FetchDelta,
    Interrupt,
    SendBatch,
    UploadBlob,
    Wait,
)
from sync.engine.machine import SyncMachine
from sync.engine.queue import DOWNLOADS
from sync.protocol.codec import UnreadableMessageError, decode_reply
from sync.protocol.errors import BadRangeError, BlobLostError, NoAccessError

Progress: TypeAlias = Callable[[SyncState], None]
#: How often progress is told while files are under way, in seconds.
_BEAT: Final = 0.2
_NOT_GIVEN: Final = (BlobUnknownError, BlobLostError, BadRangeError, NoAccessError)
_NO_FILE: Final = (
    BadDeltaError,
    DamagedBlobError,
    BlobAbsentError,
    UnreadableMessageError,
    *_NOT_GIVEN,
)
_NOT_TAKEN: Final = (
    BlobTooLargeError,
    QuotaExceededError,
    BlobNotAllowedError,
    BlobAbsentError,
    DamagedBlobError,
)


@dataclass(frozen=True)
class Equipment:
    """What an exchange works with.

    Attributes:
        cancelled: set by any thread to end it.
        pause: waits so many seconds, less when the exchange is cancelled.
        jitter: numbers in [0, 1), at random.
    """

    store: StoreSide
    transport: Transport
    announcer: Announcer
    cancelled: threading.Event
    pause: Callable[[float], object]
    jitter: Callable[[], float]
    progress: Progress | None = None


@dataclass(frozen=True)
class _Transfer:
    """A file under way; `receiving` only for one that comes, `work` for one made of a delta."""

    sha256: str
    receiving: Receiving | None = None
    work: Rebuilding | None = None
    interrupted: threading.Event = field(default_factory=threading.Event)


class Exchange:
    """One run; used once."""

    def __init__(self, equipment: Equipment) -> None:
        """Make ready."""
        self._equipment = equipment
        self._store = equipment.store
        self._meter = transfers.Meter(equipment.cancelled)
        self._under_way: dict[Future[None], _Transfer] = {}
        self._report = SyncReport()
        self._standing = self._store.standing()
        self._reckoning = Reckoning()
        self._allowance = self._store.steering().allowance()
        self._told_cancelled = False
        self._told_opened: frozenset[str] = frozenset()
        #: The server's refusal of this very device, when that ended the exchange.
        self.ended: DeviceEndedError | None = None

    def run(self) -> SyncReport:
        """Exchange until the machine says that it is done; failures are in the report."""
        begun = time.monotonic()
        pending, jitter = self._store.begin(), self._equipment.jitter
        machine = SyncMachine(pending, clock.now(), jitter, self._allowance)
        with ThreadPoolExecutor(DOWNLOADS, thread_name_prefix="transfer") as pool:
            try:
                while not isinstance(command := self._next(machine), Done):
                    self._do(machine, command, pool)
            except BaseException:
                # Let the transfers end soon: the pool waits for them.
                self._equipment.cancelled.set()
                raise
        return replace(self._ended(machine, command), seconds=time.monotonic() - begun)

    def _next(self, machine: SyncMachine) -> Command:
        if self._equipment.cancelled.is_set() and not self._told_cancelled:
            self._told_cancelled = True
            machine.tell(events.Cancelled())
        awaited = self._store.awaited()
        for sha256 in awaited - self._told_opened:
            machine.tell(events.Opened(sha256))
        self._told_opened = awaited
        allowance = self._store.steering().allowance()
        if allowance != self._allowance:
            self._allowance = allowance
            machine.tell(events.Allowed(allowance))
        self._reckoning.steer(allowance, awaited, machine.later)
        self._tell_progress()
        return machine.next()

    def _do(self, machine: SyncMachine, command: Command, pool: ThreadPoolExecutor) -> None:
        match command:
            case SendBatch(event_ids):
                machine.tell(self._send(event_ids))
            case AskDeltas(wanted):
                machine.tell(self._ask(wanted))
            case Interrupt(sha256):
                self._interrupt(sha256)
            case Await():
                self._collect(machine)
            case Wait(seconds):
                self._equipment.pause(seconds)
                if not self._equipment.cancelled.is_set():
                    machine.tell(events.Waited())
            case _:
                self._begin(machine, command, pool)

    def _begin(self, machine: SyncMachine, command: Command, pool: ThreadPoolExecutor) -> None:
        match command:
            case UploadBlob(sha256):
                self._begin_upload(machine, pool, sha256)
            case FetchBlob(wanted):
                self._begin_fetch(machine, pool, wanted)
            case FetchDelta(wanted, offer):
                self._begin_rebuilding(machine, pool, wanted, offer)

    def _interrupt(self, sha256: str) -> None:
        for each in self._under_way.values():
            if each.sha256 == sha256:
                each.interrupted.set()

    def _ended(self, machine: SyncMachine, done: Done) -> SyncReport:
        # The closing of the session may be noticed by a step before it is told to the machine.
        cancelled = done.cancelled or done.code == ExchangeCancelledError.code
        if not (cancelled or done.code or done.incomplete or done.later or done.held):
            self._store.tidy()
        return replace(
            self._report,
            code="" if cancelled else done.code,
            parameters=() if cancelled else done.parameters,
            received_bytes=self._meter.came,
            saved_bytes=self._meter.saved,
            delta_failures=machine.delta_failures,
            fallback_whole=machine.fallback_whole,
            sent_bytes=self._meter.sent,
            incomplete=done.incomplete,
            later=done.later,
            next_in=done.next_in,
            holding=self._store.steering().holding,
            held_files=self._reckoning.held.files,
            held_bytes=self._reckoning.held.size,
            retry_after=done.retry_after,
            doubts=self._standing.doubts,
            cancelled=cancelled,
        )

    # The batch

    def _send(self, event_ids: tuple[str, ...]) -> events.Event:
        try:
            request = self._store.request(event_ids)
            reply = decode_reply(self._equipment.transport.exchange(request))
            taken = self._store.take_in(reply)
        except BoardpackError as error:
            return self._failure(events.BATCH, error)
        self._reckoning.expect({each.sha256: each for each in taken.event.missing})
        self._report = replace(
            self._report,
            sent=self._report.sent + taken.answered,
            rejected=self._report.rejected + taken.rejected,
        )
        self._announce(taken.changes)
        return taken.event

    # Files that go

    def _begin_upload(self, machine: SyncMachine, pool: ThreadPoolExecutor, sha256: str) -> None:
        try:
            reader = self._store.reader(sha256)
        except BoardpackError as error:
            machine.tell(self._upload_failed(sha256, error))
            return
        work = partial(transfers.send, self._equipment.transport, sha256, reader, self._meter)
        self._under_way[pool.submit(work)] = _Transfer(sha256)

    def _upload_failed(self, sha256: str, error: BoardpackError) -> events.Event:
        if isinstance(error, BlobWrongDigestError):
            return events.BlobDamaged(sha256)
        if not isinstance(error, _NOT_TAKEN):
            return self._failure(sha256, error)
        pending = self._store.refuse(sha256, error)
        self._announce(Changes(outbox=True))
        return events.UploadRefused(sha256, pending)

    # Files that come

    def _begin_fetch(self, machine: SyncMachine, pool: ThreadPoolExecutor, wanted: Wanted) -> None:
        try:
            receiving = self._store.begin_receiving(wanted)
            sealed = self._store.begin_unsealing(receiving) if receiving else None
        except BoardpackError as error:
            machine.tell(self._failure(wanted.sha256, error))
            return
        if receiving is None:
            self._keep(machine, [], [wanted.sha256])
            return
        transfer = _Transfer(wanted.sha256, receiving)
        if sealed is not None:
            self._under_way[pool.submit(unsealing.unseal, sealed, self._meter)] = transfer
            return
        facts = (self._equipment.transport, receiving, self._meter, transfer.interrupted)
        self._under_way[pool.submit(transfers.receive, *facts)] = transfer

    def _keep(
        self,
        machine: SyncMachine,
        arrived: list[Receiving],
        digests: list[str],
        used: Sequence[str] = (),
    ) -> None:
        """Count files as here: those that arrived together in one transaction."""
        try:
            changes, pending = self._store.keep(arrived, digests, used)
        except BoardpackError as error:
            for sha256 in digests:
                machine.tell(self._failure(sha256, error))
            return
        self._reckoning.arrived(digests)
        self._report = replace(
            self._report, received_files=self._report.received_files + len(digests)
        )
        self._announce(changes)
        for sha256 in digests:
            machine.tell(events.BlobStored(sha256, pending))

    def _fetch_failed(self, receiving: Receiving, error: BoardpackError) -> events.Event:
        try:
            self._store.pause(receiving)
        except BoardpackError as second:
            return self._failure(receiving.sha256, second)
        if isinstance(error, DamagedBlobError):
            return events.BlobDamaged(receiving.sha256)
        if isinstance(error, _NOT_GIVEN):
            return events.BlobRefused(receiving.sha256, error.code, tuple(error.parameters.items()))
        return self._failure(receiving.sha256, error)

    # Files that are made of deltas

    def _ask(self, wanted: Sequence[Wanted]) -> events.Event:
        try:
            found = rebuilding.search(self._equipment.transport, wanted)
        except BoardpackError as error:
            return self._failure(events.DELTAS, error)
        return events.DeltasAnswered(found)

    def _begin_rebuilding(
        self, machine: SyncMachine, pool: ThreadPoolExecutor, wanted: Wanted, offer: DeltaOffer
    ) -> None:
        try:
            work = self._store.begin_rebuilding(wanted, offer)
        except BoardpackError as error:
            failed = isinstance(error, _NO_FILE)
            sha256 = wanted.sha256
            machine.tell(events.DeltaFailed(sha256) if failed else self._failure(sha256, error))
            return
        if work is None:
            self._keep(machine, [], [wanted.sha256])
            return
        transfer = _Transfer(wanted.sha256, work.receiving, work)
        facts = (self._equipment.transport, work, self._meter, transfer.interrupted)
        self._under_way[pool.submit(rebuilding.rebuild, *facts)] = transfer

    def _rebuilding_failed(self, work: Rebuilding, error: BoardpackError) -> events.Event:
        sha256 = work.receiving.sha256
        try:
            if isinstance(error, _NO_FILE):
                self._store.drop_rebuilding(work, error)
                return events.DeltaFailed(sha256)
            self._store.pause_rebuilding(work)
        except BoardpackError as second:
            return self._failure(sha256, second)
        return self._failure(sha256, error)

    # What comes of transfers

    def _collect(self, machine: SyncMachine) -> None:
        """Wait for some transfers to end, and tell the machine."""
        done, _ = wait(self._under_way, timeout=_BEAT, return_when=FIRST_COMPLETED)
        arrived: list[_Transfer] = []
        for future in done:
            transfer, error = self._under_way.pop(future), future.exception()
            if error is not None and not isinstance(error, BoardpackError):
                raise error
            if transfer.receiving is not None and error is None:
                arrived.append(transfer)
            else:
                machine.tell(self._outcome(transfer, error))
        if arrived:
            self._keep(
                machine,
                [each.receiving for each in arrived if each.receiving],
                [each.sha256 for each in arrived],
                [each.work.artefact.sha256 for each in arrived if each.work],
            )

    def _outcome(self, transfer: _Transfer, error: BoardpackError | None) -> events.Event:
        if error is None:
            return events.BlobUploaded(transfer.sha256)
        if transfer.receiving is None:
            return self._upload_failed(transfer.sha256, error)
        if transfer.work is not None:
            event = self._rebuilding_failed(transfer.work, error)
        else:
            event = self._fetch_failed(transfer.receiving, error)
        stopped = isinstance(event, events.Stopped) and event.code == ExchangeCancelledError.code
        interrupted = stopped and transfer.interrupted.is_set()
        return events.Interrupted(transfer.sha256) if interrupted else event

    # What a failure means

    def _failure(self, subject: str, error: BoardpackError) -> events.Event:
        """Return what a failure of any command means to the machine."""
        parameters = tuple(error.parameters.items())
        if isinstance(error, ThrottledError):
            return events.Throttled(subject, error.seconds)
        if isinstance(error, ConnectionLostError):
            return events.ConnectionLost(subject, error.code, parameters, progress=error.progress)
        if isinstance(error, DeviceEndedError):
            self.ended = error
        return events.Stopped(subject, error.code, parameters)

    # Who is told

    def _announce(self, changes: Changes) -> None:
        if changes.outbox or changes.doubts:
            self._standing = self._store.standing()
        self._equipment.announcer.announce(changes)

    def _tell_progress(self) -> None:
        if self._equipment.progress is None:
            return
        holding = self._store.steering().holding
        self._equipment.progress(self._reckoning.state(self._standing, holding, self._meter))
