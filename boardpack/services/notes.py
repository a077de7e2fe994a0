"""My notes: written, changed, removed, listed, exported. Store lane."""

from __future__ import annotations

from pathlib import Path

from boardpack.annotation.note import Note
from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.services.read_models import NoteRow


class NotesService:
    """Keeps one official's notes; they leave the device only sealed to their author (D6)."""

    def __init__(self, context: Context, recipient: str) -> None:
        """Work on this profile; `recipient` is the author's own age recipient ("age1…")."""
        self._context = context
        self._recipient = recipient

    def for_document(self, document_id: str) -> tuple[Note, ...]:
        """Return the notes of a document, on every version, in the order of the pages."""
        raise NotImplementedError

    def all(self, *, sitting_id: str | None = None) -> tuple[NoteRow, ...]:
        """Return my notes, coming sittings first, then in the order of the agenda."""
        raise NotImplementedError

    def save(self, note: Note) -> Changes:
        """Write a new note or a changed one (the same `note_id`)."""
        raise NotImplementedError

    def remove(self, note_id: str) -> Changes:
        """Remove a note; `save` of the same note brings it back (undo)."""
        raise NotImplementedError

    def export(self, target: Path, sitting_id: str | None = None) -> int:
        """Write my notes as Markdown text where the person saves them; return how many.

        Raises:
            CannotWriteError: the place refuses the file.
        """
        raise NotImplementedError
