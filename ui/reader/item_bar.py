"""What is read, in the window's header: « Point 7 · Budget primitif · p. 3/12 », previous, next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from boardpack.messages import _
from boardpack.services.read_models import OpenDocument
from ui.theme import look
from ui.widgets.buttons import tool
from ui.widgets.labels import ElidedLabel


def item_text(document: OpenDocument) -> str:
    """Return « Point 7 », or "" for the convocation and documents of no item."""
    if not document.item_label:
        return ""
    return _("Item {label}").format(label=document.item_label)


def title_text(document: OpenDocument) -> str:
    """Return « Point 7 · Budget primitif »."""
    return " · ".join(part for part in (item_text(document), document.title) if part)


class ItemBar(QWidget):
    """Tells where one is; leads to the neighbours of the agenda and to a page."""

    previous = Signal()
    next = Signal()
    page_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._title = ElidedLabel(level="heading")
        self._title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._page = QToolButton()
        self._page.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._page.setToolTip(_("Go to a page (Ctrl+G)"))
        self._page.setStyleSheet(f"padding: 0 {look().metrics.one}px;")
        self._page.clicked.connect(self.page_asked)
        self._previous = tool(_("Previous document"), "chevron-left", self.previous.emit)
        self._next = tool(_("Next document"), "chevron-right", self.next.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(look().metrics.one, 0, 0, 0)
        row.setSpacing(look().metrics.half)
        row.addWidget(self._title, 1)
        for each in (self._page, self._previous, self._next):
            row.addWidget(each)
        self._page.setVisible(False)

    def show_document(self, document: OpenDocument) -> None:
        """Show what is read, and whether there is something before and after it."""
        self._title.setText(title_text(document))
        self._previous.setEnabled(document.previous_document_id is not None)
        self._next.setEnabled(document.next_document_id is not None)

    def show_page(self, page: int, pages: int) -> None:
        """Show the page, counted from 0, of how many; none hides it."""
        self._page.setVisible(pages > 0)
        self._page.setText(_("p. {page}/{pages}").format(page=page + 1, pages=pages))
        spoken = _("Page {page} of {pages}").format(page=page + 1, pages=pages)
        self._page.setAccessibleName(spoken)
