"""What the side panel is made of. Each part is made when it is first looked at."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from boardpack.annotation.geometry import PageBox
from boardpack.services.pages import PageService
from boardpack.services.read_models import DocumentHandle, SittingView
from ui.background import Background
from ui.reader.agenda_panel import AgendaPanel
from ui.reader.find_panel import FindPanel
from ui.reader.finder import Finder
from ui.reader.note_desk import NoteDesk
from ui.reader.notes_panel import NotesPanel
from ui.reader.opening import versions_of
from ui.reader.pages_panel import PagesPanel
from ui.reader.side_panel import Part, SidePanel
from ui.reader.toolbox import Toolbox


class SideParts(QObject):
    """Notes, search, agenda and pages, in one panel. Remembers what is read for late parts."""

    document_asked = Signal(str)

    def __init__(
        self,
        tools: Toolbox,
        desk: NoteDesk,
        pages: PageService,
        background: Background,
        parent: QWidget,
    ) -> None:
        """Make the panel in `parent`, showing nothing."""
        super().__init__(parent)
        self._tools, self._desk = tools, desk
        self._pages, self._background = pages, background
        self._handle: DocumentHandle | None = None
        self._boxes: tuple[PageBox, ...] = ()
        self._view: SittingView | None = None
        self._document_id = ""
        self._allowed = True
        self.panel = SidePanel(parent)
        self.panel.hold(
            {
                Part.NOTES: lambda: self.notes,
                Part.FIND: self._search,
                Part.AGENDA: lambda: self.agenda,
                Part.PAGES: lambda: self.thumbnails,
            }
        )

    # --- the parts ---

    @cached_property
    def notes(self) -> NotesPanel:
        """My notes of the document."""
        made = NotesPanel(self._tools.notebook, self.panel.stack)
        made.jump_asked.connect(self._desk.jump)
        made.edit_asked.connect(self._desk.edit)
        made.remove_asked.connect(self._desk.remove)
        made.hide_asked.connect(self._desk.sharing.hide)
        made.page_note_asked.connect(self._tools.draft_note)
        made.allow(allowed=self._allowed)
        made.show_versions(versions_of(self._view, self._document_id))
        return made

    @cached_property
    def find(self) -> FindPanel:
        """The search."""
        made = FindPanel(self.panel.stack)
        made.allow(allowed=self._allowed)
        return made

    @cached_property
    def finder(self) -> Finder:
        """What searches for the panel."""
        made = Finder(self.find, self._tools, self._pages, self._background)
        made.begin(self._handle)
        return made

    @cached_property
    def agenda(self) -> AgendaPanel:
        """The agenda."""
        made = AgendaPanel(self.panel.stack)
        made.document_asked.connect(self.document_asked)
        made.show_current(self._document_id)
        if self._view is not None:
            made.show_sitting(self._view)
        return made

    @cached_property
    def thumbnails(self) -> PagesPanel:
        """The small pages."""
        view = self._tools.view
        made = PagesPanel(self._pages, self._background, self._tools.notebook, self.panel.stack)
        made.page_asked.connect(view.go_to)
        view.current_changed.connect(made.show_current)
        made.begin(self._handle, self._boxes)
        made.show_current(view.current)
        return made

    def _search(self) -> FindPanel:
        return self.finder.panel

    # --- what is read ---

    def begin(self, handle: DocumentHandle | None, boxes: tuple[PageBox, ...]) -> None:
        """Show the pages of another document, and search it."""
        self._handle, self._boxes = handle, boxes
        if self._is_made("thumbnails"):
            self.thumbnails.begin(handle, boxes)
        if self._is_made("finder"):
            self.finder.begin(handle)

    def show_sitting(self, view: SittingView | None, document_id: str) -> None:
        """Show the agenda around a document, and know its versions."""
        self._view, self._document_id = view, document_id
        if self._is_made("agenda"):
            self.agenda.show_current(document_id)
            if view is not None:
                self.agenda.show_sitting(view)
        if self._is_made("notes"):
            self.notes.show_versions(versions_of(view, document_id))

    def allow(self, *, allowed: bool) -> None:
        """Let the person mark and write, or only read."""
        self._allowed = allowed
        if self._is_made("notes"):
            self.notes.allow(allowed=allowed)
        if self._is_made("find"):
            self.find.allow(allowed=allowed)

    def clear_hits(self) -> None:
        """Take the marks of a search off the pages."""
        if self._is_made("finder"):
            self.finder.clear()

    def _is_made(self, part: str) -> bool:
        return part in self.__dict__
