"""When a stream is told: at once where one device is concerned, spread where many are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from django.conf import settings

#: No device is kept waiting longer, however many there are.
LONGEST_S: Final = 60.0


@dataclass(frozen=True)
class Pace:
    """How a process of hints goes about it; all times in seconds.

    Attributes:
        poll: between two looks at the feeds.
        ping: between two signs of life on a stream; devices give up after two without any.
        gap: at least so long between two hints to one device.
        rate: devices that are told in a second, since each of them may ask then.
        most: streams at once.
        lifetime: of a stream; then the device shows its key again.
    """

    poll: float = 1.0
    ping: float = 15.0
    gap: float = 5.0
    rate: float = 50.0
    most: int = 5000
    lifetime: float = 3600.0

    @classmethod
    def chosen(cls) -> Self:
        """Return what the settings say."""
        return cls(
            ping=settings.HINTS_PING_S,
            gap=settings.HINTS_GAP_S,
            rate=settings.HINTS_RATE,
            most=settings.HINTS_MOST,
        )

    def delay(self, count: int, jitter: Callable[[], float]) -> float:
        """Return how long one of `count` devices waits, at random, so that they do not all ask."""
        return jitter() * min(LONGEST_S, (count - 1) / self.rate)

    def life(self, jitter: Callable[[], float]) -> float:
        """Return how long a stream lasts: up to a tenth more, so that they do not end together."""
        return self.lifetime * (1 + jitter() / 10)
