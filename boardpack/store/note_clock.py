"""The hybrid clock of this device: no restart and no clock set back makes it forget (hlc).

It is not among the person's own work that is kept twice: each stamp lies after those of the note
that it changes, so a clock that was lost with its database breaks no order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from boardpack.domain import clock
from boardpack.domain.hlc import NEVER, HybridClock, Stamp
from boardpack.store import meta
from boardpack.store.connection import Connection

_NAME: Final = "hybrid_clock"


def load(connection: Connection) -> HybridClock:
    """Return the clock as it was last kept."""
    return meta.read(connection, _NAME, HybridClock) or HybridClock()


def tick(connection: Connection, device: str, after: Stamp = NEVER) -> Stamp:
    """Return the stamp of what is written now, after `after`; in the write's own transaction."""
    kept, stamp = load(connection).tick(clock.now(), device, after)
    meta.write(connection, _NAME, kept)
    return stamp


def meet(connection: Connection, server_time: datetime, seen: Stamp = NEVER) -> None:
    """Learn the server's time, and the newest stamp that came with it."""
    meta.write(connection, _NAME, load(connection).meet(server_time, clock.now(), seen))
