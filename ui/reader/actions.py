"""Everything that a button, a key or a menu of the reader does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QWidget

from boardpack.messages import _
from boardpack.services.preferences import Preferences
from ui.reader import reader_menus
from ui.reader.go_to import GoToDialog
from ui.reader.item_bar import item_text
from ui.reader.layout import ACTUAL_SIZE, Fit, Spot
from ui.reader.menus import Entry, pop_up
from ui.reader.page_text import PageText
from ui.reader.page_view import STEP
from ui.reader.parts import ReaderParts
from ui.reader.side_panel import Part
from ui.reader.tool_bar import KEYS
from ui.reader.toolbox import Tool
from ui.screen import Screen


class ReaderActions(QObject):
    """Joins what is pressed with the parts that do it."""

    def __init__(
        self, screen: Screen, parts: ReaderParts, open_version: Callable[[str], Any]
    ) -> None:
        """Connect everything; `open_version` shows another version by its digest."""
        super().__init__(screen)
        self._open_version = open_version
        self._screen = screen
        self._parts = parts
        self.text_mode = False
        self._connect_bar()
        self._connect_panel()
        self._connect_keys()
        self._ask_preferences()

    # --- tools ---

    def choose(self, tool: Tool) -> None:
        """Take a tool; a selection at hand is what it is used on."""
        tools = self._parts.tools
        self._take_text_selection()
        if tools.selection is not None and tool is Tool.HIGHLIGHT:
            tools.highlight_selection()
            return
        if tools.selection is not None and tool is Tool.NOTE:
            tools.draft_note()
            return
        if tool is not Tool.READ:
            self.show_text(on=False)
        tools.choose(tool)

    def escape(self) -> None:
        """Step back: the selection, then the tool, then a panel that covers the pages."""
        parts = self._parts
        if parts.tools.selection is not None:
            parts.tools.select_nothing()
        elif parts.tools.tool is not Tool.READ:
            parts.tools.choose(Tool.READ)
        elif parts.frame.panel_is_open:
            parts.frame.close_panel()
        parts.desk.focus(None)

    def _tool_changed(self) -> None:
        parts = self._parts
        parts.bar.hold(parts.tools.tool)
        parts.options.show_for(parts.tools.tool)
        parts.frame.place_options()

    def _take_text_selection(self) -> None:
        """Words selected in the text mode are selected on the page as well."""
        chosen = self._parts.text.selection() if self.text_mode else None
        if chosen is not None:
            self._parts.tools.select(self._parts.view.current, *chosen)

    # --- pages ---

    def ask_page(self) -> None:
        """Ask for a page to go to."""
        view = self._parts.view
        if view.boxes:
            dialog = GoToDialog(view.current, len(view.boxes), self._screen)
            dialog.chosen.connect(view.go_to)
            dialog.open()

    def larger(self) -> None:
        """Come closer; in the text mode, larger letters."""
        self._zoom(STEP)

    def smaller(self) -> None:
        """Step back; in the text mode, smaller letters."""
        self._zoom(1 / STEP)

    def _zoom(self, factor: float) -> None:
        view = self._parts.view
        if self.text_mode:
            self._parts.text.rescale(factor)
            self.show_text_of(view.current)
        else:
            view.set_zoom(view.zoom * factor)

    def show_text(self, *, on: bool) -> None:
        """Show the text of the page instead of its picture, or the picture again."""
        parts = self._parts
        if not parts.view.boxes or on == self.text_mode:
            return
        self.text_mode = on
        if on:
            parts.frame.show_text()
            self.show_text_of(parts.view.current)
            parts.text.setFocus()
        else:
            parts.frame.show_pages()
            parts.view.setFocus()

    def show_text_of(self, page: int) -> None:
        """Show the text of this page, if text is shown."""
        if self.text_mode:
            self._parts.texts.ask(page, lambda text: self._fill_text(page, text))

    def _fill_text(self, page: int, text: PageText) -> None:
        parts = self._parts
        if page != parts.view.current or not self.text_mode:
            return
        pages = len(parts.view.boxes)
        heading = _("Page {page} of {pages}").format(page=page + 1, pages=pages)
        document = parts.opening.document
        if document is not None and document.item_label:
            heading = f"{heading} · {item_text(document)}"
        parts.text.show_page(heading, page, pages, text, parts.notebook.on_page(page))
        parts.links.ask(page, lambda links: parts.text.show_links(page, links))

    def _touch_page(self, spot: Spot) -> None:
        self._parts.links.touch(spot, self._parts.view.boxes[spot.page])

    def set_dark(self, *, dark: bool) -> None:
        """Show dark or light pages."""
        self._parts.habits.dark = dark
        self._parts.view.repaint_pages(dark=dark)

    # --- document ---

    def export(self) -> None:
        """Save a copy of the published file, where the person says."""
        document = self._parts.opening.document
        if document is None:
            return
        ending = Path(self._parts.opening.file_name()).suffix or ".pdf"
        dialog = QFileDialog(self._screen, _("Save a copy"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending.removeprefix("."))
        dialog.selectFile("".join(c if c not in '\\/:*?"<>|' else "-" for c in document.title))
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.open()

    def export_to(self, target: Path) -> None:
        """Write a copy of the published file."""
        document = self._parts.opening.document
        if document is not None:
            self._screen.run(
                lambda: self._screen.session.reading.export_document(
                    document.document_id, document.sha256, target
                ),
                lambda _nothing: None,
            )

    # --- connections ---

    def _connect_bar(self) -> None:
        parts, bar, stack = self._parts, self._parts.bar, self._parts.tools.stack
        bar.chosen.connect(self.choose)
        parts.tools.tool_changed.connect(self._tool_changed)
        parts.tools.page_tapped.connect(self._touch_page)
        parts.options.finger_switched.connect(self._switch_finger)
        bar.undo.clicked.connect(stack.undo)
        bar.redo.clicked.connect(stack.redo)
        for button, signal in ((bar.undo, stack.canUndoChanged), (bar.redo, stack.canRedoChanged)):
            button.setEnabled(False)
            signal.connect(button.setEnabled)
        bar.zoom_in.clicked.connect(self.larger)
        bar.zoom_out.clicked.connect(self.smaller)
        bar.zoom.clicked.connect(lambda: pop_up(bar.zoom, reader_menus.zoom_entries(parts.view)))
        bar.more.clicked.connect(lambda: pop_up(bar.more, self._more()))
        bar.search.clicked.connect(self.find)
        bar.panel.clicked.connect(self._switch_panel)
        parts.item_bar.page_asked.connect(self.ask_page)

    def _connect_panel(self) -> None:
        parts = self._parts
        parts.frame.panel_switched.connect(self._panel_switched)
        parts.when_side_is_made(lambda side: side.panel.closed.connect(parts.frame.close_panel))
        parts.links.page_asked.connect(parts.view.go_to)
        parts.text.page_asked.connect(parts.view.go_to)
        parts.text.link_asked.connect(parts.links.follow)
        parts.notebook.changed.connect(lambda _pages: self.show_text_of(parts.view.current))
        parts.notebook.changed.connect(self._repaint)

    def _connect_keys(self) -> None:
        parts = self._parts
        for tool, key in KEYS.items():
            # Letters work on the pages only: in fields they are letters (WCAG 2.1.4).
            for pane in (parts.view, parts.text):
                self._key(key, partial(self.choose, tool), pane)
        for keys, action in (
            ("Ctrl+G", self.ask_page),
            ("Ctrl++", self.larger),
            ("Ctrl+=", self.larger),
            ("Ctrl+-", self.smaller),
            ("Ctrl+0", lambda: parts.view.set_zoom(ACTUAL_SIZE)),
            ("Ctrl+1", lambda: parts.view.set_fit(Fit.WIDTH)),
            ("Ctrl+2", lambda: parts.view.set_fit(Fit.PAGE)),
            ("Ctrl+Z", parts.tools.stack.undo),
            ("Ctrl+Y", parts.tools.stack.redo),
            ("Ctrl+Shift+Z", parts.tools.stack.redo),
            ("Ctrl+T", lambda: self.show_text(on=not self.text_mode)),
            ("Ctrl+N", parts.tools.draft_note),
            ("Ctrl+S", self.export),
            ("F3", partial(self._step, 1)),
            ("Shift+F3", partial(self._step, -1)),
            ("Esc", self.escape),
        ):
            self._key(keys, action, self._screen)

    def _key(self, keys: str, action: Callable[[], Any], where: QWidget) -> None:
        shortcut = QShortcut(QKeySequence(keys), where)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(action)

    def _repaint(self, pages: frozenset[int]) -> None:
        for page in pages:
            self._parts.view.refresh_page(page)

    def _more(self) -> tuple[Entry, ...]:
        return reader_menus.more_entries(self, self._parts, self._open_version)

    # --- panel ---

    def find(self) -> None:
        """Open the search."""
        self._parts.open_panel(Part.FIND)
        self._parts.side.finder.panel.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _step(self, by: int) -> None:
        find = self._parts.side.finder.panel
        if by > 0:
            find.go_on()
        else:
            find.go_back()

    def _switch_panel(self) -> None:
        if self._parts.frame.panel_is_open:
            self._parts.frame.close_panel()
        else:
            self._parts.open_panel(self._parts.side.panel.part)

    def _panel_switched(self) -> None:
        on = self._parts.frame.panel_is_open
        self._parts.bar.panel.setChecked(on)
        if not on:
            self._parts.side.clear_hits()
            self._parts.view.setFocus()

    # --- preferences ---

    def _ask_preferences(self) -> None:
        self._screen.run(self._screen.session.preferences.get, self._take_preferences)

    def _take_preferences(self, preferences: Preferences) -> None:
        self._parts.habits.options.finger_draws = preferences.finger_draws
        self._parts.pointer.settle()

    def _switch_finger(self) -> None:
        on = self._parts.options.chosen.finger_draws
        self._parts.pointer.settle()
        preferences = self._screen.session.preferences
        self._screen.run(
            lambda: preferences.set(replace(preferences.get(), finger_draws=on)),
            self._screen.session.announcer.announce,
        )
