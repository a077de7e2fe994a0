"""How the parts of the reader stand: tools above, pages, and the panel beside or below them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QVBoxLayout, QWidget

from ui.reader.banner import VersionBanner
from ui.reader.page_view import PageView
from ui.reader.side_panel import Part, SidePanel
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

    def __init__(
        self,
        bar: ToolBar,
        options: ToolOptions,
        banner: VersionBanner,
        panel: SidePanel,
        bodies: tuple[PageView, TextMode, QWidget],
    ) -> None:
        """Put the parts together; `bodies` are the pages, their text, and a message instead."""
        super().__init__()
        self._bar = bar
        self._options = options
        self._panel = panel
        self._view, self._text, self._message = bodies
        self._stack = QStackedWidget()
        for each in bodies:
            self._stack.addWidget(each)
        self._middle = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._middle)
        self._beside = True
        column = QVBoxLayout()
        space = look().metrics
        self._over = QFrame()
        over = QVBoxLayout(self._over)
        over.setContentsMargins(space.one, space.one, space.one, space.one)
        over.addWidget(banner)
        column.addWidget(self._over)
        column.addWidget(self._stack, 1)
        for layout in (self._row, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self._row.addLayout(column, 1)
        self._row.addWidget(panel)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(bar)
        outer.addWidget(self._middle, 1)
        options.setParent(self._middle)
        options.hide()
        panel.hide()
        banner.switched.connect(self._over.setVisible)
        self._over.setVisible(False)

    def show_pages(self) -> None:
        """Show the pages."""
        self._stack.setCurrentWidget(self._view)

    def show_text(self) -> None:
        """Show the text of the page instead."""
        self._stack.setCurrentWidget(self._text)

    def show_message(self) -> None:
        """Show why there are no pages."""
        self._stack.setCurrentWidget(self._message)

    def body(self) -> QWidget:
        """Return what is shown: pages, their text, or a message."""
        return self._stack.currentWidget() or self._stack

    @property
    def panel_is_open(self) -> bool:
        """Whether the panel is there."""
        return not self._panel.isHidden()

    @property
    def panel_is_below(self) -> bool:
        """Whether the panel takes a part of the pages' height."""
        return self.panel_is_open and not self._beside

    def open_panel(self, part: Part) -> None:
        """Show a part of the panel."""
        self._panel.turn_to(part)
        self._panel.show()
        self._arrange()
        self.panel_switched.emit()

    def close_panel(self) -> None:
        """Let the pages have all the room."""
        self._panel.hide()
        self.panel_switched.emit()

    def place_options(self) -> None:
        """Put the options of the tool over the pages, in the middle of the upper edge."""
        if self._options.isHidden():
            self._view.leave_head_room(0)
            return
        one = look().metrics.one
        area = QRect(self._stack.mapTo(self._middle, QRect().topLeft()), self._stack.size())
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
        self._panel.set_below(below=not beside)
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
        room = self._middle.size()
        if beside:
            width = self._panel.wanted_width(room.width())
            self._panel.setMinimumSize(width, 0)
            self._panel.setMaximumSize(width, QWIDGETSIZE_MAX)
        else:
            height = round(_SHEET * room.height())
            self._panel.setMinimumSize(0, height)
            self._panel.setMaximumSize(QWIDGETSIZE_MAX, height)
        self.place_options()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place what floats."""
        super().resizeEvent(event)
        self._arrange()
