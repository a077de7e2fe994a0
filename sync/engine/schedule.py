"""Which file comes first, and how long to wait before trying again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from boardpack.domain.transfers import Wanted

#: A sitting that began so long ago may still be going on.
STILL_SITTING: Final = timedelta(hours=12)
#: Only one file larger than this is under way at a time, so that small ones never wait behind it.
LARGE: Final = 20 * 1024 * 1024

FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 300.0
#: Within this time devices come back whose streams ended, since they ended together.
COME_BACK: Final = 30.0


def order(missing: Iterable[Wanted], now: datetime) -> list[Wanted]:
    """Return files by urgency.

    What the person tried to open; the sitting that is running; what waits for a signature and the
    convocations of coming sittings; then coming sittings by date; then past ones, the latest first.
    Small files first within a sitting.
    """

    def urgency(wanted: Wanted) -> tuple[int, float, int, str]:
        coming = wanted.starts_at >= now - STILL_SITTING
        distance = abs((wanted.starts_at - now).total_seconds())
        if wanted.opened:
            rank = 0
        elif coming and wanted.starts_at <= now:
            rank = 1
        elif wanted.to_sign or (coming and wanted.convocation):
            rank = 2
        elif coming:
            rank = 3
        else:
            rank = 4 if wanted.convocation else 5
        return rank, distance, wanted.size, wanted.sha256

    return sorted(missing, key=urgency)


def backoff(failures: int, jitter: Callable[[], float]) -> float:
    """Return how many seconds to wait after so many failures in a row: full jitter.

    Spread over the whole interval, so that devices cut off together do not come back together.
    """
    return jitter() * min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (failures - 1))


def come_back(jitter: Callable[[], float]) -> float:
    """Return how long to wait before a stream that ended is taken up."""
    return jitter() * COME_BACK


def obey(seconds: float, jitter: Callable[[], float]) -> float:
    """Return how long to wait when the server named `seconds`: never less, up to a tenth more."""
    return seconds * (1 + jitter() / 10)
