"""The server's time, as well as this device can know it without asking.

At each contact the server says its time. From then on the greater of two counts: what the
computer ran since (its uptime, which nobody sets), and what its clock says (also while it was off).
What was once reached is never given back, so a clock set back makes nothing last longer. The next
contact puts right a clock that was ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.store import meta
from boardpack.store.connection import Connection

NAME: Final = "elapsed"
#: Progress under this is not worth a write.
_STEP: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Elapsed:
    """What is known of time.

    Attributes:
        contact: the server's time at the last contact.
        reached: the latest time that is known to be past.
        ahead: seconds that the server's clock was ahead of this device's.
        uptime: of the computer when that was written.
    """

    contact: datetime
    reached: datetime
    ahead: float
    uptime: float


def load(connection: Connection) -> Elapsed | None:
    """Return what is known, None before the first contact."""
    return meta.read(connection, NAME, Elapsed)


def heard(connection: Connection, server_time: datetime) -> None:
    """Take the server's word on time, in the caller's transaction."""
    ahead = (server_time - clock.now()).total_seconds()
    meta.write(connection, NAME, Elapsed(server_time, server_time, ahead, clock.uptime()))


def present(connection: Connection) -> datetime:
    """Return the server's time by now; this device's own before the first contact."""
    known = load(connection)
    return clock.now() if known is None else _present(known)


def _present(known: Elapsed) -> datetime:
    uptime = clock.uptime()
    # A smaller uptime: the computer was started again, and runs for so long at least.
    ran = uptime - known.uptime if uptime >= known.uptime else uptime
    by_clock = clock.now().timestamp() + known.ahead
    return datetime.fromtimestamp(max(known.reached.timestamp() + ran, by_clock), UTC)


def keep(connection: Connection) -> None:
    """Write how far time is, when it is worth it; in a transaction of the caller's."""
    known = load(connection)
    if known is None:
        return
    now = _present(known)
    if now - known.reached >= _STEP or clock.uptime() < known.uptime:
        meta.write(connection, NAME, replace(known, reached=now, uptime=clock.uptime()))
