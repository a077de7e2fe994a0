"""What the machine asks for. Whoever drives it does it, and tells what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from boardpack.domain.errors import Parameter
from boardpack.domain.transfers import DeltaOffer, Wanted


@dataclass(frozen=True)
class UploadBlob:
    """Bring a file to the server, from where an earlier try stopped."""

    sha256: str


@dataclass(frozen=True)
class SendBatch:
    """Exchange: send these events (perhaps none) and the cursor, apply the reply."""

    event_ids: tuple[str, ...]


@dataclass(frozen=True)
class FetchBlob:
    """Bring a file here, from where an earlier try stopped."""

    wanted: Wanted


@dataclass(frozen=True)
class AskDeltas:
    """Ask which deltas there are of these files, from the bases that each names."""

    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class FetchDelta:
    """Bring a delta here, and make the file of it, from where an earlier try stopped."""

    wanted: Wanted
    offer: DeltaOffer


@dataclass(frozen=True)
class Interrupt:
    """Stop bringing this file for now; what came of it stays."""

    sha256: str


@dataclass(frozen=True)
class Wait:
    """Do nothing for `seconds`, then say `Waited`."""

    seconds: float


@dataclass(frozen=True)
class Await:
    """Nothing to begin: tell what comes of the commands under way."""


@dataclass(frozen=True)
class Done:
    """The exchange is over.

    Attributes:
        code, parameters: why it ended early or incomplete; empty when all went well.
        retry_after: seconds that the server asked for before the next exchange.
        cancelled: the person ended it.
        incomplete: files that could not be had this time.
        later: files whose turn comes later, the first of them `next_in` seconds from now.
        held: files that wait for the person or for another network.
    """

    code: str = ""
    parameters: tuple[tuple[str, Parameter], ...] = ()
    retry_after: float = 0
    cancelled: bool = False
    incomplete: int = 0
    later: int = 0
    next_in: float = 0
    held: int = 0


Command: TypeAlias = (
    UploadBlob | SendBatch | FetchBlob | AskDeltas | FetchDelta | Interrupt | Wait | Await | Done
)
