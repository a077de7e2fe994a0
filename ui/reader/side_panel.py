"""What stands beside the pages: notes, search, agenda, pages. In portrait it comes from below."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from boardpack.messages import _
from ui.icons import set_icon
from ui.theme import look
from ui.widgets.buttons import tool
from ui.widgets.labels import restyle

WIDTH: Final = 376
"""Beside the pages, at 100 % text."""


class Part(StrEnum):
    """What the panel can show."""

    NOTES = "notes"
    FIND = "find"
    AGENDA = "agenda"
    PAGES = "pages"


_ICONS: Final = {
    Part.NOTES: "note-text-outline",
    Part.FIND: "magnify",
    Part.AGENDA: "format-list-numbered",
    Part.PAGES: "view-grid-outline",
}


class SidePanel(QFrame):
    """Four parts under four tabs."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Hold nothing yet; the parts are made with `stack` as their parent, when turned to."""
        super().__init__(parent)
        self.setProperty("role", "side")
        self.setAccessibleName(_("Beside the pages"))
        self._makers: dict[Part, Callable[[], QWidget]] = {}
        self._parts: dict[Part, QWidget] = {}
        self.part = Part.NOTES
        self.stack = QStackedWidget(self)
        self.stack.setStyleSheet("QStackedWidget { background: transparent; }")
        self._group = QButtonGroup(self)
        self._tabs: dict[Part, QToolButton] = {}
        names = {
            Part.NOTES: _("Notes"),
            Part.FIND: _("Find"),
            Part.AGENDA: _("Items"),
            Part.PAGES: _("Pages"),
        }
        for part in Part:
            self._tabs[part] = self._tab(part, names[part])
        self._close = tool(_("Close the panel"), "close", self.closed.emit)
        self._lay_out()
        look().changed.connect(self._dress)

    def hold(self, makers: dict[Part, Callable[[], QWidget]]) -> None:
        """Hold what these make; each is called when its part is first turned to."""
        self._makers = makers

    def turn_to(self, part: Part) -> None:
        """Show this part."""
        self.part = part
        widget = self._parts.get(part)
        if widget is None:
            widget = self._parts[part] = self._makers[part]()
            self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        self.setFocusProxy(widget)
        self._tabs[part].setChecked(True)

    def set_below(self, *, below: bool) -> None:
        """Draw the edge towards the pages: above in portrait, at the left in landscape."""
        restyle(self, "role", "footer" if below else "side")

    def wanted_width(self, room: int) -> int:
        """Return how wide it should be beside pages, of `room` for both."""
        return min(round(WIDTH * max(1.0, 0.75 * look().metrics.scale)), round(0.45 * room))

    def _tab(self, part: Part, name: str) -> QToolButton:
        made = QToolButton()
        made.setText(name)
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_icon(made, _ICONS[part], "text")
        made.clicked.connect(lambda: self.turn_to(part))
        self._group.addButton(made)
        return made

    def _lay_out(self) -> None:
        space = look().metrics
        row = QWidget()
        row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        tabs = QHBoxLayout(row)
        tabs.setContentsMargins(space.half, space.half, space.half, space.half)
        tabs.setSpacing(space.half)
        for each in self._tabs.values():
            tabs.addWidget(each, 1)
        tabs.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        line = QFrame()
        line.setProperty("role", "separator")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(row)
        outer.addWidget(line)
        outer.addWidget(self.stack, 1)
        self._dress()

    def _dress(self) -> None:
        """Give the tabs their names, if there is room for all of them."""
        style = Qt.ToolButtonStyle
        needed = 0
        for each in self._tabs.values():
            each.setToolButtonStyle(style.ToolButtonTextUnderIcon)
            each.setStyleSheet(f"font-size: {look().metrics.small}px;")
            each.ensurePolished()
            needed = max(needed, each.fontMetrics().horizontalAdvance(each.text()))
        room = (self.width() - self._close.sizeHint().width()) // len(self._tabs)
        if needed + 2 * look().metrics.one > room:
            for each in self._tabs.values():
                each.setToolButtonStyle(style.ToolButtonIconOnly)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again how much room there is for names."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._dress()
