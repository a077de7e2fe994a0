"""Exchanging with the server: started by a timer, a button or an action; one at a time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Final, TypeAlias

from boardpack.domain.errors import BoardpackError, Parameter, SurroundingsError
from boardpack.domain.ports import Transport
from boardpack.services.changes import NOTHING, Announcer, Changes
from boardpack.services.context import Context
from boardpack.services.exchange import Equipment, Exchange, Progress
from boardpack.services.identity import Identity
from boardpack.services.read_models import SyncMode, SyncState
from boardpack.services.rejections import RejectedRow, rejected_row
from boardpack.services.store_side import StoreSide, standing
from boardpack.services.sync_models import SyncReport, mode_after
from boardpack.services.transfers import ExchangeCancelledError
from boardpack.store import outbox, wanted
from boardpack.store.changes import OpenNote

__all__ = ["ExchangeUnderWayError", "Progress", "RejectedRow", "SyncReport", "SyncService"]

Pause: TypeAlias = Callable[[float], object]
_UNDER_WAY: Final = "sync.under_way"


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
        open_note: OpenNote,
    ) -> None:
        """Exchange through `transport`; `open_note` opens this person's sealed notes."""
        self._context = context
        self._transport = transport
        self._announcer = announcer
        self._identity = identity
        self._open_note = open_note
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
            self._code, self._parameters = report.code, report.parameters
            return report
        finally:
            self._lock.release()

    def _exchange(self, progress: Progress | None, pause: Pause) -> SyncReport:
        equipment = Equipment(
            store=StoreSide(self._context, self._identity, self._open_note, self._closed),
            transport=self._transport,
            announcer=self._announcer,
            cancelled=self._cancelled,
            pause=pause,
            jitter=random.random,
            progress=progress,
        )
        try:
            return Exchange(equipment).run()
        except ExchangeCancelledError:
            return SyncReport(cancelled=True)
        except BoardpackError as error:
            # The store itself failed before or after the machine could be told.
            return SyncReport(error.code, tuple(error.parameters.items()))

    def cancel(self) -> None:
        """End the exchange under way, soon; what came stays. Any thread."""
        self._cancelled.set()

    def close(self) -> None:
        """End the exchange under way; its steps on the store come to nothing. Store lane."""
        self._closed.set()
        self._cancelled.set()

    def state(self) -> SyncState:
        """Return how things stand while nothing runs. Store lane."""
        connection = self._context.store.connection
        now = standing(connection)
        missing = {
            each.sha256: each.size for each in wanted.missing(connection, self._context.official_id)
        }
        return SyncState(
            mode=SyncMode.WORKING if self._lock.locked() else mode_after(self._code),
            last_contact=now.last_contact,
            waiting=now.waiting,
            rejected=now.rejected,
            received=0,
            to_receive=sum(missing.values()),
            documents_left=len(missing),
            code=self._code,
            parameters=self._parameters,
        )

    def rejected(self) -> tuple[RejectedRow, ...]:
        """Return what the server rejected and the person has not dismissed. Store lane."""
        return tuple(rejected_row(row) for row in outbox.rejected(self._context.store.connection))

    def dismiss(self, event_id: str) -> Changes:
        """Let a rejected action go: the person saw why. Store lane."""
        with self._context.store.transaction() as connection:
            gone = outbox.acknowledge_rejection(connection, event_id)
        return self._announcer.announce(Changes(outbox=True)) if gone else NOTHING
