"""What an exchange with the server came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.domain.errors import (
    BoardpackError,
    BugError,
    Parameter,
    SurroundingsError,
    error_classes,
)
from boardpack.domain.ports import ConnectionLostError
from boardpack.services.holding import Holding
from boardpack.services.server_history import AGREED, Agreement, ServerHistory
from boardpack.services.sync_state import SyncMode
from boardpack.store import reconciling
from boardpack.store.connection import Connection
from boardpack.trust.errors import KeyAwaitedError
from sync.protocol.errors import ServerBehindError, ServerForkedError

#: Failures of the surroundings that mean: not now, nobody's fault.
_AWAY: Final = frozenset({"client.busy", "client.not_authorised", "sync.unreadable_message"})
#: So long a restore that is over is worth a sentence.
_NEWS: Final = timedelta(days=30)
DISAGREEMENTS: Final = {
    ServerBehindError.code: Agreement.BEHIND,
    ServerForkedError.code: Agreement.FORKED,
}


class UnnamedRefusalError(SurroundingsError):
    """The server gave a code that this version does not know."""

    code = "sync.unnamed_refusal"


@dataclass(frozen=True)
class SyncReport:
    """What one exchange came to.

    Attributes:
        code, parameters: why it ended early or incomplete; empty when all went well.
        sent: events that the server answered.
        rejected: of those, how many it rejected; see `SyncService.rejected`.
        received_files: files that arrived whole.
        received_bytes, sent_bytes: that went over the line, for unfinished files too.
        saved_bytes: of files that did not have to come whole, since older versions were here.
        delta_failures: deltas that made no file.
        fallback_whole: files that came whole because of that.
        incomplete: files that could not be had this time.
        later: files whose turn comes later, so that not all devices fetch them at once.
        next_in: seconds until the first of those turns.
        holding: why files were held back at the end, whether there were any or not.
        held_files, held_bytes: files that wait for the person or for another network.
        seconds: how long it took.
        retry_after: seconds until the server wants to hear again.
        doubts: refusals of signed things, and words about them, that the person has not read; see
            `SyncService.doubts`.
    """

    code: str = ""
    parameters: tuple[tuple[str, Parameter], ...] = ()
    sent: int = 0
    rejected: int = 0
    received_files: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    saved_bytes: int = 0
    delta_failures: int = 0
    fallback_whole: int = 0
    incomplete: int = 0
    later: int = 0
    next_in: float = 0
    holding: Holding = Holding.NOTHING
    held_files: int = 0
    held_bytes: int = 0
    seconds: float = 0
    retry_after: float = 0
    cancelled: bool = False
    doubts: int = 0

    @property
    def error(self) -> BoardpackError | None:
        """The failure as an error of the tree, None when all went well."""
        if not self.code:
            return None
        return as_error(self.code, dict(self.parameters))


def as_error(code: str, parameters: dict[str, Parameter]) -> BoardpackError:
    """Return the error of the tree with this code."""
    kind = error_classes().get(code)
    if kind is None:
        return UnnamedRefusalError(reason=code)
    error = kind.__new__(kind)
    BoardpackError.__init__(error, **parameters)
    return error


def history(connection: Connection) -> ServerHistory:
    """Return what became of the server's history, as far as a person should know today."""
    code = reconciling.disagreement(connection)
    if code:
        return ServerHistory(DISAGREEMENTS[code])
    under_way, last = reconciling.under_way(connection), reconciling.last(connection)
    if under_way is not None:
        return ServerHistory(Agreement.RECONCILE, under_way.since, under_way.again)
    if last is not None and clock.now() - last.at < _NEWS:
        return ServerHistory(Agreement.RECONCILED, last.at, last.again)
    return AGREED


def mode_after(code: str) -> SyncMode:
    """Return what the quiet line says after an exchange that ended with `code`."""
    if code in {"", KeyAwaitedError.code}:
        return SyncMode.IDLE
    kind = error_classes().get(code, SurroundingsError)
    if code in _AWAY or issubclass(kind, ConnectionLostError):
        return SyncMode.OFFLINE
    if issubclass(kind, BugError) or not issubclass(kind, SurroundingsError):
        return SyncMode.STOPPED
    return SyncMode.STOPPED if code.startswith("store.disk") else SyncMode.IDLE
