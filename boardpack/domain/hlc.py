"""Hybrid logical clocks: edits ordered as they were made, whatever the devices' clocks say.

Kulkarni et al., *Logical Physical Clocks* (OPODIS 2014), with two safeguards. A stamp always lies
after the one that it follows, so a person's second thought never loses to their first. And no
clock runs away: at each contact a device takes the server's time as the true one, and follows
neither its own past nor another device further than `AHEAD_MS` beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple

import msgspec

#: How far beyond the server's time a stamp may lie before it is held to be a wrong clock's.
AHEAD_MS: Final = 5 * 60 * 1000
#: A difference below this is the time that an exchange takes, not a wrong clock.
_NOISE_MS: Final = 10_000
_HIGHEST: Final = 2**48 - 1
_MOST: Final = 2**31 - 1


class Stamp(NamedTuple):
    """When something was written: milliseconds since 1970, a counter, the device that wrote it."""

    ms: Annotated[int, msgspec.Meta(ge=0, le=_HIGHEST)] = 0
    nth: Annotated[int, msgspec.Meta(ge=0, le=_MOST)] = 0
    device: Annotated[str, msgspec.Meta(max_length=64)] = ""


#: Before anything was written.
NEVER: Final = Stamp()


@dataclass(frozen=True)
class HybridClock:
    """What one device knows of the time; kept in its store, so that no restart sets it back.

    Attributes:
        ms, nth: of the last stamp that it gave, or followed.
        offset_ms: the server's time less the device's own, at the last contact.
        clamped_at: when a clock was last found to run ahead (own or another device's), by the
            server's time; None when none ever was.
    """

    ms: int = 0
    nth: int = 0
    offset_ms: int = 0
    clamped_at: datetime | None = None

    def tick(self, now: datetime, device: str, after: Stamp = NEVER) -> tuple[HybridClock, Stamp]:
        """Return the clock after one more stamp, and that stamp.

        Args:
            now: by the device's own clock.
            device: who writes.
            after: what the new stamp follows; a stamp far ahead is overtaken, not followed.
        """
        physical = min(max(0, _ms(now) + self.offset_ms), _HIGHEST)
        ms, nth = (physical, 0) if physical > self.ms else _next(self.ms, self.nth)
        given = (ms, nth) if (ms, nth) > after[:2] else _next(*after[:2])
        return replace(self, ms=ms, nth=nth), Stamp(*given, device)

    def meet(self, server_time: datetime, now: datetime, seen: Stamp = NEVER) -> HybridClock:
        """Return the clock after a contact in which the newest stamp was `seen`."""
        limit = _ms(server_time) + AHEAD_MS
        newest = max((self.ms, self.nth), seen[:2])
        ahead = newest[0] > limit
        ms, nth = (limit, 0) if ahead else newest
        offset = _ms(server_time) - _ms(now)
        return HybridClock(
            ms=ms,
            nth=nth,
            offset_ms=offset if abs(offset) > _NOISE_MS else 0,
            clamped_at=server_time if ahead else self.clamped_at,
        )


def _next(ms: int, nth: int) -> tuple[int, int]:
    return (ms, nth + 1) if nth < _MOST else (ms + 1, 0)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def written_at(stamp: Stamp) -> datetime:
    """Return the instant that a stamp names."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=stamp.ms)
