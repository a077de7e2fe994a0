"""How the window looks and behaves: every choice shows at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from boardpack.messages import _
from boardpack.services.preferences import Hand, Layout, Preferences, Theme
from ui.widgets.choice import Choice
from ui.widgets.page import Card, Section

SCALES: Final = (100, 125, 150, 175, 200)


def appearance_choices() -> dict[str, Choice]:
    """Return the choices about the look, by the name of the preference that each sets."""
    return {
        "theme": Choice(
            _("Colours"),
            (
                (Theme.SYSTEM, _("Like the computer")),
                (Theme.LIGHT, _("Light")),
                (Theme.DARK, _("Dark")),
                (Theme.CONTRAST, _("High contrast")),
            ),
        ),
        "text_scale": Choice(_("Text size"), tuple((scale, f"{scale}\u00a0%") for scale in SCALES)),
        "layout": Choice(
            _("Size of buttons"),
            (
                (Layout.SYSTEM, _("Like the computer")),
                (Layout.TOUCH, _("For the finger")),
                (Layout.MOUSE, _("For the mouse")),
            ),
        ),
        "language": Choice(_("Language"), (("fr", "Français"), ("en", "English"))),
    }


def pen_choices() -> dict[str, Choice]:
    """Return the choices about the pen and the hand that holds it."""
    return {
        "hand": Choice(
            _("Hand that writes: the tools stand on the other side"),
            ((Hand.RIGHT, _("Right")), (Hand.LEFT, _("Left"))),
        ),
        "finger_draws": Choice(
            _("A finger on a page"),
            ((False, _("Scrolls; the pen writes")), (True, _("Writes like the pen"))),
        ),
    }


class PreferencesSection(Section):
    """Choices in a card. `changed` carries the new `Preferences`."""

    changed = Signal(object)

    def __init__(
        self, heading: str, choices: dict[str, Choice], parent: QWidget | None = None
    ) -> None:
        super().__init__(heading, parent)
        self._now = Preferences()
        self._choices = choices
        card = Card()
        for name, choice in choices.items():
            card.body.addWidget(choice)
            choice.chosen.connect(lambda value, name=name: self._choose(name, value))
        self.body.addWidget(card)

    def show_preferences(self, preferences: Preferences) -> None:
        """Press what is in force."""
        self._now = preferences
        for name, choice in self._choices.items():
            choice.show_value(getattr(preferences, name))

    def _choose(self, name: str, value: Any) -> None:  # noqa: ANN401 as the preference's own type
        self.changed.emit(replace(self._now, **{name: value}))
