"""How the parts of the reader stand: tools above, pages, and the panel beside or below them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QVBoxLayout, QWidget

from ui.reader.banner import VersionBanner
from ui.reader.page_view import PageView
from ui.reader.side_panel import SidePanel
from ui.reader.text_mode import TextMode
from ui.reader.tool_bar import ToolBar
from ui.reader.tool_options import ToolOptions
from ui.theme import look

BESIDE_FROM: Final = 700
"""In a narrower reader, or one higher than wide, the panel comes from below."""
_SHEET: Final = 0.5
"""How much of the height the panel takes then."""
QWIDGETSIZE_MAX: Final = 16_777_215
"""Qt's own name for "no limit", which PySide6 leaves out."""


class ReaderFrame(QWidget):
    """Places what it is given; nothing here knows what it is for."""

    panel_switched = Signal()
    """The panel came, or went."""

    def __init__(self, parent: QWidget) -> None:
        """Make the empty places. What goes into them is made with them as parents.

        From the top down: with a style sheet, moving a finished part under a parent styles all
        of it again, which made opening a document twice as long.
        """
        super().__init__(parent)
        self.middle = QWidget(self)
        self.stack = QStackedWidget(self.middle)
        self.above = QFrame(self.middle)
        self._panel: SidePanel | None = None
        self._beside = True

    def place(
        self,
        bar: ToolBar,
        options: ToolOptions,
        banner: VersionBanner,
        bodies: tuple[PageView, TextMode],
    ) -> None:
        """Place the parts; `bodies` are the pages and their text."""
        self._options = options
        self._view, self._text = bodies
        one = look().metrics.one
        over = QVBoxLayout(self.above)
        over.setContentsMargins(one, one, one, one)
        over.addWidget(banner)
        for each in bodies:
            self.stack.addWidget(each)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.middle)
        column = QVBoxLayout()
        self._row.addLayout(column, 1)
        column.addWidget(self.above)
        column.addWidget(self.stack, 1)
        outer = QVBoxLayout(self)
        outer.addWidget(bar)
        outer.addWidget(self.middle, 1)
        for layout in (self._row, column, outer):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        banner.switched.connect(self.above.setVisible)
        options.hide()
        self.above.hide()

    def hold_panel(self, panel: SidePanel) -> None:
        """Take the panel, closed."""
        panel.hide()
        self._panel = panel
        self._row.addWidget(panel)

    def show_pages(self) -> None:
        """Show the pages."""
        self.stack.setCurrentWidget(self._view)

    def show_text(self) -> None:
        """Show the text of the page instead."""
        self.stack.setCurrentWidget(self._text)

    def show_message(self, message: QWidget) -> None:
        """Show why there are no pages."""
        self.stack.setCurrentWidget(message)

    def body(self) -> QWidget:
        """Return what is shown: pages, their text, or a message."""
        return self.stack.currentWidget() or self.stack

    @property
    def panel_is_open(self) -> bool:
        """Whether the panel is there."""
        return self._panel is not None and not self._panel.isHidden()

    @property
    def panel_is_below(self) -> bool:
        """Whether the panel takes a part of the pages' height."""
        return self.panel_is_open and not self._beside

    def open_panel(self) -> None:
        """Show the panel."""
        if self._panel is None:
            return
        self._panel.show()
        self._arrange()
        self.panel_switched.emit()

    def close_panel(self) -> None:
        """Let the pages have all the room."""
        if self._panel is None:
            return
        self._panel.hide()
        self.panel_switched.emit()

    def place_options(self) -> None:
        """Put the options of the tool over the pages, in the middle of the upper edge."""
        if self._options.isHidden():
            self._view.leave_head_room(0)
            return
        one = look().metrics.one
        area = QRect(self.stack.mapTo(self.middle, QRect().topLeft()), self.stack.size())
        room = area.width() - 4 * one
        width = min(self._options.sizeHint().width(), room)
        height = self._options.heightForWidth(width)
        if height <= 0:
            height = self._options.sizeHint().height()
        left = area.left() + (area.width() - width) // 2
        self._options.setGeometry(left, area.top() + one, width, height)
        self._options.raise_()
        self._view.leave_head_room(height + one)

    def _arrange(self) -> None:
        beside = self.width() >= max(BESIDE_FROM, self.height())
        self._beside = beside
        if self._panel is not None:
            self._arrange_panel(self._panel, beside=beside)
        self.place_options()

    def _arrange_panel(self, panel: SidePanel, *, beside: bool) -> None:
        panel.set_below(below=not beside)
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
        room = self.middle.size()
        if beside:
            width = panel.wanted_width(room.width())
            panel.setMinimumSize(width, 0)
            panel.setMaximumSize(width, QWIDGETSIZE_MAX)
        else:
            height = round(_SHEET * room.height())
            panel.setMinimumSize(0, height)
            panel.setMaximumSize(QWIDGETSIZE_MAX, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place what floats."""
        super().resizeEvent(event)
        self._arrange()
