"""The themes are complete, readable, and the pictures made from them are up to date."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from itertools import product
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any

import pymupdf
import pytest

RESOURCES = Path(__file__).parents[2] / "resources"
THEMES = ("light", "dark", "contrast")
COMPUTED = [
    "size_small",
    "size_body",
    "size_title",
    "touch",
    "inner",
    "core",
    "spin",
    "edge",
    "field",
    "mark",
    "mark_half",
    "mark_round",
    "chip",
    "bar",
    "bar_round",
    "rail",
    "rail_wide",
    "theme",
    "font",
]
GROUNDS = ("background", "surface")


def theme(name: str) -> dict[str, Any]:
    return tomllib.loads((RESOURCES / "themes" / f"{name}.toml").read_text(encoding="utf-8"))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs() -> list[tuple[str, str]]:
    signs = ("danger", "warning", "success")
    return [
        *product(("text", "text_secondary", "accent", *signs), GROUNDS),
        *product(("text", "accent"), ("accent_soft", "surface_hover", "surface_pressed")),
        *((sign, f"{sign}_soft") for sign in signs),
        *(("text", f"{sign}_soft") for sign in signs),
        *(("accent_text", accent) for accent in ("accent", "accent_hover", "accent_pressed")),
        *product(("danger_text",), ("danger", "danger_hover")),
        ("text", "selection"),
    ]


@pytest.fixture(scope="module")
def icons() -> ModuleType:
    path = RESOURCES / "icons" / "make_icons.py"
    spec = importlib.util.spec_from_file_location("make_icons", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_in(name: str) -> None:
    data = theme(name)
    colours = data["colours"]
    poor = {
        f"{front} on {ground}": round(contrast(colours[front], colours[ground]), 2)
        for front, ground in pairs()
        if contrast(colours[front], colours[ground]) < data["least_contrast"]
    }
    assert poor == {}


@pytest.mark.parametrize("name", THEMES)
def test_assemblies_can_be_read_in(name: str) -> None:
    data = theme(name)
    assert len(data["assemblies"]) == 8
    for key, colour in data["assemblies"].items():
        for ground in GROUNDS:
            ratio = contrast(colour, data["colours"][ground])
            assert ratio >= data["least_contrast"], f"{key} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("name", THEMES)
def test_outlines_and_focus_can_be_seen_in(name: str) -> None:
    colours = theme(name)["colours"]
    for front, ground in product(("border", "focus"), GROUNDS):
        assert contrast(colours[front], colours[ground]) >= 3, f"{front} on {ground}"


@pytest.mark.parametrize("name", THEMES)
def test_ink_and_highlighted_text_can_be_read_on_paper_in(name: str) -> None:
    data = theme(name)
    assert len(data["inks"]) == 4
    assert len(data["highlights"]) == 5
    for ink in data["inks"].values():
        assert contrast(ink, data["colours"]["paper"]) >= 4.5
    for highlight in data["highlights"].values():
        assert contrast("#000000", highlight) >= 7


def test_the_three_themes_have_the_same_keys() -> None:
    shapes = [
        {key: list(value) for key, value in theme(name).items() if isinstance(value, dict)}
        for name in THEMES
    ]
    assert shapes[0] == shapes[1] == shapes[2]


def template_names() -> set[str]:
    data = theme("light")
    metrics = theme("metrics")
    prefixed = {
        f"{section}_{key}"
        for section in ("weight", "space", "radius", "line")
        for key in metrics[section]
    }
    tables = ("colours", "highlights", "inks", "assemblies")
    return prefixed | set(COMPUTED) | {key for table in tables for key in data[table]}


def test_the_style_sheet_asks_for_nothing_that_the_themes_do_not_give() -> None:
    text = (RESOURCES / "themes" / "app.qss.template").read_text(encoding="utf-8")
    assert set(Template(text).get_identifiers()) <= template_names()
    filled = Template(text).substitute(dict.fromkeys(template_names(), "1"))
    assert filled.count("{") == filled.count("}")


def test_every_computed_name_is_described() -> None:
    described = (RESOURCES / "themes" / "README.md").read_text(encoding="utf-8")
    assert [word for word in COMPUTED if f"`{word}`" not in described] == []


@pytest.mark.parametrize("name", THEMES)
def test_pictures_named_by_the_style_sheet_exist_and_follow_the_colours(
    name: str, icons: ModuleType
) -> None:
    text = (RESOURCES / "themes" / "app.qss.template").read_text(encoding="utf-8")
    named = set(re.findall(r"url\(boardpack:controls/\$theme/([a-z-]+\.svg)\)", text))
    made = icons.controls(name)
    assert named == set(made)
    folder = RESOURCES / "icons" / "controls" / name
    for file, content in made.items():
        assert (folder / file).read_text(encoding="utf-8") == content, "run make_icons.py"


def test_bitmaps_follow_the_logo(icons: ModuleType) -> None:
    for size in icons.SIZES:
        stored = pymupdf.Pixmap((RESOURCES / "icons" / f"boardpack-{size}.png").read_bytes())
        drawn = pymupdf.Pixmap(icons.logo(size))
        assert (stored.width, stored.height) == (size, size)
        gaps = [abs(a - b) for a, b in zip(stored.samples, drawn.samples, strict=True)]
        assert sum(gaps) / len(gaps) < 2, "run make_icons.py"
    icon = (RESOURCES / "icons" / "boardpack.ico").read_bytes()
    assert int.from_bytes(icon[4:6], "little") == len(icons.SIZES) - 1


def test_the_fonts_have_their_licence_and_french_signs() -> None:
    folder = RESOURCES / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")
    files = sorted(folder.glob("*.otf"))
    assert [file.stem for file in files] == ["Inter-Regular", "Inter-SemiBold"]
    assert sum(file.stat().st_size for file in files) < 3_000_000
    for file in files:
        font = pymupdf.Font(fontfile=str(file))
        for sign in "«»’œŒ€…–—ÉÀÇ\u00a0\u202f":
            assert font.has_glyph(ord(sign)), f"{file.name}: {sign!r}"
