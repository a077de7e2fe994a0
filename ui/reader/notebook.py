"""My notes of the document that is read: shown at once, written in the background."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from boardpack.annotation.note import Note
from boardpack.services.changes import Changes
from boardpack.services.note_names import NoteNames
from boardpack.services.program import Session
from ui.background import Background


class Notebook(QObject):
    """Holds the notes of one document, of all its versions; pages show those of one version."""

    changed = Signal(object)
    """Some notes changed: the set of pages of this version to paint again."""
    refused = Signal(object)
    """A note could not be kept: the exception. The notes are read again from the store."""

    def __init__(self, session: Session, background: Background, parent: QObject) -> None:
        """Hold nothing yet."""
        super().__init__(parent)
        self._session = session
        self._background = background
        self._document_id = ""
        self._sha256 = ""
        self._notes: dict[str, Note] = {}
        self._by_page: dict[int, tuple[Note, ...]] = {}
        self._writing = 0
        self._names = NoteNames()

    def open(self, document_id: str, sha256: str) -> None:
        """Show the notes of this document; those of version `sha256` stand on its pages."""
        self._document_id, self._sha256 = document_id, sha256
        self._replace(())
        self.reload()

    def reload(self) -> None:
        """Read the notes again, unless a write is on its way: it ends with a reading itself."""
        if self._writing or not self._document_id:
            return
        document_id = self._document_id
        self._background.run(
            lambda: self._read(document_id),
            success=lambda found: self._loaded(document_id, *found),
            failure=self.refused.emit,
            owner=self,
        )

    def _read(self, document_id: str) -> tuple[tuple[Note, ...], NoteNames]:
        notes = self._session.notes.for_document(document_id)
        return notes, self._session.notes.names(notes)

    def is_mine(self, note: Note) -> bool:
        """Tell whether the note is mine to change; others are shared with me."""
        return note.author_id == self._session.me.official_id

    def author(self, note: Note) -> str:
        """Return the name of whoever shares the note with me, empty for mine."""
        return self._names.authors.get(note.note_id, "")

    def readers(self, note: Note) -> tuple[str, ...]:
        """Return the names of those with whom I share a note."""
        return self._names.readers.get(note.note_id, ())

    def all(self) -> tuple[Note, ...]:
        """Return every note of the document, in the order of the pages, oldest first."""
        return tuple(
            sorted(self._notes.values(), key=lambda each: (each.anchor.page_index, each.note_id))
        )

    def on_page(self, page: int) -> tuple[Note, ...]:
        """Return the notes that stand on a page of this version, oldest first."""
        return self._by_page.get(page, ())

    def get(self, note_id: str) -> Note | None:
        """Return one note, None when there is no such one (any more)."""
        return self._notes.get(note_id)

    def is_here(self, note: Note) -> bool:
        """Tell whether the note was written on the version that is shown."""
        return note.version_sha256 == self._sha256

    def put(self, note: Note, seen: Note | None = None) -> None:
        """Show and write a new note, or one that was `seen` and changed."""
        self._notes[note.note_id] = note
        self._arrange()
        self._write(lambda: self._session.notes.save(note, seen))

    def take(self, note: Note) -> None:
        """Remove a note."""
        self._notes.pop(note.note_id, None)
        self._arrange()
        self._write(lambda: self._session.notes.remove(note.note_id))

    def _write(self, operation: Callable[[], Changes]) -> None:
        self._writing += 1
        self._background.run(
            operation,
            success=self._written,
            failure=self._failed,
            owner=self,
        )

    def _written(self, changes: Changes) -> None:
        self._writing -= 1
        self._session.announcer.announce(changes)

    def _failed(self, error: Exception) -> None:
        self._writing -= 1
        self.refused.emit(error)
        self.reload()

    def _loaded(self, document_id: str, notes: tuple[Note, ...], names: NoteNames) -> None:
        # A write begun meanwhile is newer than what was read.
        if document_id == self._document_id and not self._writing:
            self._names = names
            self._replace(notes)

    def _replace(self, notes: tuple[Note, ...]) -> None:
        known = self._notes
        # The same object for an equal note: what is drawn already is recognised by identity.
        self._notes = {
            note.note_id: known[note.note_id] if known.get(note.note_id) == note else note
            for note in notes
            if not note.deleted
        }
        self._arrange()

    def _arrange(self) -> None:
        by_page: defaultdict[int, list[Note]] = defaultdict(list)
        for note in self.all():
            if self.is_here(note):
                by_page[note.anchor.page_index].append(note)
        before = self._by_page
        self._by_page = {page: tuple(found) for page, found in by_page.items()}
        pages = before.keys() | self._by_page.keys()
        self.changed.emit(
            frozenset(page for page in pages if before.get(page) != self._by_page.get(page))
        )
