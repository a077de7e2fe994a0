"""From the announcer of services to a Qt signal on the GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from boardpack.services.changes import NOTHING, Announcer, Changes

#: Announcements that come close together are told once: a reception announces every file.
TOGETHER_MS: Final = 80


class Bridge(QObject):
    """`changed` carries everything announced since the last time."""

    changed = Signal(object)
    _heard = Signal(object)

    def __init__(self, announcer: Announcer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sum = NOTHING
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOGETHER_MS)
        self._timer.timeout.connect(self._tell)
        self._heard.connect(self._add, Qt.ConnectionType.QueuedConnection)
        self._leave = announcer.subscribe(self._heard.emit)

    def close(self) -> None:
        """Hear nothing any more."""
        self._leave()
        self._timer.stop()

    @Slot(object)
    def _add(self, changes: Changes) -> None:
        self._sum |= changes
        if not self._timer.isActive():
            self._timer.start()

    def _tell(self) -> None:
        changes, self._sum = self._sum, NOTHING
        self.changed.emit(changes)
