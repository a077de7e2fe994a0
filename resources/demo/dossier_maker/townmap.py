"""A town drawn from nothing: streets, houses along them, zones as uneven discs. Always the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Final

from dossier_maker.pen import Pen, Point, smooth

_CELL: Final = 10.0


@dataclass
class Town:
    """Streets and houses on a plane of `width` × `height` points."""

    width: float
    height: float
    streets: list[tuple[list[Point], float]] = field(default_factory=list)
    houses: list[list[Point]] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)


def disc(centre: Point, radius: float, seed: int, stretch: float = 1.0) -> list[Point]:
    """Return the outline of an uneven disc: the shape of a zone or a wood."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    points = []
    for step in range(14):
        angle = 2 * math.pi * step / 14
        length = radius * random.uniform(0.82, 1.14)
        x = centre[0] + length * stretch * math.cos(angle)
        points.append((x, centre[1] + length * math.sin(angle)))
    return smooth([*points, points[0]], 6)


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // _CELL), int(point[1] // _CELL)


def _around(point: Point) -> list[tuple[int, int]]:
    x, y = _cell(point)
    return [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


def _densely(points: list[Point], step: float) -> list[tuple[Point, float]]:
    """Return points every `step` along a line with the line's direction there."""
    made, left = [], 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        length, angle = math.hypot(x1 - x0, y1 - y0), math.atan2(y1 - y0, x1 - x0)
        at = left
        while at < length:
            made.append(((x0 + math.cos(angle) * at, y0 + math.sin(angle) * at), angle))
            at += step
        left = at - length
    return made


def add_street(town: Town, points: list[Point], width: float) -> None:
    """Add a street through a few points; nothing will be built on it."""
    line = smooth(points)
    town.streets.append((line, width))
    for point, _ in _densely(line, 4):
        town.taken.add(_cell(point))


def block_line(town: Town, points: list[Point], reach: float) -> None:
    """Keep a band along a line free of houses: a river, a railway."""
    for (x, y), _ in _densely(points, 5):
        for dx in range(-int(reach), int(reach) + 1, 5):
            for dy in range(-int(reach), int(reach) + 1, 5):
                town.taken.add(_cell((x + dx, y + dy)))


def add_side_streets(town: Town, count: int, seed: int, limit: Point, radius: float) -> None:
    """Add short streets that leave the long ones at a right angle, near `limit`."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    starts = [each for line, _ in town.streets for each in _densely(line, 34)]
    near = [each for each in starts if math.dist(each[0], limit) < radius]
    for point, angle in random.sample(near, min(count, len(near))):
        turn = angle + random.choice((-1, 1)) * math.pi / 2 + random.uniform(-0.2, 0.2)
        length = random.uniform(40, 95)
        bend = turn + random.uniform(-0.35, 0.35)
        middle = (point[0] + math.cos(turn) * length / 2, point[1] + math.sin(turn) * length / 2)
        end = (middle[0] + math.cos(bend) * length / 2, middle[1] + math.sin(bend) * length / 2)
        if all(_cell(other) not in town.taken for other in (middle, end)):
            add_street(town, [point, middle, end], 2.4)


def add_houses(town: Town, seed: int, limit: Point, radius: float, density: float = 0.8) -> None:
    """Build along every street: dense near `limit`, none beyond `radius`."""
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    for line, width in list(town.streets):
        for point, angle in _densely(line, 9.5):
            for side in (-1, 1):
                far = math.dist(point, limit) / radius
                if far > 1 or random.random() > density * (1.15 - far * 0.7):
                    continue
                away = width / 2 + random.uniform(6.5, 9.5)
                place = (
                    point[0] + math.cos(angle + side * math.pi / 2) * away,
                    point[1] + math.sin(angle + side * math.pi / 2) * away,
                )
                _build(town, place, angle, random)


def _build(town: Town, place: Point, angle: float, random: Random) -> None:
    if _cell(place) in town.taken:
        return
    town.taken.add(_cell(place))
    length, depth = random.uniform(5, 9), random.uniform(4, 6.5)
    corners = [(-length, -depth), (length, -depth), (length, depth), (-length, depth)]
    if random.random() < 0.25:  # noqa: PLR2004 - one house in four has a wing
        corners[2:2] = [(length, depth * 0.3), (length * 0.2, depth * 0.3)]
        corners[4] = (length * 0.2, depth)
    cos, sin = math.cos(angle) / 2, math.sin(angle) / 2
    town.houses.append(
        [(place[0] + x * cos - y * sin, place[1] + x * sin + y * cos) for x, y in corners]
    )


def draw(pen: Pen, town: Town, at: Point, scale: float = 1.0) -> None:
    """Draw streets and houses with the town's corner at `at`."""

    def put(points: list[Point]) -> list[Point]:
        return [(at[0] + x * scale, at[1] + y * scale) for x, y in points]

    for line, width in town.streets:
        pen.path(put(line), "#A7A29A", (width + 1.2) * scale)
    for line, width in town.streets:
        pen.path(put(line), "#FFFFFF", width * scale)
    pen.polygons([put(house) for house in town.houses], "#8C8780", "#5F5B55", 0.25)
