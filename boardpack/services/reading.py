"""Reading: what needs me, my sittings, one sitting, one document. Store lane."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from boardpack.domain import clock, ids
from boardpack.domain.dossier import PDF, Document, DocumentKind, DocumentVersion, Dossier
from boardpack.services.changes import NOTHING, Changes
from boardpack.services.context import Context
from boardpack.services.errors import DocumentNotHereError, DocumentUnknownError, NotAllowedError
from boardpack.services.files import write_file
from boardpack.services.library import Library, item_label, reading_order
from boardpack.services.read_models import (
    DocumentHandle,
    HomeView,
    ItemRow,
    OpenDocument,
    Position,
    ResumeRow,
    SittingRow,
    SittingView,
)
from boardpack.services.recovery import wish_of
from boardpack.services.todo import todo
from boardpack.store import documents, dossiers, outbox, people, positions, recovery
from boardpack.store.positions import StoredPosition
from boardpack.workflow import transitions
from boardpack.workflow.transitions import DossierState, Verb
from sync.protocol.messages import ConvocationAcknowledged, DocumentOpened

_HOME_PAST: Final = 10
_HOME_RESUME: Final = 3


class ReadingService:
    """Shows sittings and documents; records what was acknowledged, opened, where one stopped."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def home(self) -> HomeView:
        """Return what needs the person, then the next sittings over all assemblies."""
        library = Library(self._context, earlier=_HOME_PAST)
        rows = library.rows()
        me = people.officials(self._context.store.connection).get(self._context.official_id)
        past = [row for row in reversed(rows) if row.past]
        return HomeView(
            official_name=me.name if me else "",
            todo=todo(self._context, library, rows),
            next_sittings=tuple(row for row in rows if not row.past),
            past_sittings=tuple(past),
            resume=self._resume(library),
            recovery=wish_of(recovery.words(self._context.store.connection)),
            account=self._context.account,
        )

    def _resume(self, library: Library) -> tuple[ResumeRow, ...]:
        # A document that was withdrawn, or whose access was lost, must not take a place.
        stored = positions.latest(self._context.store.connection, 10 * _HOME_RESUME)
        found = (self._resume_row(library, each) for each in stored)
        return tuple(row for row in found if row is not None)[:_HOME_RESUME]

    def _resume_row(self, library: Library, stored: StoredPosition) -> ResumeRow | None:
        connection = self._context.store.connection
        sitting_id = dossiers.sitting_of_document(connection, stored.document_id)
        found = library.find(sitting_id) if sitting_id else None
        if found is None:
            return None
        dossier = found.dossier
        document = next(
            each for each in dossier.documents if each.document_id == stored.document_id
        )
        if document.withdrawn:
            return None
        return ResumeRow(
            document_id=document.document_id,
            sitting_id=dossier.sitting_id,
            title=document.title,
            sitting_title=dossier.title,
            assembly=library.badge(dossier.assembly_id),
            page=min(stored.page, max(0, document.current.pages - 1)),
            pages=document.current.pages,
            at=stored.at,
        )

    def sittings(self, *, past: bool | None = None) -> tuple[SittingRow, ...]:
        """Return sittings by date: coming ones first to last, then past ones last to first.

        Args:
            past: only past ones, only coming ones, or (None) all.
        """
        rows = Library(self._context).rows()
        coming = tuple(row for row in rows if not row.past)
        gone = tuple(row for row in reversed(rows) if row.past)
        if past is None:
            return coming + gone
        return gone if past else coming

    def sitting(self, sitting_id: str) -> SittingView:
        """Return one sitting with its items, documents and their states.

        Raises:
            SittingUnknownError: this device has no such sitting.
        """
        library = Library(self._context)
        dossier = library.dossier(sitting_id)
        order = reading_order(dossier)
        convocation = next((each for each in order if _is_convocation(each)), None)
        items = tuple(_item_row(library, dossier, item.item_id) for item in dossier.items)
        known = {item.item_id for item in dossier.items}
        return SittingView(
            row=library.row(sitting_id),
            convocation=library.document_row(sitting_id, convocation) if convocation else None,
            items=tuple(sorted(items, key=lambda item: item.number)),
            others=tuple(
                library.document_row(sitting_id, each)
                for each in order
                if each is not convocation and each.item_id not in known
            ),
        )

    def acknowledge(self, sitting_id: str) -> Changes:
        """Acknowledge the convocation; a second time changes nothing.

        Raises:
            SittingUnknownError: this device has no such sitting.
            NotAllowedError: the person is no member of that assembly.
        """
        with self._context.store.transaction() as connection:
            library = Library(self._context)
            row = library.row(sitting_id)
            if row.acknowledged_at is not None:
                return NOTHING
            if Verb.ACKNOWLEDGE not in row.abilities:
                raise NotAllowedError(verb=Verb.ACKNOWLEDGE.value)
            transitions.move_dossier(DossierState.SENT, Verb.ACKNOWLEDGE)
            dossier = library.dossier(sitting_id)
            event = ConvocationAcknowledged(
                event_id=ids.new_id(),
                at=clock.now(),
                sitting_id=sitting_id,
                revision=dossier.revision,
                manifest_sha256=dossier.manifest_sha256(),
            )
            outbox.append(connection, event, subject_id=sitting_id, sitting_id=sitting_id)
        return Changes(sittings=frozenset({sitting_id}), outbox=True)

    def open_document(self, document_id: str, sha256: str | None = None) -> OpenDocument:
        """Return what is needed to show a document, in force or (by digest) an older version.

        Raises:
            DocumentUnknownError: this device has no such document or version.
            DocumentNotHereError: its bytes have not been received yet.
            LeaseOverError, MandateOverError: its assembly's dossiers are closed.
        """
        library = Library(self._context)
        dossier, document, version = self._find(library, document_id, sha256)
        library.require_open(dossier.assembly_id)
        if version.sha256 not in library.available:
            self._context.awaited.add(version.sha256)
            raise DocumentNotHereError(title=document.title)
        before, after = _neighbours(dossier, document_id)
        is_pdf = version.media_type == PDF
        is_current = version.sha256 == document.current.sha256
        item = next((each for each in dossier.items if each.item_id == document.item_id), None)
        return OpenDocument(
            document_id=document_id,
            sitting_id=dossier.sitting_id,
            sha256=version.sha256,
            title=document.title,
            item_label=item_label(dossier, document),
            item_title=item.title if item else "",
            media_type=version.media_type,
            handle=handle_of(self._context, version.sha256) if is_pdf else None,
            pages=version.pages,
            position=self._position(document_id, version),
            previous_document_id=before,
            next_document_id=after,
            is_current=is_current,
            newer_sha256="" if is_current else document.current.sha256,
            newly_modified=is_current and library.is_modified(document),
            version_number=version.number,
            abilities=library.abilities(dossier.assembly_id),
        )

    def _find(
        self, library: Library, document_id: str, sha256: str | None
    ) -> tuple[Dossier, Document, DocumentVersion]:
        sitting_id = dossiers.sitting_of_document(self._context.store.connection, document_id)
        if sitting_id is None:
            raise DocumentUnknownError
        dossier = library.dossier(sitting_id)
        for document in dossier.documents:
            if document.document_id != document_id:
                continue
            for version in reversed(document.versions):
                if sha256 in (None, version.sha256):
                    return dossier, document, version
        raise DocumentUnknownError

    def _position(self, document_id: str, version: DocumentVersion) -> Position | None:
        stored = positions.one(self._context.store.connection, document_id)
        if stored is None:
            return None
        page = min(stored.page, max(0, version.pages - 1))
        same = stored.sha256 == version.sha256 and page == stored.page
        return Position(page, stored.top if same else 0.0, stored.zoom)

    def mark_opened(self, document_id: str, sha256: str) -> Changes:
        """Record the first opening of a version; later ones change nothing.

        The server hears of the version in force, once the revision that has it is known to it.

        Raises:
            DocumentUnknownError: this device has no such document or version.
        """
        now = clock.now()
        with self._context.store.transaction() as connection:
            library = Library(self._context)
            dossier, document, version = self._find(library, document_id, sha256)
            before = library.opened.get(document_id, frozenset())
            first_here = documents.mark_seen(connection, document_id, sha256, now)
            if not first_here or sha256 in before:
                return NOTHING
            told = (
                version.sha256 == document.current.sha256
                and not document.withdrawn
                and not self._waits(library, dossier)
            )
            if told:
                event = DocumentOpened(
                    event_id=ids.new_id(),
                    at=now,
                    sitting_id=dossier.sitting_id,
                    revision=dossier.revision,
                    document_id=document_id,
                    sha256=sha256,
                )
                outbox.append(
                    connection,
                    event,
                    subject_id=document_id,
                    sitting_id=dossier.sitting_id,
                    document_id=document_id,
                )
        return Changes(
            sittings=frozenset({dossier.sitting_id}),
            documents=frozenset({document_id}),
            outbox=told,
        )

    def _waits(self, library: Library, dossier: Dossier) -> bool:
        found = library.find(dossier.sitting_id)
        return found is not None and found.waiting

    def note_position(
        self, document_id: str, sha256: str, *, page: int, top: float, zoom: float
    ) -> None:
        """Remember where the reading stands; `page` counts from 0."""
        position = StoredPosition(document_id, sha256, page, top, zoom, clock.now())
        with self._context.store.transaction() as connection:
            positions.keep(connection, position)

    def leave_document(self, document_id: str) -> None:
        """Let the place in a closed document follow the person with the next exchange."""
        with self._context.store.transaction() as connection:
            positions.left(connection, document_id)

    def export_document(self, document_id: str, sha256: str, target: Path) -> None:
        """Write a copy of the published bytes where the person saves it.

        Raises:
            DocumentUnknownError: this device has no such document or version.
            DocumentNotHereError: its bytes have not been received yet.
            CannotWriteError: the place refuses the file.
        """
        library = Library(self._context)
        dossier, document, version = self._find(library, document_id, sha256)
        library.require_open(dossier.assembly_id)
        if version.sha256 not in library.available:
            raise DocumentNotHereError(title=document.title)
        write_file(target, self._context.blobs.read(version.sha256))


