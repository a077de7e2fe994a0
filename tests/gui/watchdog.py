"""Measures the longest time for which the event loop did not turn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 5
#: Nothing may stop the window for longer (D16); tests on a busy machine get some room on top.
LONGEST_MS = 50


@dataclass
class Stalls:
    """The longest stall seen, in milliseconds."""

    longest: float = 0.0


class Watchdog(QObject):
    """A timer that should fire each `BEAT_MS`; what it is late by is a stall."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stalls = Stalls()
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        late = (now - self._last) * 1000 - BEAT_MS
        self.stalls.longest = max(self.stalls.longest, late)
        self._last = now

    def forget(self) -> None:
        """Count from now on: what went before was the test's own work."""
        self._last = time.perf_counter()

    def stop(self) -> None:
        """Count the stall that goes on until now, then stop."""
        self._beat()
        self._timer.stop()


@contextmanager
def watched() -> Iterator[Stalls]:
    """Watch the event loop while the body runs it; the body must return to the loop."""
    dog = Watchdog()
    try:
        yield dog.stalls
    finally:
        dog.stop()
        dog.deleteLater()
