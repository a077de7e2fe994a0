"""A small bar beside selected words: highlight, note, copy."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout

from boardpack.messages import _
from ui.reader.toolbox import Toolbox
from ui.theme import look
from ui.widgets.buttons import button, tool

_APART = 12


class SelectionBar(QFrame):
    """Floats over the pages, above the selection or below it, never on it."""

    note_asked = Signal()

    def __init__(self, tools: Toolbox) -> None:
        """Follow the selection of `tools`."""
        super().__init__(tools.view)
        self.setProperty("role", "card")
        self._tools = tools
        self._wanted = False
        self._highlight = button(
            _("Highlight words"), self._on_highlight, kind="quiet", icon="marker"
        )
        self._note = button(_("Note"), self._on_note, kind="quiet", icon="note-plus-outline")
        self._copy = button(_("Copy"), self._on_copy, kind="quiet", icon="content-copy")
        self._close = tool(_("Select nothing"), "close", tools.select_nothing)
        row = QHBoxLayout(self)
        half = look().metrics.half
        row.setContentsMargins(half, half, half, half)
        row.setSpacing(half)
        for each in (self._highlight, self._note, self._copy, self._close):
            row.addWidget(each)
        self.hide()
        tools.offered.connect(self._offer)
        tools.selected.connect(self._follow)
        tools.view.moved.connect(self._place)

    def allow(self, *, allowed: bool) -> None:
        """Offer to mark, or only to copy."""
        self._highlight.setVisible(allowed)
        self._note.setVisible(allowed)

    def _offer(self) -> None:
        self._wanted = True
        self.adjustSize()
        self._place()

    def _follow(self) -> None:
        if self._tools.selection is None:
            self._wanted = False
            self.hide()

    def _place(self) -> None:
        layer = self._tools.view.painter.layers.selection
        if layer is None or not self._wanted:
            return
        view = self._tools.view
        viewport = view.viewport().geometry()
        area = view.to_desk(*layer).toAlignedRect().translated(-view.view_rect().topLeft())
        area.translate(viewport.topLeft())
        self.setVisible(area.intersects(viewport))
        self.move(_beside(area, viewport, QRect(QPoint(), self.size())))
        self.raise_()

    def _on_highlight(self) -> None:
        self._tools.highlight_selection()

    def _on_note(self) -> None:
        self._tools.draft_note()

    def _on_copy(self) -> None:
        selection = self._tools.selection
        if selection is not None:
            QGuiApplication.clipboard().setText(selection.text.text(selection.words))
            self._tools.select_nothing()


def _beside(area: QRect, room: QRect, bar: QRect) -> QPoint:
    """Return where the bar goes: over `area`, else under it, always within `room`."""
    x = area.center().x() - bar.width() // 2
    y = area.top() - bar.height() - _APART
    if y < room.top() + _APART:
        y = area.bottom() + _APART
    x = max(room.left() + _APART, min(x, room.right() - bar.width() - _APART))
    y = max(room.top() + _APART, min(y, room.bottom() - bar.height() - _APART))
    return QPoint(x, y)
