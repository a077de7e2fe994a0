"""How long the rest will take, told only while that can be known."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

#: Seconds of the past that are looked at, and the least that must have been seen.
WINDOW: Final = 20.0
SEEN: Final = 8.0
#: The two halves of what was seen may differ by this factor, else the pace is not steady.
STEADY: Final = 2.0


class Pace:
    """Bytes over the last seconds."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, at: float, done: int) -> None:
        """Take in that `done` bytes were here at a time (seconds of a monotonic clock)."""
        if self._seen and done < self._seen[-1][1]:
            # Something begins anew: what was seen says nothing about it.
            self._seen.clear()
        self._seen.append((at, done))
        while self._seen[0][0] < at - WINDOW:
            self._seen.popleft()

    def seconds(self, left: int) -> int | None:
        """Return how long `left` bytes will take; None when nobody can tell honestly."""
        first, last = (self._seen[0], self._seen[-1]) if self._seen else ((0.0, 0), (0.0, 0))
        if left <= 0 or last[0] - first[0] < SEEN:
            return None
        middle = next(each for each in self._seen if each[0] >= (first[0] + last[0]) / 2)
        before, after = _rate(first, middle), _rate(middle, last)
        if min(before, after) <= 0 or max(before, after) > STEADY * min(before, after):
            return None
        return math.ceil(left / _rate(first, last))


def _rate(start: tuple[float, int], end: tuple[float, int]) -> float:
    seconds = end[0] - start[0]
    return (end[1] - start[1]) / seconds if seconds > 0 else 0.0
