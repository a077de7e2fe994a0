"""The drawings inside the papers: charts, a schedule, small maps. All are vectors."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pymupdf
from dossier_maker import maps
from dossier_maker.pen import Pen
from dossier_maker.text import euros

COLOURS: Final = ("#1F4E8C", "#D08A2E", "#1B6A57", "#8A3B12", "#7A2E6E", "#6F8FB8", "#5F6B2D")
GREY: Final = "#D7DBE0"


@dataclass(frozen=True)
class Figure:
    """A kind of drawing: its height (points) and how it is drawn from its argument."""

    height: int
    draw: Callable[[pymupdf.Page, pymupdf.Rect, str], None]


def size_of(name: str) -> int:
    """Return the height that a kind of drawing takes."""
    return FIGURES[name].height


def _series(argument: str) -> tuple[str, list[tuple[str, float]]]:
    """Read `title|label=value;label=value`."""
    title, _, rest = argument.partition("|")
    pairs = (part.split("=") for part in rest.split(";"))
    return title, [(label, float(value)) for label, value in pairs]


def _short(value: float) -> str:
    whole = 100
    return euros(value) if value >= whole or value == int(value) else euros(value, 1)


def _round_up(value: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(value))
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return float(next(step for step in steps if step * magnitude >= value) * magnitude)


def _axes(pen: Pen, rect: pymupdf.Rect, top: float) -> pymupdf.Rect:
    """Draw the frame of a chart; return the room of its bars or line."""
    room = pymupdf.Rect(rect.x0 + 46, rect.y0 + 22, rect.x1 - 4, rect.y1 - 20)
    for step in range(5):
        y = room.y1 - room.height * step / 4
        pen.path([(room.x0, y), (room.x1, y)], GREY if step else "#555555", 0.5)
        pen.text((room.x0 - 5, y + 2.5), _short(top * step / 4), 7, align="right", colour="#555555")
    return room


def bars(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw vertical bars."""
    title, data = _series(argument)
    pen = Pen(page)
    pen.text((rect.x0, rect.y0 + 9), title, 8.5, bold=True)
    top = _round_up(max(value for _, value in data))
    room = _axes(pen, rect, top)
    step = room.width / len(data)
    for at, (label, value) in enumerate(data):
        x = room.x0 + step * at
        height = room.height * value / top
        pen.box((x + step * 0.2, room.y1 - height, x + step * 0.8, room.y1), COLOURS[0])
        pen.text((x + step / 2, room.y1 + 10), label, 7, align="centre")
    pen.finish()


def line(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw a line with its points."""
    title, data = _series(argument)
    pen = Pen(page)
    pen.text((rect.x0, rect.y0 + 9), title, 8.5, bold=True)
    top = _round_up(max(value for _, value in data))
    room = _axes(pen, rect, top)
    step = room.width / max(len(data) - 1, 1)
    points = [
        (room.x0 + step * at, room.y1 - room.height * value / top)
        for at, (_, value) in enumerate(data)
    ]
    pen.path(points, COLOURS[0], 1.6)
    for (x, y), (label, _) in zip(points, data, strict=True):
        pen.dot((x, y), 2.2, "#FFFFFF", COLOURS[0])
        pen.text((x, room.y1 + 10), label, 7, align="centre")
    pen.finish()


def rows(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw horizontal bars, each with its label and value."""
    title, data = _series(argument)
    pen = Pen(page)
    pen.text((rect.x0, rect.y0 + 9), title, 8.5, bold=True)
    most = max(value for _, value in data)
    height = (rect.height - 18) / len(data)
    for at, (label, value) in enumerate(data):
        y = rect.y0 + 18 + height * at
        x = rect.x0 + 150
        length = (rect.width - 215) * value / most
        pen.text((x - 6, y + height * 0.62), label, 7.5, align="right")
        pen.box((x, y + height * 0.2, x + length, y + height * 0.8), COLOURS[0])
        pen.text((x + length + 5, y + height * 0.62), _short(value), 7.5)
    pen.finish()


def shares(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw a ring of shares with its legend."""
    title, data = _series(argument)
    pen = Pen(page)
    pen.text((rect.x0, rect.y0 + 9), title, 8.5, bold=True)
    centre = pymupdf.Point(rect.x0 + 90, (rect.y0 + rect.y1) / 2 + 8)
    radius = rect.height / 2 - 16
    whole, turned = sum(value for _, value in data), 90.0
    for at, (label, value) in enumerate(data):
        start = pymupdf.Point(centre.x + radius * _cos(turned), centre.y - radius * _sin(turned))
        pen.sector(tuple(centre), tuple(start), 360 * value / whole, COLOURS[at % len(COLOURS)])
        turned += 360 * value / whole
        y = rect.y0 + 32 + at * 16
        pen.box((rect.x0 + 200, y - 7, rect.x0 + 208, y + 1), COLOURS[at % len(COLOURS)])
        pen.text((rect.x0 + 214, y), f"{label} – {euros(100 * value / whole)} %", 8)
    pen.dot(tuple(centre), radius * 0.55, "#FFFFFF")
    pen.finish()


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def schedule(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw a schedule: `title|label=start-length;…`, in quarters from the first."""
    title, _, rest = argument.partition("|")
    pen = Pen(page)
    pen.text((rect.x0, rect.y0 + 9), title, 8.5, bold=True)
    tasks = [part.split("=") for part in rest.split(";")]
    left, quarters = rect.x0 + 150, 8
    step, height = (rect.x1 - left) / quarters, (rect.height - 34) / len(tasks)
    for quarter in range(quarters + 1):
        x = left + step * quarter
        pen.path([(x, rect.y0 + 28), (x, rect.y1)], GREY, 0.5)
        if quarter < quarters:
            name = f"T{quarter % 4 + 1} · an {quarter // 4 + 1}"
            pen.text((x + step / 2, rect.y0 + 24), name, 6.5, align="centre")
    for at, (label, span) in enumerate(tasks):
        start, length = map(float, span.split("-"))
        y = rect.y0 + 30 + height * at
        pen.text((left - 6, y + height * 0.62), label, 7.5, align="right")
        x = left + step * start
        pen.box((x, y + height * 0.25, x + step * length, y + height * 0.75), COLOURS[at % 3])
    pen.finish()


FIGURES: Final = {
    "bars": Figure(150, bars),
    "line": Figure(140, line),
    "rows": Figure(150, rows),
    "shares": Figure(130, shares),
    "schedule": Figure(150, schedule),
    "parcel": Figure(250, maps.parcel),
    "buses": Figure(330, maps.buses),
    "railways": Figure(300, maps.railways),
    "sector": Figure(210, maps.sector),
    "crossroads": Figure(230, maps.crossroads),
}
