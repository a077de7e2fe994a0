"""Remembers where one reads: a few seconds after a move, and when one leaves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer

from boardpack.services.program import Session
from boardpack.services.read_models import OpenDocument
from ui.background import Background
from ui.errors import note_bug
from ui.reader.page_view import PageView

EVERY_MS: Final = 3000


class PositionKeeper(QTimer):
    """Runs while there is something to remember."""

    def __init__(self, session: Session, background: Background, view: PageView) -> None:
        """Follow `view`."""
        super().__init__(view, singleShot=True, interval=EVERY_MS)
        self._session = session
        self._background = background
        self._view = view
        self._document: OpenDocument | None = None
        self.timeout.connect(self.save)
        view.moved.connect(self._moved)

    def begin(self, document: OpenDocument) -> None:
        """Remember the place in this document from now on."""
        self._document = document

    def end(self) -> None:
        """Remember the place once more if it changed, then follow nothing."""
        if self.isActive():
            self.save()
        document, self._document = self._document, None
        if document is not None:
            self._background.run(
                lambda: self._session.reading.leave_document(document.document_id),
                success=lambda _nothing: None,
                failure=note_bug,
            )

    def save(self) -> None:
        """Write the place now."""
        self.stop()
        document = self._document
        if document is None or not self._view.boxes:
            return
        place = self._view.position()
        self._background.run(
            lambda: self._session.reading.note_position(
                document.document_id,
                document.sha256,
                page=place.page,
                top=place.top,
                zoom=place.zoom,
            ),
            success=lambda _nothing: None,
            # A place that is not remembered is no reason to disturb a reader.
            failure=note_bug,
        )

    def _moved(self) -> None:
        if self._document is not None and not self.isActive():
            self.start()
