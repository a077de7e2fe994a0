"""Go to a page by its number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QSpinBox, QVBoxLayout, QWidget

from boardpack.messages import _
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label


class GoToDialog(QDialog):
    """Asks for a page; `chosen` gives it, counted from 0."""

    chosen = Signal(int)

    def __init__(self, page: int, pages: int, parent: QWidget) -> None:
        """Begin at `page` of `pages`."""
        super().__init__(parent.window())
        look().dress(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Go to a page"))
        name = _("Page, from 1 to {pages}").format(pages=pages)
        self.field = QSpinBox()
        self.field.setRange(1, max(1, pages))
        self.field.setValue(page + 1)
        self.field.setAccessibleName(name)
        self.field.selectAll()
        self.field.lineEdit().setTextMargins(look().metrics.one, 0, 0, 0)
        go = button(_("Go"), self._go, kind="primary")
        go.setDefault(True)
        cancel = button(_("Cancel"), self.reject)
        space = look().metrics
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space.three, space.three, space.three, space.two)
        outer.setSpacing(space.one)
        outer.addWidget(label(_("Go to a page"), "heading"))
        outer.addWidget(label(name, "small"))
        outer.addWidget(self.field)
        foot = FlowLayout(to_right=True)
        foot.addWidget(cancel)
        foot.addWidget(go)
        outer.addLayout(foot)
        self.field.setFocus()

    def _go(self) -> None:
        self.field.interpretText()
        self.accept()
        self.chosen.emit(self.field.value() - 1)
