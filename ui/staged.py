"""Much to build, and never a stall: one part a turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, QTimer


class InTurns(QObject):
    """Runs steps one after the other, each in a turn of its own; ends with its parent."""

    def __init__(self, steps: Iterable[Callable[[], object]], parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[Callable[[], object]] = iter(steps)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._next)
        self._timer.start()

    @property
    def running(self) -> bool:
        """Whether steps are left."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Leave the other steps undone."""
        self._timer.stop()

    def _next(self) -> None:
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
        else:
            step()
