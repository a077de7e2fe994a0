"""Hears the server while the session is open, on a thread of its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from boardpack.domain.ports import Heard
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import note_bug


class Listener(QObject):
    """`moved` when the server has something new, `lost` when it is heard no more."""

    moved = Signal()
    lost = Signal()

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._service = session.listening
        self._background = background
        self._hears = False

    @property
    def hearing(self) -> bool:
        """Whether the server is heard now."""
        return self._hears

    def start(self) -> None:
        """Begin to listen."""
        told = self._background.reporter(self._told, self)
        lost = self._background.reporter(self._lost, self)
        self._background.run(
            lambda: self._service.listen(told, lost),
            success=lambda _ended: None,
            failure=note_bug,
            lane=Lane.EAR,
            owner=self,
        )

    def stop(self) -> None:
        """Listen no more."""
        self._service.stop()

    def _told(self, said: Heard | None) -> None:
        self._hears = True
        if said is not None:
            self._background.run(
                lambda: self._service.moved(said),
                success=lambda moved: self.moved.emit() if moved else None,
                failure=note_bug,
                owner=self,
            )

    def _lost(self) -> None:
        self._hears = False
        self.lost.emit()
