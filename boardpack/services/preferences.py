"""Preferences: how the window looks and behaves, kept in the profile. Store lane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import msgspec

from boardpack.messages import LANGUAGES
from boardpack.services.changes import NOTHING, Changes
from boardpack.services.context import Context
from boardpack.store import meta

SMALLEST_TEXT: Final = 100
LARGEST_TEXT: Final = 200
_NAME: Final = "preferences"


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
        stored = meta.get(self._context.store.connection, _NAME)
        if stored is None:
            return Preferences()
        try:
            return msgspec.json.decode(stored, type=Preferences)
        except msgspec.MsgspecError:
            # Written by a newer version with a choice that this one does not know.
            return Preferences()

    def set(self, preferences: Preferences) -> Changes:
        """Keep `preferences`; values out of range are brought into it."""
        scale = min(max(preferences.text_scale, SMALLEST_TEXT), LARGEST_TEXT)
        language = preferences.language if preferences.language in LANGUAGES else LANGUAGES[0]
        kept = replace(preferences, text_scale=scale, language=language)
        if kept == self.get():
            return NOTHING
        with self._context.store.transaction() as connection:
            meta.put(connection, _NAME, msgspec.json.encode(kept))
        return Changes(everything=True)
