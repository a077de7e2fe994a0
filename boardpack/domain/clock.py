"""The one source of time, so that tests can set it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def uptime() -> float:
    """Return seconds since the computer was started, asleep or not where the system tells."""
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def stamp(moment: datetime) -> str:
    """Return `moment` as RFC 3339 text in UTC with milliseconds, which sorts by time.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Read what `stamp` wrote.

    Raises:
        ValueError: the text is no RFC 3339 instant with a time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment
