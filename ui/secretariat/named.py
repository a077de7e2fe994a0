"""A field with its name above."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme import look
from ui.widgets.labels import label


class Named(QWidget):
    """Any field under its name; assistive tools say the name with the field."""

    def __init__(self, name: str, field: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        field.setAccessibleName(name)
        said = label(name, "small")
        said.setBuddy(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.half)
        column.addWidget(said)
        column.addWidget(field)
        column.addStretch(1)
        self.setFocusProxy(field)
