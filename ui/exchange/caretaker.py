"""Looks after the store while the session is open: some minutes after it begins, then daily."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer

from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import note_bug

FIRST_MS: Final = 3 * 60 * 1000
EACH_MS: Final = 60 * 60 * 1000


class Caretaker(QObject):
    """Asks every hour whether it is time; the service knows. Damage is told by `Background`."""

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._upkeep = session.upkeep
        self._background = background
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Look when the person has begun to work."""
        self._timer.start(FIRST_MS)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Look now, if it is time."""
        self._background.run(
            self._upkeep.run_if_due,
            success=lambda _looked: self._timer.start(EACH_MS),
            failure=note_bug,
            lane=Lane.CHORES,
            owner=self,
        )
