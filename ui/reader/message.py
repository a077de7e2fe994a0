"""What stands instead of pages when there are none to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.read_models import OpenDocument
from ui.errors import ErrorPanel
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.empty import EmptyState


class ReaderMessage(QWidget):
    """A failure, or a file of another kind; the file itself can be saved in both cases."""

    export_asked = Signal()
    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        self._error = ErrorPanel(can_retry=True)
        self._error.retry.connect(self.retry)
        self._other = EmptyState(
            "file-outline",
            _("This file is not shown here"),
            _("Save a copy of it, and open it with the program that made it."),
        )
        self._save = button(_("Save a copy…"), self.export_asked.emit, icon="tray-arrow-down")
        space = look().metrics
        outer = QVBoxLayout(self)
        outer.setContentsMargins(space.four, space.four, space.four, space.four)
        outer.setSpacing(space.two)
        outer.addWidget(self._error)
        outer.addWidget(self._other)
        outer.addWidget(self._save, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)

    def show_failure(self, error: Exception, document: OpenDocument | None) -> None:
        """Say why the document cannot be shown."""
        self._error.show_error(error)
        self._other.hide()
        self._save.setVisible(document is not None)

    def show_other_file(self, document: OpenDocument) -> None:
        """Say that the file is no document with pages."""
        self._error.clear()
        self._other.show()
        self._other.setAccessibleName(document.title)
        self._save.show()
