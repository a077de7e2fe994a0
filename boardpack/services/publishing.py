"""Publishing: a folder of files becomes a sitting, is corrected and sent. Worker lane.

Methods that read files or ask the PDF worker take seconds: call them on the network lane; their
store steps go through `Context.in_store`. `assemblies`, `people`, `drafts` and `draft` are short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.draft_models import (
    Corrections,
    DeliberationFile,
    DraftRow,
    DraftView,
    PersonRow,
    Signatory,
)
from boardpack.services.read_models import AssemblyBadge

#: Called with files done, files in all, name of the one just read.
Progress = Callable[[int, int, str], None]


class PublishingService:
    """What a secretariat does before and at sending."""

    def __init__(self, context: Context, intake: Intake) -> None:
        """Work on this profile; `intake` examines files in the PDF worker."""
        self._context = context
        self._intake = intake

    def assemblies(self) -> tuple[AssemblyBadge, ...]:
        """Return the assemblies that the person may publish for."""
        raise NotImplementedError

    def people(self, assembly_id: str) -> tuple[PersonRow, ...]:
        """Return the members of an assembly, by role, then name."""
        raise NotImplementedError

    def examine(
        self,
        folder: Path | Sequence[Path],
        assembly_id: str | None = None,
        progress: Progress | None = None,
    ) -> DraftView:
        """Understand a push folder (or dropped files), keep it as a draft, return the report.

        Raises:
            FolderUnreadableError, FolderEmptyError, TooManyFilesError, SittingFileError.
        """
        raise NotImplementedError

    def drafts(self) -> tuple[DraftRow, ...]:
        """Return the drafts not sent yet, the last touched first."""
        raise NotImplementedError

    def draft(self, sitting_id: str) -> DraftView:
        """Return a draft as it stands."""
        raise NotImplementedError

    def adjust(self, draft: DraftView, corrections: Corrections) -> DraftView:
        """Apply what the person corrected; kept at once."""
        raise NotImplementedError

    def discard(self, sitting_id: str) -> Changes:
        """Forget a draft; the files in the folder are not touched."""
        raise NotImplementedError

    def publish(self, draft: DraftView, progress: Progress | None = None) -> Changes:
        """Keep the bytes in the store and put the new revision in the outbox.

        Raises:
            DraftIncompleteError, FileChangedError, NotYourAssemblyError.
        """
        raise NotImplementedError

    def examine_deliberations(
        self, sitting_id: str, paths: Sequence[Path], progress: Progress | None = None
    ) -> tuple[DeliberationFile, ...]:
        """Understand PDFs to be signed: numbers and titles from their names, problems named."""
        raise NotImplementedError

    def signatories(self, sitting_id: str, secretary_id: str = "") -> tuple[Signatory, ...]:
        """Return the usual signatories in order: who presides, then the sitting secretary."""
        raise NotImplementedError

    def place(
        self,
        sitting_id: str,
        deliberations: Sequence[DeliberationFile],
        signatories: Sequence[Signatory],
        progress: Progress | None = None,
    ) -> Changes:
        """Put deliberations in the outbox, to be signed by the signatories in this order.

        Raises:
            UnsignableError: a file cannot be signed; nothing was placed.
        """
        raise NotImplementedError
