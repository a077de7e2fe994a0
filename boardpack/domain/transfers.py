"""What is still to be sent and received, as the store finds it and the sync machine orders it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Wanted:
    """A file that this device should hold and does not.

    Attributes:
        convocation: it is the convocation itself.
        to_sign: it waits for this person's signature.
        starts_at: of the sitting that it belongs to.
    """

    sha256: str
    size: int
    sitting_id: str
    starts_at: datetime
    convocation: bool = False
    to_sign: bool = False


@dataclass(frozen=True)
class Pending:
    """An event that waits to be sent, and the files that the server must hold before."""

    event_id: str
    uploads: tuple[str, ...] = ()
