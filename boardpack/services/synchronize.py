"""Exchanging with the server: started by a timer, a button or an action; one at a time."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from boardpack.domain.errors import BoardpackError, Parameter, SurroundingsError
from boardpack.domain.ports import Transport
from boardpack.services.changes import NOTHING, Announcer, Changes
from boardpack.services.context import Context
from boardpack.services.endings import closing
from boardpack.services.exchange import Equipment, Exchange, Progress
from boardpack.services.identity import Identity
from boardpack.services.leaving import LeavingService
from boardpack.services.own_keys import OwnKeys
from boardpack.services.reckoning import parted
from boardpack.services.rejections import DoubtRow, RejectedRow, doubt_row, rejected_row
from boardpack.services.store_side import StoreSide, standing
from boardpack.services.sync_models import DISAGREEMENTS, SyncReport, history, mode_after
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.store import doubts, outbox, reconciling, wanted

__all__ = ["ExchangeUnderWayError", "Progress", "RejectedRow", "SyncReport", "SyncService"]

Pause: TypeAlias = Callable[[float], object]
_UNDER_WAY: Final = "sync.under_way"
_log = logging.getLogger("boardpack.services")


class ExchangeUnderWayError(SurroundingsError):
    """An exchange runs already."""

    code = _UNDER_WAY


class SyncService:
    """Exchanges with the server of this profile."""

    def __init__(
        self,
        context: Context,
        transport: Transport,
        announcer: Announcer,
        identity: Identity,
        keys: OwnKeys,
        leaving: LeavingService,
    ) -> None:
        """Exchange through `transport`; `keys` open what this person sealed."""
        self._leaving = leaving
        self._context = context
        self._transport = transport
        self._announcer = announcer
        self._identity = identity
        self._keys = keys
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._closed = threading.Event()
        self._code = ""
        self._parameters: tuple[tuple[str, Parameter], ...] = ()

    def sync_once(
        self, progress: Progress | None = None, *, pause: Pause | None = None
    ) -> SyncReport:
        """Exchange once: send what waits, take in what changed, fetch what is missing.

        Network lane. Failures that have a name are in the report, never raised: being offline is
        no event. A second call while one runs comes back at once and says so.

        Args:
            progress: called with each new state, on this thread.
            pause: waits so many seconds; tests give one that does not.
        """
        if not self._lock.acquire(blocking=False):
            return SyncReport(code=_UNDER_WAY)
        try:
            self._cancelled.clear()
            report = self._exchange(progress, pause or self._cancelled.wait)
            self._tick()
            self._code, self._parameters = report.code, report.parameters
            return report
        finally:
            self._lock.release()

    def _exchange(self, progress: Progress | None, pause: Pause) -> SyncReport:
        equipment = Equipment(
            store=StoreSide(self._context, self._identity, self._keys, self._closed),
            transport=self._transport,
            announcer=self._announcer,
            cancelled=self._cancelled,
            pause=pause,
            jitter=random.random,
            progress=progress,
        )
        try:
            gone = self._leaving.before_exchange()
            if gone is not None:
                return SyncReport(gone.code, tuple(gone.parameters.items()))
            return self._run(Exchange(equipment))
        except ExchangeCancelledError:
            return SyncReport(cancelled=True)
        except BoardpackError as error:
            # The store itself failed before or after the machine could be told.
            return SyncReport(error.code, tuple(error.parameters.items()))

    def _tick(self) -> None:
        """Let time close and erase what it must, whether the server was reached or not."""

        def step() -> None:
            if not self._closed.is_set():
                self._leaving.endings.tick()

        try:
            self._context.in_store(step)
        except BoardpackError as error:
            # A full or damaged disk: the exchange itself, or the next opening, says so.
            _log.info("closing and erasing wait: %s", error)

    def _run(self, exchange: Exchange) -> SyncReport:
        report = exchange.run()
        if report.code in DISAGREEMENTS:
            self._context.in_store(lambda: self._disagrees(report.code))
        if exchange.ended is not None:
            error = self._leaving.refused(exchange.ended)
            return replace(report, code=error.code, parameters=tuple(error.parameters.items()))
        if not report.code:
            self._leaving.welcome()
        return report

    def _disagrees(self, code: str) -> None:
        with self._context.store.transaction() as connection:
            if reconciling.disagreement(connection) != code:
                reconciling.note_disagreement(connection, code)

    def cancel(self) -> None:
        """End the exchange under way, soon; what came stays. Any thread."""
        self._cancelled.set()

    def close(self) -> None:
        """End the exchange under way; its steps on the store come to nothing. Store lane."""
        self._leaving.close()
        self._closed.set()
        self._cancelled.set()

    def state(self) -> SyncState:
        """Return how things stand while nothing runs. Store lane."""
        connection = self._context.store.connection
        now, told = standing(connection), history(connection)
        code = self._code or reconciling.disagreement(connection)
        missing = {
            each.sha256: each for each in wanted.missing(connection, self._context.official_id)
        }
        steering, awaited = self._context.steering, frozenset(self._context.awaited)
        coming, held = parted(missing.values(), steering.allowance(), awaited)
        working = self._lock.locked()
        return SyncState(
            mode=SyncMode.WORKING if working else mode_after(code),
            last_contact=now.last_contact,
            waiting=now.waiting,
            rejected=now.rejected,
            doubts=now.doubts,
            history=told,
            received=0,
            to_receive=coming.size,
            documents_left=coming.files,
            documents=coming.files,
            holding=steering.holding,
            held_documents=held.files,
            held_bytes=held.size,
            code="" if working else code,
            parameters=() if working else self._parameters,
            closing=closing(connection),
        )

    def rejected(self) -> tuple[RejectedRow, ...]:
        """Return what the server rejected and the person has not dismissed. Store lane."""
        return tuple(rejected_row(row) for row in outbox.rejected(self._context.store.connection))

    def doubts(self) -> tuple[DoubtRow, ...]:
        """Return what was refused of the server's word and the person has not read. Store lane."""
        return tuple(doubt_row(each) for each in doubts.unread(self._context.store.connection))

    def dismiss_doubt(self, subject_id: str) -> Changes:
        """Let a doubt go: the person read it; what was refused stays refused. Store lane."""
        with self._context.store.transaction() as connection:
            gone = doubts.acknowledge(connection, subject_id)
        return self._announcer.announce(Changes(doubts=True)) if gone else NOTHING

    def dismiss(self, event_id: str) -> Changes:
        """Let a rejected action go: the person saw why. Store lane."""
        with self._context.store.transaction() as connection:
            gone = outbox.acknowledge_rejection(connection, event_id)
        return self._announcer.announce(Changes(outbox=True)) if gone else NOTHING
