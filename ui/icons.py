"""Icons of one kept library (Material Design Icons 6, outline forms), in the theme's colours.

An icon set by `set_icon` follows the theme and the text size for as long as its widget lives.
"""

from __future__ import annotations

import qtawesome
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QIcon, QPixmap, QPixmapCache
from PySide6.QtWidgets import QAbstractButton, QLabel

from ui.theme import look


def icon(name: str, colour: str = "text_secondary", checked: str = "accent") -> QIcon:
    """Return icon `name` (of the set `mdi6`) in colours of the theme in force."""
    now = look()
    made: QIcon = qtawesome.icon(
        f"mdi6.{name}",
        color=now.colour(colour),
        color_active=now.colour(colour),
        color_on=now.colour(checked),
        color_disabled=now.colour("text_disabled"),
    )
    return made


def picture(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    """Return icon `name` drawn once for this colour, size and screen: lists paint it often."""
    ink = look().colour(colour)
    key = f"boardpack:{name}:{ink.name()}:{side}:{ratio}"
    found = QPixmap()
    if not QPixmapCache.find(key, found):
        found = icon(name, colour).pixmap(QSize(side, side), ratio)
        QPixmapCache.insert(key, found)
    return found


class _Follower(QObject):
    """Sets the icon of its parent again whenever the look changes."""

    def __init__(
        self, widget: QAbstractButton | QLabel, name: str, colour: str, measure: str
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        self.wear(name, colour, measure)
        look().changed.connect(self._apply)

    def wear(self, name: str, colour: str, measure: str) -> None:
        """Show another icon from now on."""
        self._name, self._colour, self._measure = name, colour, measure
        self._apply()

    def _apply(self) -> None:
        side = int(getattr(look().metrics, self._measure))
        if isinstance(self._widget, QLabel):
            ratio = self._widget.devicePixelRatioF()
            self._widget.setPixmap(picture(self._name, self._colour, side, ratio))
        else:
            self._widget.setIcon(icon(self._name, self._colour))
            self._widget.setIconSize(QSize(side, side))


def set_icon(
    widget: QAbstractButton | QLabel,
    name: str,
    colour: str = "text_secondary",
    measure: str = "mark",
) -> None:
    """Give `widget` the icon `name` in `colour`, as large as the look's `measure`."""
    worn = widget.findChild(_Follower)
    if worn is None:
        _Follower(widget, name, colour, measure)
    else:
        worn.wear(name, colour, measure)
