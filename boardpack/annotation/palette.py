"""The colours of highlighters and pens, each with a name: colour never speaks alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


def N_(text: str) -> str:  # noqa: N802 gettext's own name for "translated where it is shown"
    """Mark a text for the catalogues without translating it yet."""
    return text


@dataclass(frozen=True)
class Colour:
    """One colour.

    Attributes:
        name: what a note stores; never changes.
        label: its English name, to be shown through `boardpack.messages`.
        rgb: `#rrggbb`. Highlighters are multiplied with the page, so dark text stays above
            4.5:1 on each; they differ in lightness too, for eyes that confuse hues.
    """

    name: str
    label: str
    rgb: str


HIGHLIGHTERS: Final = (
    Colour("yellow", N_("Yellow"), "#ffe45c"),
    Colour("green", N_("Green"), "#a6e3a1"),
    Colour("blue", N_("Blue"), "#9cc9ff"),
    Colour("pink", N_("Pink"), "#ffb3d1"),
    Colour("orange", N_("Orange"), "#ffb562"),
)

PENS: Final = (
    Colour("black", N_("Black"), "#1f2328"),
    Colour("navy", N_("Dark blue"), "#0b4fb3"),
    Colour("red", N_("Red"), "#b3261e"),
    Colour("forest", N_("Dark green"), "#1a6b32"),
)

_BY_NAME: Final = {each.name: each for each in (*HIGHLIGHTERS, *PENS)}


def colour(name: str) -> Colour:
    """Return the colour of that name; an unknown one (of a newer version) is the first."""
    return _BY_NAME.get(name, HIGHLIGHTERS[0])
