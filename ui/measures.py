"""Lengths of the look, and every name of the style sheet template, from the theme files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from boardpack import paths


@dataclass(frozen=True)
class Metrics:
    """Lengths in logical pixels, text scale applied.

    Attributes:
        touch: least height of anything that is pressed.
        mark: side of an icon in a button or row; `rail_mark` in the rail, `large_mark` alone.
        half, one, two, three, four: the spaces of the 8-px grid.
    """

    scale: float
    small: int
    body: int
    title: int
    strong: int
    touch: int
    mark: int
    rail_mark: int
    large_mark: int
    half: int
    one: int
    two: int
    three: int
    four: int
    radius: int
    focus: int


def load(name: str) -> dict[str, Any]:
    """Read one of the theme files."""
    return tomllib.loads(paths.resource("themes", name).read_text(encoding="utf-8"))


def metrics_of(raw: Mapping[str, Any], scale: float, *, touch: bool) -> Metrics:
    """Return the lengths at a text scale, for the finger or the mouse."""
    body = round(raw["size"]["body"] * scale)
    least = raw["touch"]["touch" if touch else "mouse"]
    space = raw["space"]
    return Metrics(
        scale=scale,
        small=round(raw["size"]["small"] * scale),
        body=body,
        title=round(raw["size"]["title"] * scale),
        strong=raw["weight"]["strong"],
        touch=max(least, round(1.75 * body)),
        mark=round(20 * scale),
        rail_mark=round(24 * scale),
        large_mark=round(32 * scale),
        half=space["half"],
        one=space["one"],
        two=space["two"],
        three=space["three"],
        four=space["four"],
        radius=raw["radius"]["medium"],
        focus=raw["line"]["focus"],
    )


def names_of(
    theme: Mapping[str, Any], raw: Mapping[str, Any], metrics: Metrics, *, touch: bool
) -> dict[str, str]:
    """Return every name that the style sheet template knows (README, « Names in the template »)."""
    line, space = raw["line"], raw["space"]
    names: dict[str, Any] = {}
    for group in ("colours", "highlights", "inks", "assemblies"):
        names |= theme[group]
    for group in ("weight", "space", "radius", "line"):
        names |= {f"{group}_{key}": value for key, value in raw[group].items()}
    scale = metrics.scale
    bar = 16 if touch else 12
    rail = 56 if touch else 48
    names |= {
        "size_small": metrics.small,
        "size_body": metrics.body,
        "size_title": metrics.title,
        "touch": metrics.touch,
        "inner": metrics.touch - 2 * line["focus"],
        "core": metrics.touch - 2 * line["ring"],
        # Qt makes fields with small buttons three pixels higher than is asked.
        "spin": metrics.touch - 2 * line["ring"] - 3,
        "edge": line["ring"] - line["separator"],
        "field": space["one"] + space["half"],
        "mark": metrics.mark,
        "mark_half": metrics.mark // 2,
        "mark_round": metrics.mark // 2 + line["focus"],
        "chip": round(1.4 * metrics.small),
        "bar": bar,
        "bar_round": bar // 2 - 3,
        "rail": round(rail * max(1, 0.8 * scale)),
        "rail_wide": round(80 * scale),
        "theme": theme["name"],
        "font": ", ".join(
            f'"{name}"' for name in (raw["font"]["family"], *raw["font"]["fallback"])
        ),
    }
    return {key: str(value) for key, value in names.items()}
