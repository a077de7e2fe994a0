"""Reading: what needs me, my sittings, one sitting, one document. Store lane."""

from __future__ import annotations

from pathlib import Path

from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.read_models import HomeView, OpenDocument, SittingRow, SittingView


class ReadingService:
    """Shows sittings and documents; records what was acknowledged, opened, and where one stopped."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def home(self) -> HomeView:
        """Return what needs the person, then the next sittings over all assemblies."""
        raise NotImplementedError

    def sittings(self, *, past: bool | None = None) -> tuple[SittingRow, ...]:
        """Return sittings by date: coming ones first to last, past ones last to first.

        Args:
            past: only past ones, only coming ones, or (None) all.
        """
        raise NotImplementedError

    def sitting(self, sitting_id: str) -> SittingView:
        """Return one sitting with its items, documents and their states.

        Raises:
            SittingUnknownError: this device has no such sitting.
        """
        raise NotImplementedError

    def acknowledge(self, sitting_id: str) -> Changes:
        """Acknowledge the convocation; a second time changes nothing."""
        raise NotImplementedError

    def open_document(self, document_id: str, sha256: str | None = None) -> OpenDocument:
        """Return what is needed to show a document, in force or (by digest) an older version.

        Raises:
            DocumentUnknownError: this device has no such document or version.
            DocumentNotHereError: its bytes have not been received yet.
        """
        raise NotImplementedError

    def mark_opened(self, document_id: str, sha256: str) -> Changes:
        """Record the first opening of a version; later ones change nothing."""
        raise NotImplementedError

    def note_position(
        self, document_id: str, sha256: str, *, page: int, top: float, zoom: float
    ) -> None:
        """Remember where the reading stands; `page` counts from 0."""
        raise NotImplementedError

    def export_document(self, document_id: str, sha256: str, target: Path) -> None:
        """Write a copy of the published bytes where the person saves it.

        Raises:
            CannotWriteError: the place refuses the file.
        """
        raise NotImplementedError
