"""What stands where nothing is yet: what will come here, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui.theme import look
from ui.widgets.labels import label, picture


class EmptyState(QWidget):
    """An icon, a short title, one sentence, perhaps one button."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        action: QPushButton | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        m = look().metrics
        column = QVBoxLayout(self)
        column.setContentsMargins(m.three, m.four, m.three, m.four)
        column.setSpacing(m.one)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(picture(icon, "text_secondary", "large_mark"), 0, middle)
        self._title = label(title, "heading")
        self._text = label(text, tone="secondary")
        for each in (self._title, self._text):
            each.setAlignment(middle)
            column.addWidget(each)
        self._text.setVisible(bool(text))
        if action is not None:
            column.addWidget(action, 0, middle)

    def say(self, title: str, text: str) -> None:
        """Show other words."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
