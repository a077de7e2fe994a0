"""How often the unlock secret was missed, and how long that makes one wait.

The count stands beside the wrapped key, in the same entry of the keyring or the same file: it
outlives a restart, and cannot be removed without the key. It is written before an attempt is
judged: a program killed meanwhile has used up its attempt.

Time that passed is measured by the computer's uptime, which nobody sets. Only where the computer
was started again the clock counts, and never less than the latest time that was seen: a clock that
is set back makes nobody wait less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from boardpack.domain import clock

FREE: Final = 4
#: Seconds after the fifth miss, the sixth, …; the last for every one from then on.
WAITS: Final = (30, 60, 5 * 60, 15 * 60, 3600, 3 * 3600, 8 * 3600)


@dataclass(frozen=True)
class Attempts:
    """Misses in a row, and what is left of the wait.

    Attributes:
        misses: attempts since the last that opened.
        wait: seconds to wait, as of `at` by the clock and `up` by the uptime.
        at: seconds since 1970, the latest that was ever seen.
        up: seconds since the computer started.
    """

    misses: int = 0
    wait: float = 0.0
    at: float = 0.0
    up: float = 0.0

    def left(self) -> int:
        """Return how many whole seconds to wait still."""
        return math.ceil(max(0.0, self.wait - self._passed()))

    def _passed(self) -> float:
        up = clock.uptime()
        if up >= self.up:
            return up - self.up
        # The computer was started again: it has run for `up`, and was off for what the clock says.
        return max(up, clock.now().timestamp() - self.at)

    def missed(self) -> Attempts:
        """Return the count after one more attempt."""
        misses = self.misses + 1
        place = misses - FREE - 1
        wait = 0 if place < 0 else WAITS[min(place, len(WAITS) - 1)]
        now = max(self.at, clock.now().timestamp())
        return Attempts(misses, float(wait), now, clock.uptime())
