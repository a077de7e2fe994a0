"""One exchange with the server: asks the machine, does it, tells the machine.

Files go over a few threads at a time (`transfers`); everything else happens here, one thing after
the other, with the store's steps on the store lane (`store_side`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
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
)
from boardpack.domain.transfers import Wanted
from boardpack.services import transfers
from boardpack.services.changes import Announcer
from boardpack.services.read_models import SyncMode, SyncState
from boardpack.services.store_side import StoreSide
from boardpack.services.sync_models import SyncReport
from boardpack.store.errors import BlobAbsentError, DamagedBlobError
from boardpack.store.receiving import Receiving
from sync.engine import events
from sync.engine.commands import Await, Command, Done, FetchBlob, SendBatch, UploadBlob, Wait
from sync.engine.machine import DOWNLOADS, SyncMachine
from sync.protocol.codec import decode_reply
from sync.protocol.errors import BadRangeError, NoAccessError

Progress: TypeAlias = Callable[[SyncState], None]
#: How often progress is told while files are under way, in seconds.
_BEAT: Final = 0.2
_NOT_GIVEN: Final = (BlobUnknownError, BadRangeError, NoAccessError)
_NOT_TAKEN: Final = (BlobTooLargeError, BlobNotAllowedError, BlobAbsentError, DamagedBlobError)


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
    """A file under way; `receiving` only for one that comes."""

    sha256: str
    receiving: Receiving | None = None


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
        self._to_receive = 0
        self._files_left = 0
        self._told_cancelled = False

    def run(self) -> SyncReport:
        """Exchange until the machine says that it is done; failures are in the report."""
        machine = SyncMachine(self._store.pending(), clock.now(), self._equipment.jitter)
        with ThreadPoolExecutor(DOWNLOADS, thread_name_prefix="transfer") as pool:
            try:
                while not isinstance(command := self._next(machine), Done):
                    self._do(machine, command, pool)
            except BaseException:
                # Let the transfers end soon: the pool waits for them.
                self._equipment.cancelled.set()
                raise
        return self._ended(command)

    def _next(self, machine: SyncMachine) -> Command:
        if self._equipment.cancelled.is_set() and not self._told_cancelled:
            self._told_cancelled = True
            machine.tell(events.Cancelled())
        self._tell_progress()
        return machine.next()

    def _do(self, machine: SyncMachine, command: Command, pool: ThreadPoolExecutor) -> None:
        match command:
            case SendBatch(event_ids):
                machine.tell(self._send(event_ids))
            case UploadBlob(sha256):
                self._begin_upload(machine, pool, sha256)
            case FetchBlob(wanted):
                self._begin_fetch(machine, pool, wanted)
            case Await():
                self._collect(machine)
            case Wait(seconds):
                self._equipment.pause(seconds)
                if not self._equipment.cancelled.is_set():
                    machine.tell(events.Waited())

    def _ended(self, done: Done) -> SyncReport:
        # The closing of the session may be noticed by a step before it is told to the machine.
        cancelled = done.cancelled or done.code == transfers.ExchangeCancelledError.code
        return replace(
            self._report,
            code="" if cancelled else done.code,
            parameters=() if cancelled else done.parameters,
            received_bytes=self._meter.received,
            sent_bytes=self._meter.sent,
            incomplete=done.incomplete,
            retry_after=done.retry_after,
            cancelled=cancelled,
        )

    # The batch

    def _send(self, event_ids: tuple[str, ...]) -> events.Event:
        try:
            request = self._store.request(event_ids)
            reply = decode_reply(self._equipment.transport.exchange(request))
            taken = self._store.take_in(reply)
        except BoardpackError as error:
            return _failure(events.BATCH, error)
        missing = {each.sha256: each.size for each in taken.event.missing}
        self._to_receive = self._meter.received + sum(missing.values())
        self._files_left = len(missing)
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
            return _failure(sha256, error)
        pending = self._store.refuse(sha256, error)
        self._announce(Changes(outbox=True))
        return events.UploadRefused(sha256, pending)

    # Files that come

    def _begin_fetch(self, machine: SyncMachine, pool: ThreadPoolExecutor, wanted: Wanted) -> None:
        try:
            receiving = self._store.begin_receiving(wanted)
        except BoardpackError as error:
            machine.tell(_failure(wanted.sha256, error))
            return
        if receiving is None:
            self._keep(machine, [], [wanted.sha256])
            return
        work = partial(transfers.receive, self._equipment.transport, receiving, self._meter)
        self._under_way[pool.submit(work)] = _Transfer(wanted.sha256, receiving)

    def _keep(self, machine: SyncMachine, arrived: list[Receiving], digests: list[str]) -> None:
        """Count files as here: those that arrived together in one transaction."""
        try:
            changes, pending = self._store.keep(arrived, digests)
        except BoardpackError as error:
            for sha256 in digests:
                machine.tell(_failure(sha256, error))
            return
        self._files_left -= len(digests)
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
            return _failure(receiving.sha256, second)
        if isinstance(error, DamagedBlobError):
            return events.BlobDamaged(receiving.sha256)
        if isinstance(error, _NOT_GIVEN):
            return events.BlobRefused(receiving.sha256, error.code, tuple(error.parameters.items()))
        return _failure(receiving.sha256, error)

    # What comes of transfers

    def _collect(self, machine: SyncMachine) -> None:
        """Wait for some transfers to end, and tell the machine."""
        done, _ = wait(self._under_way, timeout=_BEAT, return_when=FIRST_COMPLETED)
        arrived: list[Receiving] = []
        for future in done:
            transfer, error = self._under_way.pop(future), future.exception()
            if error is not None and not isinstance(error, BoardpackError):
                raise error
            if transfer.receiving is not None and error is None:
                arrived.append(transfer.receiving)
            else:
                machine.tell(self._outcome(transfer, error))
        if arrived:
            self._keep(machine, arrived, [each.sha256 for each in arrived])

    def _outcome(self, transfer: _Transfer, error: BoardpackError | None) -> events.Event:
        if error is None:
            return events.BlobUploaded(transfer.sha256)
        if transfer.receiving is None:
            return self._upload_failed(transfer.sha256, error)
        return self._fetch_failed(transfer.receiving, error)

    # Who is told

    def _announce(self, changes: Changes) -> None:
        if changes.outbox:
            self._standing = self._store.standing()
        self._equipment.announcer.announce(changes)

    def _tell_progress(self) -> None:
        if self._equipment.progress is None:
            return
        self._equipment.progress(
            SyncState(
                mode=SyncMode.WORKING,
                last_contact=self._standing.last_contact,
                waiting=self._standing.waiting,
                rejected=self._standing.rejected,
                received=min(self._meter.received, self._to_receive),
                to_receive=self._to_receive,
                documents_left=self._files_left,
            )
        )


def _failure(subject: str, error: BoardpackError) -> events.Event:
    """Return what a failure of any command means to the machine."""
    parameters = tuple(error.parameters.items())
    if isinstance(error, ThrottledError):
        return events.Throttled(subject, error.seconds)
    if isinstance(error, ConnectionLostError):
        return events.ConnectionLost(subject, error.code, parameters, progress=error.progress)
    return events.Stopped(subject, error.code, parameters)
