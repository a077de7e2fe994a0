"""What is still to be sent and received, as the store finds it and the sync machine orders it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeltaKind(StrEnum):
    """How a delta makes a file from another (design D9), from what asks least of a device."""

    RECIPE = "recipe"
    ZSTD = "zstd"
    PDF = "pdf"


@dataclass(frozen=True)
class DeltaOffer:
    """A delta that the server holds: from file `base`, `size` bytes with digest `sha256`."""

    base: str
    kind: DeltaKind
    size: int
    sha256: str


@dataclass(frozen=True)
class Wanted:
    """A file that this device should hold and does not.

    Attributes:
        convocation: it is the convocation itself.
        to_sign: it waits for this person's signature.
        starts_at: of the sitting that it belongs to.
        opened: the person tried to open it: it comes before all others.
        bases: files held here that it may be a revision of, likely ones first.
        ahead: it is in a pack that is here: nothing is fetched.
        turn_in: seconds until it is this device's turn to fetch it; 0: now.
    """

    sha256: str
    size: int
    sitting_id: str
    starts_at: datetime
    convocation: bool = False
    to_sign: bool = False
    opened: bool = False
    bases: tuple[str, ...] = ()
    turn_in: float = 0
    ahead: bool = False

    @property
    def cost(self) -> int:
        """Bytes that come over the line for it, as a whole."""
        return 0 if self.ahead else self.size


@dataclass(frozen=True)
class Allowance:
    """Which files may come by themselves; what the person opens always may.

    Attributes:
        limit: bytes below which a file, or the delta that makes it, may come; None: all, 0: none.
        asked: digests of files that the person asked for, whatever they cost.
    """

    limit: int | None = None
    asked: frozenset[str] = frozenset()

    def lets(self, sha256: str, cost: int) -> bool:
        """Tell whether a file may come that costs so many bytes; what costs none always may."""
        return self.limit is None or not cost or cost < self.limit or sha256 in self.asked


@dataclass(frozen=True)
class Pending:
    """An event that waits to be sent, and the files that the server must hold before."""

    event_id: str
    uploads: tuple[str, ...] = ()
