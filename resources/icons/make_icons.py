"""Make the marks of check boxes and arrows, one set per theme, from the themes' colours.

Run it after changing a colour: `python resources/icons/make_icons.py`. A test says when it was forgotten.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
THEMES: Final = HERE.parent / "themes"
NAMES: Final = ("light", "dark", "contrast")

_FRAME: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">{}</svg>\n'
)
_LINE: Final = (
    '<path d="{}" fill="none" stroke="{}" stroke-width="{}"'
    ' stroke-linecap="round" stroke-linejoin="round"/>'
)
# name: (path, width, the theme's colour it takes)
_LINES: Final = {
    "check": ("M5.5 12.5 10 17 18.5 7.5", 3, "accent_text"),
    "minus": ("M6 12H18", 3, "accent_text"),
    "chevron-down": ("M7 10 12 15 17 10", 2, "text_secondary"),
    "chevron-up": ("M7 14 12 9 17 14", 2, "text_secondary"),
    "chevron-right": ("M10 7 15 12 10 17", 2, "text_secondary"),
}


def controls(theme: str) -> dict[str, str]:
    """Return file name → SVG text of one theme's control marks."""
    colours = tomllib.loads((THEMES / f"{theme}.toml").read_text(encoding="utf-8"))["colours"]
    made = {
        f"{name}.svg": _FRAME.format(_LINE.format(path, colours[colour], width))
        for name, (path, width, colour) in _LINES.items()
    }
    dot = f'<circle cx="12" cy="12" r="6" fill="{colours["accent"]}"/>'
    return {**made, "dot.svg": _FRAME.format(dot)}


def main() -> None:
    """Write every theme's marks into `controls/THEME/`."""
    for theme in NAMES:
        folder = HERE / "controls" / theme
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in controls(theme).items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
