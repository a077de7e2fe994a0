"""Measures the longest time for which the event loop did not turn."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 5
#: Nothing may stop the window for longer (D16).
LONGEST_MS = 50
#: What our own code costs, it costs each time; what a busy machine adds, it does not.
ATTEMPTS = 6


@dataclass
class Stalls:
    """The longest stalls seen, in milliseconds.

    Attributes:
        wall: by the clock; on a busy machine others' work counts in.
        work: of the GUI thread's own work, whatever else the machine does.
    """

    wall: float = 0.0
    work: float = 0.0


class Watchdog(QObject):
    """A timer that should fire each `BEAT_MS`; what happens between two beats is a stall."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stalls = Stalls()
        self._wall = time.perf_counter()
        self._work = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        wall, work = time.perf_counter(), time.thread_time()
        self.stalls.wall = max(self.stalls.wall, (wall - self._wall) * 1000 - BEAT_MS)
        self.stalls.work = max(self.stalls.work, (work - self._work) * 1000)
        self._wall, self._work = wall, work

    def forget(self) -> None:
        """Count from now on: what went before was the test's own work."""
        self._wall, self._work = time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        """Count the stall that goes on until now, then stop."""
        self._beat()
        self._timer.stop()


def longest_work(deed: Callable[[], object], before: Callable[[], object] | None = None) -> float:
    """Do `deed` until its longest stall is short enough, at most `ATTEMPTS` times.

    The second and later attempts tell our own work from that of a machine which other tests keep
    busy: cold caches and a processor taken away in the middle are not there each time.

    Args:
        deed: what is watched; has to let the event loop turn.
        before: what brings back the state in which `deed` begins; not watched.

    Returns:
        The shortest of the attempts' longest stalls of the GUI thread's own work, in milliseconds.
    """
    found: list[float] = []
    while len(found) < ATTEMPTS and min(found, default=LONGEST_MS) >= LONGEST_MS:
        if before is not None:
            before()
        with watched() as stalls:
            deed()
        found.append(stalls.work)
    return min(found)


@contextmanager
def watched() -> Iterator[Stalls]:
    """Watch the event loop while the body runs it.

    What a thousand tests before left in memory is spared the collector, as the window spares it
    what lives long (`ui.reader.habits`).
    """
    gc.collect()
    gc.freeze()
    dog = Watchdog()
    try:
        yield dog.stalls
    finally:
        dog.stop()
        dog.deleteLater()
        gc.unfreeze()
