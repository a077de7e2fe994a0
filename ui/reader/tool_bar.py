"""The tools of the reader in one row: what the hand holds, undo, zoom, panel, more."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from boardpack.messages import _
from ui.icons import set_icon
from ui.reader.toolbox import Tool
from ui.theme import look
from ui.widgets.buttons import tool

KEYS: Final = {
    Tool.READ: "L",
    Tool.HIGHLIGHT: "H",
    Tool.NOTE: "N",
    Tool.INK: "I",
    Tool.ERASER: "E",
}
_ICONS: Final = {
    Tool.READ: "book-open-outline",
    Tool.HIGHLIGHT: "marker",
    Tool.NOTE: "note-plus-outline",
    Tool.INK: "draw",
    Tool.ERASER: "eraser-variant",
}


def tool_names() -> dict[Tool, str]:
    """Return what each tool is called."""
    return {
        Tool.READ: _("Read"),
        Tool.HIGHLIGHT: _("Highlighter"),
        Tool.NOTE: _("Note"),
        Tool.INK: _("Pen"),
        Tool.ERASER: _("Eraser"),
    }


class ToolBar(QFrame):
    """Emits what was pressed; it decides nothing."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the buttons; the screen connects them."""
        super().__init__(parent)
        self.setProperty("role", "header")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Tools"))
        self._tools = {each: self._tool(each) for each in Tool}
        self._group = QButtonGroup(self)
        for each in self._tools.values():
            self._group.addButton(each)
        self.undo = tool(_("Undo"), "undo-variant")
        self.redo = tool(_("Redo"), "redo-variant")
        self.zoom_out = tool(_("Smaller"), "magnify-minus-outline")
        self.zoom = tool(_("Zoom"), "magnify")
        self.zoom_in = tool(_("Larger"), "magnify-plus-outline")
        self.search = tool(_("Find in this document"), "magnify")
        self.panel = tool(_("My notes, agenda, pages"), "dock-right")
        self.panel.setCheckable(True)
        self.more = tool(_("More"), "dots-horizontal")
        self._row = QHBoxLayout(self)
        self._lay_out()
        self.hold(Tool.READ)
        look().changed.connect(self._fit)

    def hold(self, held: Tool) -> None:
        """Show which tool is in the hand."""
        self._tools[held].setChecked(True)

    def first(self) -> QWidget:
        """Return what takes the focus when F6 comes here: the tool that is held."""
        return next(each for each in self._tools.values() if each.isChecked())

    def button(self, which: Tool) -> QToolButton:
        """Return the button of a tool."""
        return self._tools[which]

    def allow_marking(self, *, allowed: bool) -> None:
        """Offer the tools that leave something on the page, or only reading."""
        for which, each in self._tools.items():
            each.setEnabled(allowed or which is Tool.READ)

    def show_zoom(self, zoom: float) -> None:
        """Show the zoom; 1.0 is the size on paper."""
        text = _("{percent} %").format(percent=round(zoom * 100))
        self.zoom.setText(text)
        self.zoom.setAccessibleName(_("Zoom: {percent}").format(percent=text))

    def _tool(self, which: Tool) -> QToolButton:
        name = tool_names()[which]
        made = QToolButton()
        made.setCheckable(True)
        made.setAccessibleName(name)
        shortcut = QKeySequence(KEYS[which]).toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(f"{name} ({shortcut})")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_icon(made, _ICONS[which], "text")
        made.clicked.connect(lambda: self.chosen.emit(which))
        return made

    def _lay_out(self) -> None:
        space = look().metrics
        row = self._row
        row.setContentsMargins(space.one, space.half, space.one, space.half)
        row.setSpacing(space.half)
        # Centred, or the row would be no higher than its lowest button.
        middle = Qt.AlignmentFlag.AlignVCenter
        for each in self._tools.values():
            row.addWidget(each, 0, middle)
        row.addStretch(1)
        self.zoom.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for group in (
            (self.undo, self.redo),
            (self.zoom_out, self.zoom, self.zoom_in),
            (self.search, self.panel, self.more),
        ):
            row.addSpacing(space.one)
            for each in group:
                row.addWidget(each, 0, middle)

    def _fit(self) -> None:
        """Give the tools as many words as there is room for; drop the zoom last."""
        style = Qt.ToolButtonStyle
        options = (
            (style.ToolButtonTextBesideIcon, True),
            (style.ToolButtonTextUnderIcon, True),
            (style.ToolButtonTextUnderIcon, False),
            (style.ToolButtonIconOnly, True),
            (style.ToolButtonIconOnly, False),
        )
        for words, zoom in options:
            self._dress(words, zoom=zoom)
            if self._row.sizeHint().width() <= max(self.width(), 320):
                return

    def _dress(self, words: Qt.ToolButtonStyle, *, zoom: bool) -> None:
        small = words is Qt.ToolButtonStyle.ToolButtonTextUnderIcon
        padding = look().metrics.one if words is not Qt.ToolButtonStyle.ToolButtonIconOnly else 0
        size = look().metrics.small if small else look().metrics.body
        names = tool_names()
        # A style sheet cannot set the room between icon and text: a space of the text does.
        space = "\u00a0" if words is Qt.ToolButtonStyle.ToolButtonTextBesideIcon else ""
        for which, each in self._tools.items():
            each.setText(f"{space}{names[which]}")
            each.setToolButtonStyle(words)
            each.setStyleSheet(f"padding: 0 {padding}px; font-size: {size}px;")
            each.ensurePolished()
        for each in (self.zoom_out, self.zoom, self.zoom_in):
            each.setVisible(zoom)
        self._row.invalidate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the words to the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def minimumSizeHint(self) -> QSize:
        """Let the window be narrow: `_fit` drops words first."""
        return QSize(320, super().minimumSizeHint().height())
