"""My notes: written, changed, removed, listed, exported. Store lane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyrage

from boardpack.annotation import codec
from boardpack.annotation.note import Note
from boardpack.domain import clock, ids
from boardpack.domain.dossier import Document, Dossier
from boardpack.services.changes import NOTHING, Changes
from boardpack.services.context import Context
from boardpack.services.errors import (
    DocumentUnknownError,
    NotAllowedError,
    NoteTooLargeError,
    NoteUnknownError,
)
from boardpack.services.files import write_file
from boardpack.services.library import Library, reading_order
from boardpack.services.note_export import as_markdown
from boardpack.services.read_models import NoteRow
from boardpack.store import notes, outbox
from boardpack.store.notes import StoredNote
from boardpack.workflow.transitions import Verb
from sync.protocol.messages import NoteSealed

#: A server keeps no larger note; said before it is written, so that none is ever refused later.
MOST_BYTES: Final = 1024 * 1024


class NotesService:
    """Keeps one official's notes; they leave the device only sealed to their author (D6)."""

    def __init__(self, context: Context, recipient: str) -> None:
        """Work on this profile; `recipient` is the author's own age recipient ("age1…")."""
        self._context = context
        self._recipient = pyrage.x25519.Recipient.from_str(recipient)

    def for_document(self, document_id: str) -> tuple[Note, ...]:
        """Return the notes of a document, on every version, in the order of the pages."""
        stored = notes.of_document(self._context.store.connection, document_id)
        return tuple(sorted((codec.decode(each.content) for each in stored), key=_place))

    def all(self, *, sitting_id: str | None = None) -> tuple[NoteRow, ...]:
        """Return my notes: coming sittings first, each in the order of its agenda."""
        library = Library(self._context)
        stored = notes.every(self._context.store.connection, sitting_id)
        if sitting_id is None:
            library.read_all()
        found = (self._row(library, each) for each in stored)
        rows = [row for row in found if row is not None]
        first = {row.sitting_id: row for row in rows}
        order = {name: _order(library, row) for name, row in first.items()}
        return tuple(sorted(rows, key=lambda row: _rank(order[row.sitting_id], row)))

    def _row(self, library: Library, stored: StoredNote) -> NoteRow | None:
        note = codec.decode(stored.content)
        found = library.find(note.sitting_id)
        document = _document(found.dossier, note.document_id) if found else None
        if found is None or document is None:
            # The assembly was left: its notes were offered as an export then.
            return None
        dossier = found.dossier
        item = next((each for each in dossier.items if each.item_id == document.item_id), None)
        numbers = {each.sha256: each.number for each in document.versions}
        return NoteRow(
            note=note,
            document_title=document.title,
            item_number=item.number if item else 0,
            item_title=item.title if item else "",
            sitting_id=dossier.sitting_id,
            sitting_title=dossier.title,
            sitting_starts_at=library.local(dossier.starts_at, dossier.assembly_id),
            assembly=library.badge(dossier.assembly_id),
            on_version=numbers.get(note.version_sha256, 0),
            current_version=document.current.number,
            waiting=stored.waiting,
        )

    def save(self, note: Note) -> Changes:
        """Write a new note or a changed one (the same `note_id`).

        Raises:
            DocumentUnknownError: this device has no such document.
            NotAllowedError: the person may not annotate there.
            NoteTooLargeError: a server would not keep it.
        """
        with self._context.store.transaction():
            self._check_may_annotate(note)
            content = codec.encode(replace(note, deleted=False))
            before = notes.one(self._context.store.connection, note.note_id)
            if before is not None and before.content == content:
                return NOTHING
            return self._append(replace(note, deleted=False))

    def remove(self, note_id: str) -> Changes:
        """Remove a note; `save` of the same note brings it back (undo).

        Raises:
            NoteUnknownError: there is no such note any more.
        """
        with self._context.store.transaction() as connection:
            stored = notes.one(connection, note_id)
            if stored is None:
                raise NoteUnknownError
            note = codec.decode(stored.content)
            return self._append(replace(note, deleted=True, modified=clock.now()))

    def _check_may_annotate(self, note: Note) -> None:
        library = Library(self._context)
        found = library.find(note.sitting_id)
        if found is None or _document(found.dossier, note.document_id) is None:
            raise DocumentUnknownError
        allowed = Verb.ANNOTATE in library.abilities(found.dossier.assembly_id)
        if not allowed or note.author_id != self._context.official_id:
            raise NotAllowedError(verb=Verb.ANNOTATE.value)

    def _append(self, note: Note) -> Changes:
        content = codec.encode(note)
        ciphertext = pyrage.encrypt(content, [self._recipient])
        if len(ciphertext) > MOST_BYTES:
            raise NoteTooLargeError(most=MOST_BYTES // 1024)
        event = NoteSealed(
            event_id=ids.new_id(),
            at=clock.now(),
            note_id=note.note_id,
            ciphertext=ciphertext,
            deleted=note.deleted,
        )
        with self._context.store.transaction() as connection:
            outbox.append(
                connection,
                event,
                subject_id=note.note_id,
                sitting_id=note.sitting_id,
                document_id=note.document_id,
                content=content,
            )
        return Changes(documents=frozenset({note.document_id}), notes=True, outbox=True)

    def export(self, target: Path, sitting_id: str | None = None) -> int:
        """Write my notes as Markdown text where the person saves them; return how many.

        Raises:
            CannotWriteError: the place refuses the file.
        """
        rows = self.all(sitting_id=sitting_id)
        write_file(target, as_markdown(rows).encode())
        return len(rows)

    def as_text(self, sitting_id: str | None = None) -> str:
        """Return my notes as the Markdown text that `export` writes."""
        return as_markdown(self.all(sitting_id=sitting_id))


def _document(dossier: Dossier, document_id: str) -> Document | None:
    found = (each for each in dossier.documents if each.document_id == document_id)
    return next(found, None)


@dataclass(frozen=True)
class _Order:
    """Where the notes of one sitting stand among the others, and its documents among theirs."""

    past: bool
    when: float
    documents: dict[str, int]


def _order(library: Library, row: NoteRow) -> _Order:
    dossier = library.dossier(row.sitting_id)
    past = library.is_past(dossier)
    when = row.sitting_starts_at.timestamp()
    documents = {each.document_id: at for at, each in enumerate(reading_order(dossier))}
    return _Order(past, -when if past else when, documents)


def _rank(order: _Order, row: NoteRow) -> tuple[object, ...]:
    document_id = row.note.document_id
    at = order.documents.get(document_id, len(order.documents))
    return order.past, order.when, row.sitting_id, at, document_id, _place(row.note)


def _place(note: Note) -> tuple[int, float, str]:
    """Order notes as one reads: page, then from the top (PDF counts upwards), then age."""
    quads = note.anchor.quads
    top = max((quad.bounds.y1 for quad in quads), default=0.0)
    return note.anchor.page_index, -top, note.note_id
