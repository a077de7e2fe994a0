"""What the machine is told. `subject` is a file's digest, empty for the batch, `DELTAS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from boardpack.domain.errors import Parameter
from boardpack.domain.transfers import Allowance, Pending, Wanted
from sync.protocol.messages import FoundDeltas

BATCH: Final = ""
DELTAS: Final = "deltas"


@dataclass(frozen=True)
class BatchAnswered:
    """The reply was applied.

    Attributes:
        more: the server has further changes.
        moved: something was answered, or the cursor went on.
        pending: what waits to be sent now, and may be in this exchange: at most one batch.
        missing: files that should be here and are not.
        retry_after: seconds that the server asks for before the next routine exchange.
        deferred: codes of events that the server could not apply this time.
    """

    more: bool
    moved: bool
    pending: tuple[Pending, ...] = ()
    missing: tuple[Wanted, ...] = ()
    retry_after: float = 0
    deferred: tuple[tuple[str, tuple[tuple[str, Parameter], ...]], ...] = ()


@dataclass(frozen=True)
class BlobUploaded:
    """The server holds the file, digest checked."""

    subject: str


@dataclass(frozen=True)
class UploadRefused:
    """The server will never take the file: the events that need it were rejected here."""

    subject: str
    pending: tuple[Pending, ...]


@dataclass(frozen=True)
class BlobStored:
    """The file is here, digest checked; `pending` when that made a receipt to send."""

    subject: str
    pending: tuple[Pending, ...] | None = None


@dataclass(frozen=True)
class BlobDamaged:
    """What arrived has another digest, and was dropped."""

    subject: str


@dataclass(frozen=True)
class BlobRefused:
    """The server does not give the file."""

    subject: str
    code: str
    parameters: tuple[tuple[str, Parameter], ...] = ()


@dataclass(frozen=True)
class DeltasAnswered:
    """What there is of each file that was asked for; a file not named has none."""

    found: tuple[FoundDeltas, ...]
    subject: str = DELTAS


@dataclass(frozen=True)
class DeltaFailed:
    """No file came of a delta, which was dropped: it is gone, wrong, or its base is damaged."""

    subject: str


@dataclass(frozen=True)
class ConnectionLost:
    """The connection failed. `progress`: bytes came or went before."""

    subject: str
    code: str
    parameters: tuple[tuple[str, Parameter], ...] = ()
    progress: bool = False


@dataclass(frozen=True)
class Throttled:
    """The server asks to come back later."""

    subject: str
    seconds: float


@dataclass(frozen=True)
class Stopped:
    """Going on makes no sense now: not authorised, unreadable reply, disk full."""

    subject: str
    code: str
    parameters: tuple[tuple[str, Parameter], ...] = ()


@dataclass(frozen=True)
class Opened:
    """The person tried to open a file that is not here yet."""

    sha256: str


@dataclass(frozen=True)
class Allowed:
    """From now on other files may come by themselves."""

    allowance: Allowance


@dataclass(frozen=True)
class Interrupted:
    """A file was interrupted as asked; what came of it stays."""

    subject: str


@dataclass(frozen=True)
class Waited:
    """The time of the last `Wait` is over."""


@dataclass(frozen=True)
class Cancelled:
    """The person ends the exchange. Commands under way still report."""


Event: TypeAlias = (
    BatchAnswered
    | BlobUploaded
    | UploadRefused
    | BlobStored
    | BlobDamaged
    | BlobRefused
    | DeltasAnswered
    | DeltaFailed
    | Opened
    | Allowed
    | Interrupted
    | ConnectionLost
    | Throttled
    | Stopped
    | Waited
    | Cancelled
)
