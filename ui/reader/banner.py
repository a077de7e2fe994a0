"""One line over the pages about versions: what is read, and the way to the other one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from boardpack.messages import _
from boardpack.services.read_models import OpenDocument, VersionRow
from ui import formats
from ui.theme import look
from ui.widgets.buttons import button, tool
from ui.widgets.labels import label, picture, restyle


class VersionBanner(QFrame):
    """Says that a document was replaced, or that an older version is read."""

    version_asked = Signal(str)
    """The digest of the version to open; "" for the one in force."""
    switched = Signal(bool)
    """It is there now, or no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Stay hidden until there is something to say."""
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._sha256 = ""
        self._text = label("")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._go = button("", lambda: self.version_asked.emit(self._sha256), kind="link")
        self._close = tool(_("Hide this line"), "close", lambda: self._switch(on=False))
        space = look().metrics
        row = QHBoxLayout(self)
        row.setContentsMargins(space.two, space.half, space.half, space.half)
        row.setSpacing(space.one)
        row.addWidget(picture("file-document-multiple-outline", "text"))
        row.addWidget(self._text, 1)
        row.addWidget(self._go)
        row.addWidget(self._close)

    def show_document(self, document: OpenDocument) -> None:
        """Say it at once for an older version: that is known without asking."""
        old = not document.is_current
        self._close.setVisible(not old)
        if old:
            self._say(_("Older version"), _("See the version in force"), "", "warning")
        self._switch(on=old)

    def show_versions(self, document: OpenDocument, versions: tuple[VersionRow, ...]) -> None:
        """Tell more once the versions (newest first) are known."""
        shown = next((each for each in versions if each.sha256 == document.sha256), None)
        if not document.is_current:
            if shown is not None:
                sentence = _("Older version, number {number} of {count}").format(
                    number=shown.number, count=versions[0].number
                )
                self._say(sentence, _("See the version in force"), "", "warning")
            return
        before = versions[1] if len(versions) > 1 else None
        if before is None or not document.newly_modified:
            return
        sentence = _("Document replaced on {day}: you are reading the new version").format(
            day=formats.day_and_hour(versions[0].created_at.astimezone())
        )
        self._say(sentence, _("See the old one"), before.sha256, "")
        self._go.setVisible(before.available)
        self._switch(on=True)

    def _switch(self, *, on: bool) -> None:
        self.setVisible(on)
        self.switched.emit(on)

    def _say(self, text: str, action: str, sha256: str, tone: str) -> None:
        self._sha256 = sha256
        self._text.setText(text)
        self._go.setText(action)
        self._go.setAccessibleName(action)
        restyle(self, "tone", tone)
        self.setAccessibleName(text)
