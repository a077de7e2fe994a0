"""`Lecture`: a document to read and to mark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from boardpack.services.errors import DocumentNotHereError
from boardpack.services.pages import DocumentFacts
from boardpack.services.read_models import OpenDocument, Position, SittingView
from boardpack.workflow.transitions import Verb
from ui.background import Background
from ui.navigation import DocumentRoute, Navigator, Route
from ui.reader.actions import ReaderActions
from ui.reader.item_bar import title_text
from ui.reader.layout import ACTUAL_SIZE
from ui.reader.message import ReaderMessage
from ui.reader.parts import ReaderParts
from ui.reader.side_panel import Part
from ui.screen import Screen

if TYPE_CHECKING:
    from boardpack.services.changes import Changes
    from boardpack.services.program import Session


class ReaderView(Screen):
    """One document at a time; its neighbours of the agenda take its place."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self.parts = ReaderParts(session, background, navigator, self)
        self.deeds = ReaderActions(self, self.parts, self.open_version)
        self._first: tuple[int | None, str | None] = (None, None)
        self._marked = False
        self._waited_for = False
        self._connect()

    # --- Screen ---

    def title(self) -> str:
        """Return what is read."""
        document = self.parts.opening.document
        return title_text(document) if document else _("Reading")

    def header(self) -> QWidget:
        """Return the item bar."""
        return self.parts.item_bar

    def wants_all(self) -> bool:
        """Say yes: in portrait the pages get the room of the rail."""
        return True

    def open_route(self, route: Route) -> None:
        """Open what the route says."""
        if isinstance(route, DocumentRoute):
            self._open(route)

    def opened(self) -> None:
        """Take the focus; ask again for what was let go while nobody looked."""
        self.parts.view.setFocus()
        QTimer.singleShot(0, self, self.parts.view.look_again)

    def refresh(self, changes: Changes) -> None:
        """Read again what changed."""
        document = self.parts.opening.document
        if document is None:
            self._take_what_arrived(changes)
            return
        if changes.notes or changes.everything:
            self.parts.notebook.reload()
        if changes.everything or document.sitting_id in changes.sittings | changes.documents:
            self.parts.opening.ask_sitting()
        if changes.everything or document.document_id in changes.documents:
            self.parts.opening.ask_sitting()
            self.parts.opening.ask_version()

    def _take_what_arrived(self, changes: Changes) -> None:
        """Show the document that was waited for; one that is being opened opens once."""
        route = self.navigator.route
        if not self._waited_for or not isinstance(route, DocumentRoute):
            return
        if route.document_id in changes.documents:
            self._open(route)

    def closing(self) -> None:
        """Remember the place; let the document go."""
        self.parts.keeper.end()
        self.parts.opening.close()

    def panes(self) -> Sequence[QWidget]:
        """Return tools, pages, panel."""
        side = self.parts.made_side
        beside = (side.panel,) if side else ()
        return (self.parts.bar.first(), self.parts.frame.body(), *beside)

    def search_field(self) -> QWidget | None:
        """Open the search and return its field."""
        self.parts.open_panel(Part.FIND)
        return self.parts.side.finder.panel.field

    # --- opening ---

    def go_to_document(self, document_id: str, sha256: str | None = None) -> None:
        """Show another document in this screen."""
        route = DocumentRoute(document_id, sha256)
        self.navigator.here(route)
        self._open(route)

    def open_version(self, sha256: str, note_id: str | None = None) -> None:
        """Show another version ("" for the one in force); Back comes back to this one."""
        document = self.parts.opening.document
        if document is None:
            return
        route = DocumentRoute(document.document_id, sha256 or None, note_id=note_id)
        if route == self.navigator.route:
            # The version in force changed while it was read: the same place, other pages.
            self._open(route)
        else:
            self.navigator.open(route)

    def _open(self, route: DocumentRoute) -> None:
        self._first = (route.page, route.note_id)
        self._marked = False
        self._waited_for = False
        self.parts.keeper.end()
        self.parts.begin_nothing()
        self.parts.opening.open(route.document_id, route.sha256)

    def _connect(self) -> None:
        parts = self.parts
        parts.opening.known.connect(self._show_document)
        parts.opening.readable.connect(self._show_pages)
        parts.opening.sitting.connect(self._show_sitting)
        parts.opening.replaced.connect(self._show_replaced)
        parts.opening.failed.connect(self._show_failure)
        parts.view.current_changed.connect(self._show_page)
        parts.view.zoomed.connect(self._show_zoom)
        parts.view.shown.connect(self._mark_opened)
        parts.notebook.refused.connect(self._refused)
        parts.item_bar.previous.connect(lambda: self._neighbour(-1))
        parts.item_bar.next.connect(lambda: self._neighbour(1))
        parts.when_side_is_made(lambda side: side.document_asked.connect(self._choose_document))
        parts.banner.version_asked.connect(self.open_version)
        parts.desk.version_asked.connect(self.open_version)

    def _show_document(self, document: OpenDocument) -> None:
        parts = self.parts
        parts.item_bar.show_document(document)
        parts.banner.show_document(document)
        parts.tools.begin(document, self.session.me.official_id)
        parts.notebook.open(document.document_id, document.sha256)
        parts.allow(allowed=Verb.ANNOTATE in document.abilities)
        note_id = self._first[1]
        if note_id is not None:
            parts.desk.want(note_id)
        if document.handle is None:
            self._message.show_other_file(document)
            parts.frame.show_message(self._message)
        self.retitled.emit()

    def _show_pages(self, facts: DocumentFacts) -> None:
        document = self.parts.opening.document
        if document is None or document.handle is None:
            return
        page = self._first[0]
        position = document.position
        if page is not None:
            position = Position(page, 0.0, position.zoom if position else 0.0)
        self.parts.begin(document.handle, facts.page_boxes, position)
        self.parts.keeper.begin(document)
        self.parts.desk.seek()
        self._show_page(self.parts.view.current)
        self._show_zoom()

    def _show_sitting(self, view: SittingView) -> None:
        document = self.parts.opening.document
        if document is None:
            return
        self.parts.banner.show_versions(document, self.parts.opening.versions())
        side = self.parts.made_side
        if side is not None:
            side.show_sitting(view, document.document_id)

    def _show_replaced(self, document: OpenDocument) -> None:
        self.parts.banner.show_document(document)

    def _show_failure(self, error: Exception) -> None:
        self._waited_for = isinstance(error, DocumentNotHereError)
        self._message.show_failure(error, self.parts.opening.document)
        self.parts.frame.show_message(self._message)

    @cached_property
    def _message(self) -> ReaderMessage:
        message = self.parts.message
        message.export_asked.connect(self.deeds.export)
        message.retry.connect(self._retry)
        return message

    def _retry(self) -> None:
        route = self.navigator.route
        if isinstance(route, DocumentRoute):
            self._open(route)

    def _refused(self, error: Exception) -> None:
        self.parts.tools.stack.clear()
        self.show_error(error)

    # --- following ---

    def _show_page(self, page: int) -> None:
        parts = self.parts
        pages = len(parts.view.boxes)
        parts.item_bar.show_page(page, pages)
        document = parts.opening.document
        name = _("Page {page} of {pages}").format(page=page + 1, pages=pages)
        if document is not None and document.item_label:
            name += ", " + _("item {label}").format(label=document.item_label)
        parts.view.setAccessibleName(name)
        parts.texts.ask(page)
        self.deeds.show_text_of(page)

    def _show_zoom(self) -> None:
        self.parts.bar.show_zoom(self.parts.view.zoom / ACTUAL_SIZE)

    def _mark_opened(self) -> None:
        document = self.parts.opening.document
        if self._marked or document is None or not self.isVisible():
            return
        self._marked = True
        self.run(
            lambda: self.session.reading.mark_opened(document.document_id, document.sha256),
            self.session.announcer.announce,
        )

    def _neighbour(self, by: int) -> None:
        document = self.parts.opening.document
        if document is None:
            return
        wanted = document.next_document_id if by > 0 else document.previous_document_id
        if wanted is not None:
            self.go_to_document(wanted)

    def _choose_document(self, document_id: str) -> None:
        document = self.parts.opening.document
        if document is None or document.document_id != document_id:
            self.go_to_document(document_id)
        if self.parts.frame.panel_is_below:
            self.parts.frame.close_panel()

    # --- Qt's events ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the parts all the room."""
        super().resizeEvent(event)
        self.parts.frame.setGeometry(self.rect())

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the pictures go: other screens need the memory."""
        super().hideEvent(event)
        self.parts.keeper.save()
        self.parts.view.rest()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the pages again for another screen or style."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.parts.view.look_again()
