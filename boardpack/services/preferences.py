"""Preferences: how the window looks and behaves, kept in the profile. Store lane."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from boardpack.services.changes import Changes
from boardpack.services.context import Context


class Theme(StrEnum):
    """Which theme is used; `system` follows the operating system."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Layout(StrEnum):
    """Sizes for a finger (48 px) or a mouse (32 px); `system` looks for a touch screen."""

    SYSTEM = "system"
    TOUCH = "touch"
    MOUSE = "mouse"


class Hand(StrEnum):
    """Which hand holds the pen: tools stand on the other side."""

    RIGHT = "right"
    LEFT = "left"


@dataclass(frozen=True)
class Preferences:
    """How the window looks and behaves; `text_scale` in percent, 100 to 200."""

    language: str = "fr"
    theme: Theme = Theme.SYSTEM
    text_scale: int = 100
    layout: Layout = Layout.SYSTEM
    hand: Hand = Hand.RIGHT
    finger_draws: bool = False


class PreferencesService:
    """Reads and writes the preferences of this profile."""

    def __init__(self, context: Context) -> None:
        """Work on this profile."""
        self._context = context

    def get(self) -> Preferences:
        """Return the preferences in force."""
        raise NotImplementedError

    def set(self, preferences: Preferences) -> Changes:
        """Keep `preferences`; values out of range are brought into it."""
        raise NotImplementedError
