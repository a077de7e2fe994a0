"""Buttons with a name for assistive tools, an icon that follows the theme, and one click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from ui.icons import set_icon

_ICON_COLOUR = {"primary": "accent_text", "danger": "danger_text", "state": "text_secondary"}


def button(
    text: str,
    clicked: Callable[[], Any] | None = None,
    *,
    kind: str = "",
    icon: str = "",
) -> QPushButton:
    """Return a button; `kind`: primary (one a screen), danger, quiet, link, "" = secondary."""
    # Qt leaves too little between icon and text.
    made = QPushButton(f" {text}" if icon else text)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if kind:
        made.setProperty("kind", kind)
    if icon:
        set_icon(made, icon, _ICON_COLOUR.get(kind, "accent"))
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def tool(name: str, icon: str, clicked: Callable[[], Any] | None = None) -> QToolButton:
    """Return a square button with only an icon; `name` is its tool tip and spoken name."""
    made = QToolButton()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    set_icon(made, icon, "text")
    if clicked is not None:
        made.clicked.connect(lambda _checked=False: clicked())
    return made
