"""Whether the server's history is the one that this device knows: frozen values to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Agreement(StrEnum):
    """Whether the server's history is the one that this device knows."""

    AGREED = "agreed"
    RECONCILE = "reconcile"
    RECONCILED = "reconciled"
    BEHIND = "behind"
    FORKED = "forked"


@dataclass(frozen=True)
class ServerHistory:
    """What became of the server's history.

    Attributes:
        since: when it was found restored, or when both agreed again.
        sent_again: actions that it had lost and got once more.
    """

    agreement: Agreement = Agreement.AGREED
    since: datetime | None = None
    sent_again: int = 0


AGREED: Final = ServerHistory()
