"""What takes a while: how far it is, and a way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from boardpack.messages import _
from ui.background import Background
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.labels import ElidedLabel

#: Called before each file: how many are done, of how many, the name of the next.
Progress: TypeAlias = Callable[[int, int, str], None]


class StoppedError(Exception):
    """The person stopped it; nothing was done."""


class Working(QFrame):
    """A bar with a name over it and Stop beside it; hidden while nothing is under way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        m = look().metrics
        self._stopped = threading.Event()
        self._name = ElidedLabel(level="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.stop = button(_("Stop"), self._stop, kind="quiet", icon="close")
        column = QVBoxLayout()
        column.setSpacing(m.half)
        column.addWidget(self._name)
        column.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(m.two)
        row.addLayout(column, 1)
        row.addWidget(self.stop)
        self.setVisible(False)

    def start(self, name: str, background: Background) -> Progress:
        """Show itself; return what the worker calls before each file.

        It raises `StoppedError` there once the person pressed Stop.
        """
        stopped = self._stopped = threading.Event()
        report = background.reporter(self._tell, self)
        self._say(name)
        self._bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.setVisible(True)

        def progress(done: int, whole: int, file: str) -> None:
            if stopped.is_set():
                raise StoppedError
            report(done, whole, file)

        return progress

    def finish(self) -> None:
        """Go away: it is over, well or not."""
        self.setVisible(False)

    def _tell(self, done: int, whole: int, file: str) -> None:
        self._bar.setRange(0, whole)
        self._bar.setValue(done)
        if file:
            self._say(file)

    def _say(self, name: str) -> None:
        self._name.setText(name)
        self._bar.setAccessibleName(name)

    def _stop(self) -> None:
        self._stopped.set()
        self.stop.setEnabled(False)
        self._say(_("Stopping…"))
