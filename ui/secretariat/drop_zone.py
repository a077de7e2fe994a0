"""Where a folder or files are dropped; two buttons do the same by keyboard or finger."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from boardpack.messages import _
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label, picture, restyle


class DropZone(QFrame):
    """Gives the paths that were dropped or chosen: one folder, or files."""

    chosen = Signal(list)

    def __init__(
        self, text: str, hint: str, parent: QWidget | None = None, *, folders: bool = True
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        m = look().metrics
        outer = QHBoxLayout(self)
        outer.setContentsMargins(m.three, m.two, m.three, m.two)
        outer.setSpacing(m.two)
        icon = "folder-arrow-down-outline" if folders else "file-download-outline"
        mark = picture(icon, "accent", "rail_mark")
        outer.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(m.half)
        column.addWidget(label(text, "heading"))
        column.addWidget(label(hint, tone="secondary"))
        buttons = QWidget()
        flow = FlowLayout(buttons)
        files = button(_("Choose files…"), self._ask_files, kind="" if folders else "primary")
        #: The button that does what dropping does.
        self.first = files
        if folders:
            self.first = button(_("Choose a folder…"), self._ask_folder, kind="primary")
            flow.addWidget(self.first)
        flow.addWidget(files)
        column.addSpacing(m.one)
        column.addWidget(buttons)
        outer.addLayout(column, 1)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self.window(), _("Choose a folder…"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.chosen.emit([Path(path)]))
        dialog.open()

    def _ask_files(self) -> None:
        dialog = QFileDialog(self.window(), _("Choose files…"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.chosen.emit([Path(p) for p in paths]))
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take local files and folders only."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            restyle(self, "active", value=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        restyle(self, "active", value=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Give the paths."""
        restyle(self, "active", value=False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.chosen.emit(paths)
