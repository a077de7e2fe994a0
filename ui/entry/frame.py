"""A narrow column in the middle of the window: logo, title, what is asked, one main button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from boardpack import paths
from ui.theme import look
from ui.widgets.labels import label
from ui.widgets.page import Page

_LOGO: int = 64


class Logo(QLabel):
    """The mark of the program."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon = QIcon(str(paths.resource("icons", "boardpack.svg")))
        if icon.pixmap(QSize(_LOGO, _LOGO)).isNull():
            icon = QIcon(str(paths.resource("icons", "boardpack-128.png")))
        self.setPixmap(icon.pixmap(QSize(_LOGO, _LOGO), self.devicePixelRatioF()))


class EntryFrame(Page):
    """Add to `column`; the column stands in the middle, also vertically."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, widest=440, parent=parent)
        self._title = label(title, "title")
        self._subtitle = label(subtitle, tone="secondary")
        self.column = QVBoxLayout()
        self.column.setSpacing(look().metrics.two)
        self.body.addStretch(1)
        self.body.addWidget(Logo(), 0, Qt.AlignmentFlag.AlignLeft)
        names = QVBoxLayout()
        names.setSpacing(look().metrics.half)
        names.addWidget(self._title)
        names.addWidget(self._subtitle)
        self.body.addLayout(names)
        self.body.addLayout(self.column)
        self.body.addStretch(2)
        self._subtitle.setVisible(bool(subtitle))

    def say(self, title: str, subtitle: str) -> None:
        """Show another title."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(title)
