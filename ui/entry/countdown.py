"""Seconds that go down, told once a second; a wait goes on whatever the clock of the day says."""

from __future__ import annotations

import math
import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

_TICK_MS: Final = 1000


class Countdown(QObject):
    """`ticked` carries the seconds left: at once, then every second, at last 0."""

    ticked = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._end = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def left(self) -> int:
        """Seconds left, 0 when there is no wait."""
        return max(0, math.ceil(self._end - time.monotonic()))

    def start(self, seconds: int) -> None:
        """Wait so long from now; 0 ends a wait, and says nothing when there was none."""
        if not seconds and not self._timer.isActive():
            return
        self._end = time.monotonic() + seconds
        self._timer.start()
        self._tick()

    def _tick(self) -> None:
        left = self.left
        if not left:
            self._timer.stop()
        self.ticked.emit(left)
