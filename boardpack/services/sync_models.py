"""What an exchange with the server came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain.errors import (
    BoardpackError,
    BugError,
    Parameter,
    SurroundingsError,
    error_classes,
)
from boardpack.domain.ports import ConnectionLostError
from boardpack.services.read_models import SyncMode

#: Failures of the surroundings that mean: not now, nobody's fault.
_AWAY: Final = frozenset({"client.busy", "client.not_authorised", "sync.unreadable_message"})


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
        received_bytes, sent_bytes: of all transfers, also unfinished ones.
        incomplete: files that could not be had this time.
        retry_after: seconds until the server wants to hear again.
    """

    code: str = ""
    parameters: tuple[tuple[str, Parameter], ...] = ()
    sent: int = 0
    rejected: int = 0
    received_files: int = 0
    received_bytes: int = 0
    sent_bytes: int = 0
    incomplete: int = 0
    retry_after: float = 0
    cancelled: bool = False

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


def mode_after(code: str) -> SyncMode:
    """Return what the quiet line says after an exchange that ended with `code`."""
    if not code:
        return SyncMode.IDLE
    kind = error_classes().get(code, SurroundingsError)
    if code in _AWAY or issubclass(kind, ConnectionLostError):
        return SyncMode.OFFLINE
    if issubclass(kind, BugError) or not issubclass(kind, SurroundingsError):
        return SyncMode.STOPPED
    return SyncMode.STOPPED if code.startswith("store.disk") else SyncMode.IDLE
