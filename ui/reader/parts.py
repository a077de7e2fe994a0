"""The parts of the reader, made and joined once; `ReaderView` tells them what is read."""

from __future__ import annotations

from boardpack.annotation.geometry import PageBox
from boardpack.services.program import Session
from boardpack.services.read_models import DocumentHandle, Position
from ui.background import Background
from ui.navigation import Navigator
from ui.reader.agenda_panel import AgendaPanel
from ui.reader.banner import VersionBanner
from ui.reader.find_panel import FindPanel
from ui.reader.finder import Finder
from ui.reader.habits import habits
from ui.reader.item_bar import ItemBar
from ui.reader.links import Links
from ui.reader.message import ReaderMessage
from ui.reader.note_desk import NoteDesk
from ui.reader.notebook import Notebook
from ui.reader.notes_panel import NotesPanel
from ui.reader.opening import Opening
from ui.reader.page_view import PageView
from ui.reader.pages_panel import PagesPanel
from ui.reader.pointer import Pointer
from ui.reader.position_keeper import PositionKeeper
from ui.reader.reader_frame import ReaderFrame
from ui.reader.renderer import PageRenderer
from ui.reader.selection_bar import SelectionBar
from ui.reader.side_panel import Part, SidePanel
from ui.reader.spoken import speak_as_document
from ui.reader.text_mode import TextMode
from ui.reader.texts import Texts
from ui.reader.tool_bar import ToolBar
from ui.reader.tool_options import ToolOptions
from ui.reader.toolbox import Tool, Toolbox
from ui.screen import Screen


class ReaderParts:
    """What the reader is made of."""

    def __init__(
        self, session: Session, background: Background, navigator: Navigator, screen: Screen
    ) -> None:
        """Make everything, showing nothing."""
        pages = session.pages
        self.habits = habits(navigator)
        self.opening = Opening(session, background, screen)
        self.notebook = Notebook(session, background, screen)
        self.renderer = PageRenderer(pages, background, screen)
        self.texts = Texts(pages, background, screen)
        self.view = PageView(self.renderer, self.notebook.on_page)
        speak_as_document(self.view)
        self.tools = Toolbox(self.view, self.texts, self.notebook, screen)
        self.tools.options = self.habits.options
        self.pointer = Pointer(self.tools)
        self.links = Links(pages, background, screen)
        self.keeper = PositionKeeper(session, background, self.view)
        self.desk = NoteDesk(self.tools, screen)
        self.selection_bar = SelectionBar(self.tools)
        self.text = TextMode()
        self.message = ReaderMessage()
        self.notes = NotesPanel(self.notebook)
        self.find = FindPanel()
        self.finder = Finder(self.find, self.tools, pages, background)
        self.agenda = AgendaPanel()
        self.thumbnails = PagesPanel(pages, background, self.notebook)
        self.panel = SidePanel(
            {
                Part.NOTES: self.notes,
                Part.FIND: self.find,
                Part.AGENDA: self.agenda,
                Part.PAGES: self.thumbnails,
            }
        )
        self.item_bar = ItemBar()
        self.bar = ToolBar()
        self.options = ToolOptions(self.habits.options)
        self.banner = VersionBanner()
        bodies = (self.view, self.text, self.message)
        self.frame = ReaderFrame(self.bar, self.options, self.banner, self.panel, bodies)
        self.frame.setParent(screen)

    def begin_nothing(self) -> None:
        """Show an empty desk: another document is on its way."""
        self._begin(None, (), None)
        self.frame.show_pages()
        self.item_bar.show_page(0, 0)

    def begin(
        self, handle: DocumentHandle, boxes: tuple[PageBox, ...], position: Position | None
    ) -> None:
        """Show the pages of a document."""
        self._begin(handle, boxes, position)

    def allow(self, *, allowed: bool) -> None:
        """Let the person mark and write, or only read."""
        if not allowed:
            self.tools.choose(Tool.READ)
        for each in (self.notes, self.find, self.selection_bar, self.desk):
            each.allow(allowed=allowed)
        self.bar.allow_marking(allowed=allowed)

    def _begin(
        self,
        handle: DocumentHandle | None,
        boxes: tuple[PageBox, ...],
        position: Position | None,
    ) -> None:
        self.renderer.begin(handle, dark=self.habits.dark)
        self.texts.begin(handle, boxes)
        self.links.begin(handle)
        self.view.show_document(boxes, position)
        self.thumbnails.begin(handle, boxes)
        self.finder.begin(handle)
