"""How the exchange with the server stands: what the quiet line and the command line tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from boardpack.services.holding import Holding
from boardpack.services.server_history import AGREED, ServerHistory


class SyncMode(StrEnum):
    """What the exchange with the server is doing."""

    IDLE = "idle"
    WORKING = "working"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True)
class SyncState:
    """The quiet line: true at any time.

    Attributes:
        waiting: actions of the person not yet sent.
        received, to_receive: bytes of the transfer under way (or still missing).
        saved: of those received, bytes that did not have to come: they were made of older versions.
        code, parameters: of the last failure, empty when the last contact went well.
        doubts: what was refused of the server's word, or must be said about it, unread.
        documents: of the transfer under way, those that are here already too.
        seconds_left: until the transfer under way is over; None when nobody can tell honestly.
        holding: why files are held back, whether there are any or not.
        held_documents, held_bytes: files that do not come by themselves now, counted apart.
        closing: days until the first dossiers close for want of contact, when that is soon; 0 when
            some are closed.
    """

    mode: SyncMode
    last_contact: datetime | None
    waiting: int
    rejected: int
    received: int
    to_receive: int
    documents_left: int
    code: str = ""
    parameters: tuple[tuple[str, str | int], ...] = ()
    doubts: int = 0
    saved: int = 0
    closing: int | None = None
    documents: int = 0
    seconds_left: int | None = None
    holding: Holding = Holding.NOTHING
    held_documents: int = 0
    held_bytes: int = 0
    history: ServerHistory = AGREED
