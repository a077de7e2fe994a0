"""What of an exchange's files is here, to come, or held back: counted as it goes, never summed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from boardpack.domain.transfers import Allowance, Wanted
from boardpack.services.holding import Holding
from boardpack.services.pace import Pace
from boardpack.services.store_side import Standing
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.services.transfers import Meter


@dataclass
class Heap:
    """So many files, so many bytes."""

    files: int = 0
    size: int = 0

    def add(self, size: int, files: int = 1) -> None:
        """Add files, or take them away (negative)."""
        self.files += files
        self.size += size


NOTHING: Final[Collection[str]] = frozenset()


def parted(
    missing: Iterable[Wanted], allowance: Allowance, opened: Collection[str] = NOTHING
) -> tuple[Heap, Heap]:
    """Return what may come by itself, and what is held back."""
    coming, held = Heap(), Heap()
    for each in missing:
        lets = each.sha256 in opened or allowance.lets(each.sha256, each.cost)
        (coming if lets else held).add(each.size)
    return coming, held


class Reckoning:
    """Figures of one exchange."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Expect nothing yet; `now` is a clock that never goes back, in seconds."""
        self._now = now
        self._left: dict[str, Wanted] = {}
        self._allowance = Allowance()
        self._opened: Collection[str] = NOTHING
        self._later: Collection[str] = NOTHING
        self._here = Heap()
        self._coming, self.held = Heap(), Heap()
        self._pace = Pace()

    def expect(self, missing: Mapping[str, Wanted]) -> None:
        """Expect these files, and no others."""
        self._left = dict(missing)
        self._part()

    def steer(self, allowance: Allowance, opened: Collection[str], later: Collection[str]) -> None:
        """Take in which files may come from now on, and whose turn comes `later`."""
        if (allowance, opened, later) != (self._allowance, self._opened, self._later):
            self._allowance, self._opened, self._later = allowance, opened, later
            self._part()

    def _part(self) -> None:
        now = (each for each in self._left.values() if each.sha256 not in self._later)
        self._coming, self.held = parted(now, self._allowance, self._opened)

    def arrived(self, digests: Iterable[str]) -> None:
        """Take in that files are here."""
        for sha256 in digests:
            wanted = self._left.pop(sha256, None)
            if wanted is None:
                continue
            lets = sha256 in self._opened or self._allowance.lets(sha256, wanted.cost)
            (self._coming if lets else self.held).add(-wanted.size, -1)
            self._here.add(wanted.size)

    def state(self, standing: Standing, holding: Holding, meter: Meter) -> SyncState:
        """Return how the exchange stands."""
        whole = self._here.size + self._coming.size
        done = min(meter.received + meter.saved, whole)
        self._pace.note(self._now(), done)
        return SyncState(
            mode=SyncMode.WORKING,
            last_contact=standing.last_contact,
            waiting=standing.waiting,
            rejected=standing.rejected,
            doubts=standing.doubts,
            received=done,
            to_receive=whole,
            saved=meter.saved,
            holding=holding,
            documents=self._here.files + self._coming.files,
            documents_left=self._coming.files,
            seconds_left=self._pace.seconds(whole - done),
            held_documents=self.held.files,
            held_bytes=self.held.size,
        )