def handle_of(context: Context, sha256: str) -> DocumentHandle:
    """Return what the render lane needs to open a blob that is here."""
    source = context.blobs.source(sha256)
    return DocumentHandle(sha256, source.path, source.key)


def _is_convocation(document: Document) -> bool:
    return document.kind is DocumentKind.CONVOCATION


def _item_row(library: Library, dossier: Dossier, item_id: str) -> ItemRow:
    item = next(each for each in dossier.items if each.item_id == item_id)
    rows = tuple(
        library.document_row(dossier.sitting_id, each)
        for each in reading_order(dossier)
        if each.item_id == item_id
    )
    return ItemRow(
        item_id=item_id,
        number=item.number,
        title=item.title,
        reporter=item.reporter,
        closed=item.closed,
        documents=rows,
        notes=sum(row.notes for row in rows),
        unread=sum(not row.read for row in rows),
        modified=sum(row.modified for row in rows),
    )


def _neighbours(dossier: Dossier, document_id: str) -> tuple[str | None, str | None]:
    """Return the documents before and after in reading order, among those that can be shown."""
    order = [
        each.document_id
        for each in reading_order(dossier)
        if each.current.media_type == PDF or each.document_id == document_id
    ]
    if document_id not in order:
        return None, None
    at = order.index(document_id)
    return (
        order[at - 1] if at > 0 else None,
        order[at + 1] if at + 1 < len(order) else None,
    )
