"""My notes: written, changed, removed, listed, exported. Store lane."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from boardpack.annotation import editing
from boardpack.annotation.note import Note
from boardpack.annotation.record import shown
from boardpack.domain import clock
from boardpack.domain.dossier import Document, Dossier
from boardpack.services.changes import NOTHING, Changes
from boardpack.services.circles import Circles
from boardpack.services.context import Context
from boardpack.services.errors import (
    DocumentUnknownError,
    NotAllowedError,
    NoteUnknownError,
)
from boardpack.services.files import write_file
from boardpack.services.library import Library, reading_order
from boardpack.services.note_export import as_markdown
from boardpack.services.note_names import NoteNames
from boardpack.services.note_writing import NoteWriter
from boardpack.services.read_models import NoteRow
from boardpack.store import notes, people, shared_notes
from boardpack.workflow.transitions import Verb


class NotesService:
    """Keeps one official's notes; they leave the device only sealed to their author (D6)."""

    def __init__(self, context: Context, writer: NoteWriter) -> None:
        """Work on this profile."""
        self._context = context
        self._writer = writer

    def for_document(self, document_id: str) -> tuple[Note, ...]:
        """Return the notes of a document, on every version, in the order of the pages.

        Mine, and those that others share with me: `author_id` tells.
        """
        connection = self._context.store.connection
        names = people.device_names(connection)
        mine = (shown(each.record, names) for each in notes.of_document(connection, document_id))
        others = shared_notes.of_document(connection, document_id)
        return tuple(sorted((*mine, *(shown(each.record) for each in others)), key=_place))

    def names(self, shown_notes: Iterable[Note]) -> NoteNames:
        """Return whose notes these are, and who reads mine: by identifier of the note."""
        library = Library(self._context)
        circles = Circles(self._context.store.connection, library)
        me = library.official_id
        found = tuple(shown_notes)
        return NoteNames(
            authors={
                each.note_id: _name(library, each.author_id)
                for each in found
                if each.author_id != me
            },
            readers={
                each.note_id: tuple(reader.name for reader in circles.readers(each.sharing))
                for each in found
                if each.author_id == me and each.sharing
            },
        )

    def all(self, *, sitting_id: str | None = None) -> tuple[NoteRow, ...]:
        """Return my notes and those shared with me: coming sittings first, as their agenda goes."""
        library = Library(self._context)
        connection = self._context.store.connection
        circles = Circles(connection, library)
        names = people.device_names(connection)
        if sitting_id is None:
            library.read_all()
        mine = (
            self._row(library, circles, shown(each.record, names), waiting=each.waiting)
            for each in notes.every(connection, sitting_id)
        )
        others = (
            self._row(library, circles, shown(each.record))
            for each in shared_notes.every(connection, sitting_id)
        )
        rows = [row for row in (*mine, *others) if row is not None]
        first = {row.sitting_id: row for row in rows}
        order = {name: _order(library, row) for name, row in first.items()}
        return tuple(sorted(rows, key=lambda row: _rank(order[row.sitting_id], row)))

    def mine(self, sitting_id: str | None = None) -> tuple[NoteRow, ...]:
        """Return my own notes alone."""
        return tuple(row for row in self.all(sitting_id=sitting_id) if row.mine)

    def _row(
        self, library: Library, circles: Circles, note: Note, *, waiting: bool = False
    ) -> NoteRow | None:
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
            waiting=waiting,
            mine=note.author_id == library.official_id,
            author_name=_name(library, note.author_id),
            readers=tuple(each.name for each in circles.readers(note.sharing))
            if note.sharing and note.author_id == library.official_id
            else (),
        )

    def save(self, note: Note, seen: Note | None = None) -> Changes:
        """Write a new note or a changed one (the same `note_id`).

        Args:
            note: as it is to be; a text that is missing from its `others` is let go.
            seen: what the person saw and changed; absent: the note as it is now. What they did not
                change stays as other devices left it meanwhile.

        Raises:
            DocumentUnknownError: this device has no such document.
            NotAllowedError: the person may not annotate there.
            NoteTooLargeError: a server would not keep it.
        """
        with self._context.store.transaction() as connection:
            self._check_may_annotate(note)
            standing = notes.standing(connection, note.note_id)
            record = standing.record
            if record is not None and record.live:
                before = seen or shown(record, people.device_names(connection))
                if not editing.differs(before, note):
                    return NOTHING
                after = editing.edited(record, before, note, self._writer.tick(record))
                return self._writer.append(after, standing.versions)
            at = self._writer.tick(record)
            after = editing.revived(record, note, at) if record else editing.begin(note, at)
            return self._writer.append(after, standing.versions)

    def remove(self, note_id: str) -> Changes:
        """Remove a note; `save` of the same note brings it back (undo).

        Raises:
            NoteUnknownError: there is no such note any more.
        """
        with self._context.store.transaction() as connection:
            standing = notes.standing(connection, note_id)
            record = standing.record
            if record is None or not record.live:
                raise NoteUnknownError
            after = editing.removed(record, self._writer.tick(record), clock.now())
            return self._writer.append(after, standing.versions)

    def _check_may_annotate(self, note: Note) -> None:
        library = Library(self._context)
        found = library.find(note.sitting_id)
        if found is None or _document(found.dossier, note.document_id) is None:
            raise DocumentUnknownError
        allowed = Verb.ANNOTATE in library.abilities(found.dossier.assembly_id)
        if not allowed or note.author_id != self._context.official_id:
            raise NotAllowedError(verb=Verb.ANNOTATE.value)

    def of_assembly(self, assembly_id: str) -> tuple[NoteRow, ...]:
        """Return my notes on the dossiers of one assembly, closed or not: they are mine."""
        return tuple(row for row in self.mine() if row.assembly.assembly_id == assembly_id)

    def export(
        self, target: Path, sitting_id: str | None = None, *, assembly_id: str | None = None
    ) -> int:
        """Write my notes as Markdown text where the person saves them; return how many.

        Args:
            target: the file.
            sitting_id: only those of one sitting.
            assembly_id: only those of one assembly.

        Raises:
            CannotWriteError: the place refuses the file.
        """
        rows = self.of_assembly(assembly_id) if assembly_id else self.mine(sitting_id)
        write_file(target, as_markdown(rows).encode())
        return len(rows)

    def as_text(self, sitting_id: str | None = None) -> str:
        """Return my notes as the Markdown text that `export` writes."""
        return as_markdown(self.mine(sitting_id))


def _name(library: Library, official_id: str) -> str:
    official = library.officials.get(official_id)
    return official.name if official else ""


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
