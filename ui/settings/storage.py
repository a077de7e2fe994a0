"""What boardpack takes on this device, and where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from ui import formats
from ui.widgets.labels import label
from ui.widgets.page import Card, Section


def taken(folder: Path) -> int:
    """Return how many bytes the files of a profile take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class StorageSection(Section):
    """One sentence about the room, one about the place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Storage"), parent)
        card = Card()
        self._size = label("")
        self._place = label("", "small")
        card.body.addWidget(self._size)
        card.body.addWidget(self._place)
        self.body.addWidget(card)

    def show_taken(self, folder: Path, size: int) -> None:
        """Show how much the profile in `folder` takes."""
        self._size.setText(
            _("Your sittings take {size} on this device, all of it encrypted.").format(
                size=formats.size(size)
            )
        )
        self._place.setText(_("Folder: {folder}").format(folder=folder))
