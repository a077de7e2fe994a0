"""Keeps the search index up to date while nobody waits for it."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject

from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background, Lane
from ui.errors import note_bug


class Indexer(QObject):
    """Reads new documents into the index, one run at a time."""

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._searching = session.searching
        self._background = background
        self._stopped = threading.Event()
        self._under_way = False
        self._again = False

    def start(self) -> None:
        """Read what is not in the index yet, or go on after the run under way."""
        if self._stopped.is_set():
            return
        if self._under_way:
            self._again = True
            return
        self._under_way = True
        self._background.run(
            lambda: self._searching.index_pending(stop=self._stopped.is_set),
            success=lambda _count: self._ended(),
            failure=self._failed,
            lane=Lane.CHORES,
            owner=self,
        )

    def changed(self, changes: Changes) -> None:
        """Read again when documents came."""
        if changes.documents or changes.everything:
            self.start()

    def stop(self) -> None:
        """End the run under way soon, and begin no other."""
        self._stopped.set()

    def _failed(self, error: Exception) -> None:
        note_bug(error)
        self._under_way = False

    def _ended(self) -> None:
        self._under_way = False
        if self._again:
            self._again = False
            self.start()
