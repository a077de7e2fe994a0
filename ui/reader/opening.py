"""Opening a document: what it is, its pages, its sitting; closing it again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from boardpack.services.changes import Changes
from boardpack.services.errors import DocumentNotHereError, LeaseOverError, MandateOverError
from boardpack.services.pages import DocumentFacts, PageService
from boardpack.services.program import Session
from boardpack.services.read_models import (
    DocumentHandle,
    DocumentRow,
    OpenDocument,
    SittingView,
    VersionRow,
)
from ui.background import Background, Lane


def documents_of(view: SittingView) -> tuple[DocumentRow, ...]:
    """Return every document of a sitting, in the order in which they are read."""
    of_items = (each for item in view.items for each in item.documents)
    first = (view.convocation,) if view.convocation else ()
    return (*first, *of_items, *view.others)


def versions_of(view: SittingView | None, document_id: str) -> tuple[VersionRow, ...]:
    """Return the versions of a document, newest first; none while the sitting is not known."""
    for document in documents_of(view) if view else ():
        if document.document_id == document_id:
            return document.versions
    return ()


class _Held:
    """One use of a document in the worker. Both steps run on the render lane, in this order."""

    def __init__(self, handle: DocumentHandle) -> None:
        self._handle = handle
        self._is_open = False

    def open(self, pages: PageService) -> DocumentFacts:
        facts = pages.open(self._handle)
        self._is_open = True
        return facts

    def close(self, pages: PageService) -> None:
        if self._is_open:
            pages.close(self._handle)


class Opening(QObject):
    """Asks one thing after the other; an answer about an earlier document is dropped."""

    known = Signal(object)
    """What is opened: the `OpenDocument`."""
    readable = Signal(object)
    """Its pages: the `DocumentFacts`."""
    sitting = Signal(object)
    """The sitting around it: the `SittingView`."""
    failed = Signal(object)
    """It cannot be shown: the exception."""
    replaced = Signal(object)
    """The version that is read is no longer the one in force: the `OpenDocument` again."""

    def __init__(self, session: Session, background: Background, parent: QObject) -> None:
        """Open nothing yet."""
        super().__init__(parent)
        self.document: OpenDocument | None = None
        self.view: SittingView | None = None
        self._session = session
        self._background = background
        self._asked: tuple[str, str | None] = ("", None)
        self._held: _Held | None = None

    def open(self, document_id: str, sha256: str | None) -> None:
        """Open a document, in force or an older version."""
        self.close()
        asked = self._asked = (document_id, sha256)
        self._background.run(
            lambda: self._session.reading.open_document(document_id, sha256),
            success=lambda found: self._found(asked, found),
            failure=lambda error: self._fail(asked, error),
            owner=self,
        )

    def close(self) -> None:
        """Let the document go."""
        held, self._held, self.document = self._held, None, None
        self._asked = ("", None)
        if held is not None:
            self._background.run(
                lambda: held.close(self._session.pages),
                success=lambda _nothing: None,
                failure=lambda _error: None,  # its worker is gone, and the document with it
                lane=Lane.RENDER,
            )

    def versions(self) -> tuple[VersionRow, ...]:
        """Return the versions of the document, newest first; none until they are known."""
        return versions_of(self.view, self._asked[0])

    def file_name(self) -> str:
        """Return the name that the secretariat's file had, "" until it is known."""
        rows = documents_of(self.view) if self.view else ()
        names = (each.file_name for each in rows if each.document_id == self._asked[0])
        return next(names, "")

    def ask_sitting(self) -> None:
        """Read the sitting around the document, again."""
        if self.document is None:
            return
        asked, sitting_id = self._asked, self.document.sitting_id
        self._background.run(
            lambda: self._session.reading.sitting(sitting_id),
            success=lambda view: self._tell_sitting(asked, view),
            failure=lambda error: self._fail(asked, error),
            owner=self,
        )

    def ask_version(self) -> None:
        """Ask whether the version that is read is still the one in force."""
        document = self.document
        if document is None:
            return
        asked = self._asked
        self._background.run(
            lambda: self._session.reading.open_document(document.document_id, document.sha256),
            success=lambda found: self._compare(asked, found),
            failure=lambda error: self._closed(asked, error),
            owner=self,
        )

    def _found(self, asked: tuple[str, str | None], document: OpenDocument) -> None:
        if asked != self._asked:
            return
        self.document = document
        self.known.emit(document)
        self.ask_sitting()
        handle = document.handle
        if handle is None:
            return
        held = self._held = _Held(handle)
        self._background.run(
            lambda: held.open(self._session.pages),
            success=lambda facts: self._opened(asked, facts),
            failure=lambda error: self._fail(asked, error),
            lane=Lane.RENDER,
            owner=self,
        )

    def _opened(self, asked: tuple[str, str | None], facts: DocumentFacts) -> None:
        if asked == self._asked:
            self.readable.emit(facts)

    def _tell_sitting(self, asked: tuple[str, str | None], view: SittingView) -> None:
        if asked == self._asked:
            self.view = view
            self.sitting.emit(view)

    def _compare(self, asked: tuple[str, str | None], found: OpenDocument) -> None:
        document = self.document
        if asked != self._asked or document is None or found.is_current:
            return
        if document.is_current:
            self.document = found
            self.replaced.emit(found)

    def _closed(self, asked: tuple[str, str | None], error: Exception) -> None:
        """Let go what was closed meanwhile; what was withdrawn may be read to the end."""
        if asked == self._asked and isinstance(error, LeaseOverError | MandateOverError):
            self.close()
            self.failed.emit(error)

    def _fail(self, asked: tuple[str, str | None], error: Exception) -> None:
        if isinstance(error, DocumentNotHereError):
            # It comes now, whatever turn its dossier has.
            self._session.announcer.announce(Changes(awaited=True))
        if asked == self._asked:
            self.failed.emit(error)
