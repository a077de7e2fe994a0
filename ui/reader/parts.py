"""The parts of the reader, made and joined once; `ReaderView` tells them what is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from boardpack.annotation.geometry import PageBox
from boardpack.services.program import Session
from boardpack.services.read_models import DocumentHandle, Position
from ui.background import Background
from ui.navigation import Navigator
from ui.reader.banner import VersionBanner
from ui.reader.habits import habits
from ui.reader.item_bar import ItemBar
from ui.reader.links import Links
from ui.reader.message import ReaderMessage
from ui.reader.note_desk import NoteDesk
from ui.reader.note_sharing import NoteSharing
from ui.reader.notebook import Notebook
from ui.reader.opening import Opening
from ui.reader.page_view import PageView
from ui.reader.pointer import Pointer
from ui.reader.position_keeper import PositionKeeper
from ui.reader.reader_frame import ReaderFrame
from ui.reader.renderer import PageRenderer
from ui.reader.selection_bar import SelectionBar
from ui.reader.side_panel import Part
from ui.reader.side_parts import SideParts
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
        self.frame = ReaderFrame(screen)
        inside, middle = self.frame.stack, self.frame.middle
        self.view = PageView(self.renderer, self.notebook.on_page, inside)
        speak_as_document(self.view)
        self.tools = Toolbox(self.view, self.texts, self.notebook, screen)
        self.tools.options = self.habits.options
        self.pointer = Pointer(self.tools)
        self.links = Links(pages, background, screen)
        self.keeper = PositionKeeper(session, background, self.view)
        self.desk = NoteDesk(self.tools, NoteSharing(self.notebook, screen), screen)
        self.selection_bar = SelectionBar(self.tools)
        self.text = TextMode(inside)
        self.item_bar = ItemBar(screen)
        self.item_bar.hide()
        self.bar = ToolBar(self.frame)
        self.options = ToolOptions(self.habits.options, middle)
        self.banner = VersionBanner(self.frame.above)
        self.frame.place(self.bar, self.options, self.banner, (self.view, self.text))
        self._make_side = partial(SideParts, self.tools, self.desk, pages, background, middle)
        self._side_joined: list[Callable[[SideParts], Any]] = []
        self._side: SideParts | None = None
        self._allowed = True
        self._handle: DocumentHandle | None = None

    @property
    def side(self) -> SideParts:
        """The panel beside the pages; the first use makes it."""
        if self._side is None:
            side = self._side = self._make_side()
            self.frame.hold_panel(side.panel)
            side.begin(self._handle, self.view.boxes)
            document = self.opening.document
            if document is not None:
                side.show_sitting(self.opening.view, document.document_id)
            side.allow(allowed=self._allowed)
            for join in self._side_joined:
                join(side)
        return self._side

    @property
    def made_side(self) -> SideParts | None:
        """The panel, None as long as nobody needed it."""
        return self._side

    def when_side_is_made(self, join: Callable[[SideParts], Any]) -> None:
        """Call `join` with the panel once it is made."""
        self._side_joined.append(join)

    @cached_property
    def message(self) -> ReaderMessage:
        """What stands instead of pages; the first use makes it."""
        made = ReaderMessage(self.frame.stack)
        self.frame.stack.addWidget(made)
        return made

    def open_panel(self, part: Part) -> None:
        """Show a part of the panel."""
        self.side.panel.turn_to(part)
        self.frame.open_panel()

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
        self._allowed = allowed
        self.selection_bar.allow(allowed=allowed)
        self.desk.allow(allowed=allowed)
        if self._side is not None:
            self._side.allow(allowed=allowed)
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
        self._handle = handle
        if self._side is not None:
            self._side.begin(handle, boxes)
