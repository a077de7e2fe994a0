"""Sharing a note of mine with chosen people or my group; hiding what others share. Store lane.

Private is the rule: nothing is shared but by `share`, with readers who were named to the person.
"""

from __future__ import annotations

from boardpack.annotation import editing
from boardpack.annotation.note import Note, Sharing
from boardpack.annotation.record import NoteRecord
from boardpack.services.changes import Changes
from boardpack.services.circles import Circle, Circles
from boardpack.services.context import Context
from boardpack.services.errors import NobodyToShareWithError, NotAllowedError, NoteUnknownError
from boardpack.services.library import Library
from boardpack.services.note_writing import NoteWriter
from boardpack.store import notes, shared_notes
from boardpack.workflow.transitions import Verb


class SharingService:
    """Decides who else reads the notes of one official."""

    def __init__(self, context: Context, writer: NoteWriter) -> None:
        """Work on this profile."""
        self._context = context
        self._writer = writer

    def circle(self, note_id: str) -> Circle:
        """Return with whom a note of mine can be shared.

        Raises:
            NoteUnknownError: there is no such note of mine.
            NotAllowedError: the assembly was left.
        """
        record = self._mine(note_id)
        library = Library(self._context)
        circles = Circles(self._context.store.connection, library)
        return circles.circle(self._assembly(library, record))

    def share(
        self, note_id: str, *, official_ids: tuple[str, ...] = (), group_id: str = ""
    ) -> Changes:
        """Share a note of mine with these people, or with my group; from now on, and as it changes.

        Raises:
            NoteUnknownError: there is no such note of mine.
            NotAllowedError: the assembly was left.
            NobodyToShareWithError: none of them sits there today and has a device.
        """
        with self._context.store.transaction():
            library = Library(self._context)
            assembly_id = self._assembly(library, self._mine(note_id))
            sharing = Sharing(assembly_id, official_ids, group_id)
            if not Circles(self._context.store.connection, library).readers(sharing):
                raise NobodyToShareWithError
            return self._write(note_id, sharing)

    def stop(self, note_id: str) -> Changes:
        """Share a note of mine no more: it goes from its readers' devices at their next contact.

        Raises:
            NoteUnknownError: there is no such note of mine.
        """
        with self._context.store.transaction():
            return self._write(note_id, None)

    def hide(self, note: Note) -> Changes:
        """Hide a note of somebody else on this device.

        Raises:
            NoteUnknownError: there is no such note.
        """
        with self._context.store.transaction() as connection:
            if not shared_notes.hide(connection, note.author_id, note.note_id):
                raise NoteUnknownError
        return Changes(documents=frozenset({note.document_id}), notes=True)

    def hidden(self) -> int:
        """Return how many notes of others are hidden on this device."""
        return shared_notes.hidden(self._context.store.connection)

    def show_all(self) -> Changes:
        """Show again what was hidden."""
        with self._context.store.transaction() as connection:
            shared_notes.show_all(connection)
        return Changes(notes=True, everything=True)

    def _write(self, note_id: str, sharing: Sharing | None) -> Changes:
        record = self._mine(note_id)
        versions = notes.standing(self._context.store.connection, note_id).versions
        after = editing.shared(record, sharing, self._writer.tick(record))
        return self._writer.append(after, versions)

    def _mine(self, note_id: str) -> NoteRecord:
        record = notes.standing(self._context.store.connection, note_id).record
        if record is None or not record.live:
            raise NoteUnknownError
        return record

    def _assembly(self, library: Library, record: NoteRecord) -> str:
        found = library.find(record.sitting_id)
        if found is None or Verb.ANNOTATE not in library.abilities(found.dossier.assembly_id):
            raise NotAllowedError(verb=Verb.ANNOTATE.value)
        return found.dossier.assembly_id
