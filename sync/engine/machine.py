"""The exchange with the server as a machine without sockets and without store.

Ask `next`, do what it says, `tell` what came of it, until `Done`. The order:

1. files that the waiting events need go up, then the events, then pages of changes come down
   until the server has no more;
2. missing files come down, the most urgent first, several at a time (`queue`), as deltas where
   something held here helps (`ladder`);
3. what that made (receipts) goes up with one more batch.

Every decision to wait, to try again and to give up is taken here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum, auto
from typing import Final, TypeAlias

from boardpack.domain.errors import BugError, Parameter, SurroundingsError
from boardpack.domain.ports import ThrottledError
from boardpack.domain.refusals import BlobWrongDigestError
from boardpack.domain.transfers import Allowance, Pending
from sync.engine import events, schedule
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
from sync.engine.ladder import Ladder
from sync.engine.queue import Queue

UPLOADS: Final = 3
#: Failures in a row that are borne: few while the server was never reached, more afterwards.
PATIENCE_BEFORE_CONTACT: Final = 1
PATIENCE: Final = 5
#: A longer wait than this ends the exchange; the next one obeys it.
LONGEST_WAIT: Final = 60.0
THROTTLES: Final = 5
#: Wrong digests that are borne for one file.
DAMAGES: Final = 3

#: Code of `boardpack.store.errors.DamagedBlobError`, which the machine may not import.
DAMAGED_FILE: Final = "store.damaged_blob"

#: Every file may come.
ALL: Final = Allowance()

Parameters: TypeAlias = tuple[tuple[str, Parameter], ...]


class NoProgressError(SurroundingsError):
    """The server says that there is more, and gives nothing."""

    code = "sync.no_progress"


class UnexpectedEventError(BugError):
    """The machine was told of something that it had not asked for."""

    code = "sync.unexpected_event"


class _Phase(Enum):
    SENDING = auto()
    FETCHING = auto()


class SyncMachine:
    """One exchange, from the first command to `Done`."""

    def __init__(
        self,
        pending: Iterable[Pending],
        now: datetime,
        jitter: Callable[[], float],
        allowance: Allowance = ALL,
    ) -> None:
        """Begin an exchange.

        Args:
            pending: what waits to be sent, at most one batch.
            now: for the order of files.
            jitter: returns numbers in [0, 1), at random.
            allowance: which files may come.
        """
        self._now = now
        self._jitter = jitter
        self._phase = _Phase.SENDING
        self._pending = tuple(pending)
        self._under_way: dict[str, Command] = {}
        self._held: set[str] = set()
        self._ladder = Ladder()
        self._queue = Queue(self._ladder, allowance)
        self._given_up: dict[str, tuple[str, Parameters]] = {}
        self._damages: dict[str, int] = {}
        self._deferred: tuple[tuple[str, Parameters], ...] = ()
        self._contacted = False
        self._failures = 0
        self._throttles = 0
        self._delay: float | None = None
        self._waiting = False
        self._ending: Done | None = None
        self._retry_after = 0.0

    @property
    def delta_failures(self) -> int:
        """Deltas that made no file."""
        return self._ladder.failures

    @property
    def later(self) -> frozenset[str]:
        """Files whose turn comes later."""
        return self._queue.turns.later

    @property
    def fallback_whole(self) -> int:
        """Files that came whole, or are to come, because their deltas failed."""
        return self._ladder.fallbacks

    # What to do

    def next(self) -> Command:
        """Return the next command; `Await` means: first tell what comes of those under way."""
        leaving = self._queue.leaving(self._under_way) if self._ending is None else None
        if leaving is not None:
            return Interrupt(leaving)
        if self._ending is not None or self._delay is not None or self._waiting:
            return self._pause()
        command = self._send() if self._phase is _Phase.SENDING else self._fetch()
        if isinstance(command, UploadBlob):
            self._under_way[command.sha256] = command
        elif isinstance(command, FetchBlob | FetchDelta):
            self._under_way[command.wanted.sha256] = command
        elif isinstance(command, AskDeltas):
            self._under_way[events.DELTAS] = command
        elif isinstance(command, SendBatch):
            self._under_way[events.BATCH] = command
        return command

    def _pause(self) -> Command:
        if self._under_way or self._waiting:
            return Await()
        if self._ending is not None:
            return self._ending
        seconds, self._delay = self._delay or 0.0, None
        self._waiting = True
        return Wait(seconds)

    def _send(self) -> Command:
        needed = (sha256 for each in self._pending for sha256 in each.uploads)
        upload = next(
            (each for each in needed if each not in self._held and each not in self._under_way),
            None,
        )
        if upload is not None and len(self._under_way) < UPLOADS:
            return UploadBlob(upload)
        if self._under_way:
            return Await()
        return SendBatch(tuple(each.event_id for each in self._pending))

    def _fetch(self) -> Command:
        asked = self._ladder.to_ask(self._queue.may_ask)
        if asked and events.DELTAS not in self._under_way:
            return AskDeltas(asked)
        fetch = self._queue.next(self._under_way)
        if fetch is not None:
            return fetch
        if self._under_way:
            return Await()
        if seconds := self._ladder.again(self._queue.may_ask):
            self._waiting = True
            return Wait(seconds)
        if self._pending:
            self._phase = _Phase.SENDING
            return self._send()
        return self._done()

    def _done(self) -> Done:
        reasons = (*self._given_up.values(), *self._deferred)
        code, parameters = next(iter(reasons), ("", ()))
        return Done(
            code,
            parameters,
            self._retry_after,
            incomplete=len(self._given_up),
            later=len(self._queue.turns.later),
            next_in=self._queue.turns.next_in,
            held=len(self._queue) - len(self._queue.turns.later),
        )

    # What came of it

    def tell(self, event: events.Event) -> None:
        """Take in what came of a command.

        Raises:
            UnexpectedEventError: nothing of the kind was asked for; nothing changes.
        """
        match event:
            case events.Waited():
                self._waited()
            case events.Cancelled():
                self._end(Done(cancelled=True))
            case events.Opened(sha256):
                self._queue.open(sha256)
            case events.Allowed(allowance):
                self._queue.allow(allowance)
            case _:
                self._take(event)

    def _waited(self) -> None:
        if not self._waiting:
            raise UnexpectedEventError(event="Waited")
        self._waiting = False

    def _take(self, event: events.Event) -> None:
        subject = getattr(event, "subject", events.BATCH)
        command = self._under_way.get(subject)
        if command is None or not isinstance(event, _ANSWERS[type(command)]):
            raise UnexpectedEventError(event=type(event).__name__)
        del self._under_way[subject]
        self._queue.ended(subject)
        match event:
            case events.ConnectionLost():
                self._lost(event)
            case events.Throttled():
                self._throttled(event.seconds)
            case events.Stopped():
                self._end(Done(event.code, event.parameters))
            case events.Interrupted():
                pass
            case _:
                self._contact()
                self._succeeded(event, command)

    def _contact(self) -> None:
        self._contacted = True
        self._failures = 0
        self._throttles = 0

    def _succeeded(self, event: events.Event, command: Command) -> None:
        match event:
            case events.BatchAnswered():
                self._answered(event, command)
            case events.BlobUploaded(subject):
                self._held.add(subject)
            case events.UploadRefused(_, pending):
                self._pending = pending
            case events.BlobStored(subject, pending):
                self._queue.drop(subject)
                self._pending = self._pending if pending is None else pending
            case events.BlobDamaged(subject):
                self._damaged(subject, command)
            case events.BlobRefused(subject, code, parameters):
                self._give_up(subject, code, parameters)
            case events.DeltasAnswered(found):
                asked = command.wanted if isinstance(command, AskDeltas) else ()
                self._ladder.answered(asked, found)
            case events.DeltaFailed(subject):
                self._ladder.failed(subject)
            case _:
                raise UnexpectedEventError(event=type(event).__name__)

    def _answered(self, event: events.BatchAnswered, command: Command) -> None:
        sent = command.event_ids if isinstance(command, SendBatch) else ()
        unanswered = {each.event_id for each in event.pending} & set(sent)
        if not event.moved and (event.more or unanswered):
            self._end(Done(NoProgressError.code))
            return
        self._deferred += event.deferred
        self._pending = event.pending
        self._retry_after = event.retry_after
        if event.more or event.pending:
            return
        wanted = {each.sha256: each for each in event.missing}
        self._queue.fill(
            schedule.order(
                (each for each in wanted.values() if each.sha256 not in self._given_up), self._now
            )
        )
        self._phase = _Phase.FETCHING

    def _lost(self, event: events.ConnectionLost) -> None:
        if event.subject == events.DELTAS:
            self._ladder.unanswered()
        if event.progress:
            self._contact()
        if self._delay is None:
            # Several transfers lost together are one failure.
            self._failures += 1
        patience = PATIENCE if self._contacted else PATIENCE_BEFORE_CONTACT
        if self._failures > patience:
            self._end(Done(event.code, event.parameters))
            return
        if self._delay is None:
            self._delay = schedule.backoff(self._failures, self._jitter)

    def _throttled(self, seconds: float) -> None:
        self._contacted = True
        self._throttles += self._delay is None
        if seconds > LONGEST_WAIT or self._throttles > THROTTLES:
            self._end(
                Done(ThrottledError.code, (("seconds", round(seconds)),), retry_after=seconds)
            )
            return
        self._delay = max(self._delay or 0.0, schedule.obey(seconds, self._jitter))

    def _damaged(self, sha256: str, command: Command) -> None:
        self._damages[sha256] = self._damages.get(sha256, 0) + 1
        if self._damages[sha256] < DAMAGES:
            return
        if isinstance(command, UploadBlob):
            self._end(Done(BlobWrongDigestError.code, (("sha256", sha256),)))
        else:
            self._give_up(sha256, DAMAGED_FILE, (("sha256", sha256),))

    def _give_up(self, sha256: str, code: str, parameters: Parameters) -> None:
        self._given_up[sha256] = (code, parameters)
        self._queue.drop(sha256)

    def _end(self, done: Done) -> None:
        """End once nothing is under way; the first reason stands."""
        if self._ending is None:
            self._ending = done
        self._delay = None
        self._waiting = False


_FAILURES: Final = (events.ConnectionLost, events.Throttled, events.Stopped)
#: Every transition: what may come of each command.
_ANSWERS: Final[dict[type, tuple[type, ...]]] = {
    SendBatch: (events.BatchAnswered, *_FAILURES),
    UploadBlob: (events.BlobUploaded, events.UploadRefused, events.BlobDamaged, *_FAILURES),
    AskDeltas: (events.DeltasAnswered, *_FAILURES),
    FetchDelta: (events.BlobStored, events.DeltaFailed, events.Interrupted, *_FAILURES),
    FetchBlob: (
        events.BlobStored,
        events.BlobDamaged,
        events.BlobRefused,
        events.Interrupted,
        *_FAILURES,
    ),
}
