"""What is known of this device's clock, for the person and for support."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from boardpack.domain.hlc import AHEAD_MS
from boardpack.services.context import Context
from boardpack.store import note_clock


@dataclass(frozen=True)
class ClockState:
    """The device's clock against the server's, as of the last contact.

    Attributes:
        slow_seconds: how far it is behind the server's; negative when it is ahead.
        wrong: by more than a few minutes.
        clamped: a clock ran so far ahead (this device's, or another one's of the same person) that
            it was not followed; `clamped_at` says when that was last seen.
    """

    slow_seconds: int
    wrong: bool
    clamped: bool
    clamped_at: datetime | None


def clock_state(context: Context) -> ClockState:
    """Return what is known of the clock. Store lane."""
    kept = note_clock.load(context.store.connection)
    return ClockState(
        slow_seconds=round(kept.offset_ms / 1000),
        wrong=abs(kept.offset_ms) > AHEAD_MS,
        clamped=kept.clamped_at is not None,
        clamped_at=kept.clamped_at,
    )
