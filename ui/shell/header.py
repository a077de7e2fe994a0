"""The bar over every screen: Back, what is shown, the state line."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from boardpack.messages import _
from ui.theme import look
from ui.widgets.buttons import tool
from ui.widgets.labels import ElidedLabel


class Header(QFrame):
    """Back, then the screen's own bar or its title, then `end` (the state line in landscape)."""

    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        m = look().metrics
        self._back = tool(_("Back"), "arrow-left", self.back.emit)
        self._back.setToolTip(_("Back (Alt+←)"))
        self._title = ElidedLabel(level="heading")
        self._own: QWidget | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(m.one, m.half, m.one, m.half)
        self._row.setSpacing(m.one)
        self._row.addWidget(self._back)
        self._row.addWidget(self._title, 1)
        look().changed.connect(self._keep_height)
        self._keep_height()

    def _keep_height(self) -> None:
        """Be as high without Back as with it: nothing moves from one screen to the next."""
        m = look().metrics
        self.setMinimumHeight(m.touch + 2 * m.half + 1)

    def add_end(self, widget: QWidget) -> None:
        """Put the state line at the end."""
        self._row.addWidget(widget)

    def show_screen(self, title: str, own: QWidget | None, *, can_go_back: bool) -> None:
        """Show the title of a screen, or its own bar instead."""
        self._back.setVisible(can_go_back)
        self._title.setText(title)
        self._title.setVisible(own is None)
        m = look().metrics
        self._row.setContentsMargins(m.one if can_go_back else m.two, m.half, m.one, m.half)
        if self._own is not None and self._own is not own:
            self._own.setVisible(False)
        if own is not None and own is not self._own:
            self._row.insertWidget(1, own, 1)
            own.setVisible(True)
        self._own = own

    def forget(self, own: QWidget) -> None:
        """Let go of a bar whose screen ends."""
        if self._own is own:
            self._own = None
