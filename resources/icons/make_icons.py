"""Make the pictures that follow from others: control marks from the themes, bitmaps from the logo.

Run it after changing a colour or the logo: `python resources/icons/make_icons.py`. A test says when
it was forgotten.
"""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Final

import pymupdf
from PIL import Image

HERE: Final = Path(__file__).resolve().parent
THEMES: Final = HERE.parent / "themes"
NAMES: Final = ("light", "dark", "contrast")
SIZES: Final = (16, 24, 32, 48, 64, 128, 256, 512)
_ICO_SIZES: Final = SIZES[:-1]  # the format ends at 256

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


def logo(size: int) -> bytes:
    """Return the logo as a PNG of `size` × `size` pixels with transparent corners."""
    with pymupdf.open(HERE / "boardpack.svg") as drawing:
        scale = size / drawing[0].rect.width
        picture = drawing[0].get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=True)
        return bytes(picture.tobytes("png"))


def windows_icon() -> bytes:
    """Return the logo as an .ico file, each size drawn for itself."""
    pictures = [Image.open(io.BytesIO(logo(size))) for size in reversed(_ICO_SIZES)]
    target = io.BytesIO()
    pictures[0].save(
        target,
        format="ICO",
        sizes=[(size, size) for size in _ICO_SIZES],
        append_images=pictures[1:],
    )
    return target.getvalue()


def main() -> None:
    """Write `controls/THEME/*.svg`, `boardpack-SIZE.png` and `boardpack.ico`."""
    for size in SIZES:
        (HERE / f"boardpack-{size}.png").write_bytes(logo(size))
    (HERE / "boardpack.ico").write_bytes(windows_icon())
    for theme in NAMES:
        folder = HERE / "controls" / theme
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in controls(theme).items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
