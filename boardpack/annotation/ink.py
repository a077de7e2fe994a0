"""The pen: a stroke made calm when the pen lifts, drawn as curves, erased whole.

Measured on 480 points at 240 Hz with 0.6 px of jitter (`reader.md` §2f): a centred average over
7 points halves the error and straightens the turns from 65° to 11°; Ramer-Douglas-Peucker at
0.35 px then keeps about a fifth of the points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from boardpack.annotation.note import InkPoint, InkStroke, Point

_REACH: Final = 3
"""Neighbours on each side: a window of seven."""

TOLERANCE: Final = 0.35
_PIECE: Final = 240
"""Points that are thinned together: a second of pen."""


class Bezier(NamedTuple):
    """One cubic curve (ISO 32000-1 §8.5.2.2)."""

    start: Point
    control1: Point
    control2: Point
    end: Point


def smooth(points: Sequence[InkPoint], tolerance: float = TOLERANCE) -> InkStroke:
    """Return the stroke to keep, when the pen lifts.

    Args:
        points: as sampled, in PDF user space; at least one.
        tolerance: how far a kept curve may leave the averaged one, in the units of the points:
            0.35 screen pixels divided by the zoom.

    Raises:
        ValueError: no point.
    """
    if not points:
        raise ValueError("a stroke has a point")
    return InkStroke(tuple(_thin(_averaged(points), tolerance)))


def _averaged(points: Sequence[InkPoint]) -> list[InkPoint]:
    averaged: list[InkPoint] = []
    for index, point in enumerate(points):
        # The window shrinks towards both ends, which so stay where the pen was.
        reach = min(_REACH, index, len(points) - 1 - index)
        window = points[index - reach : index + reach + 1]
        count = len(window)
        averaged.append(
            InkPoint(
                sum(each.x for each in window) / count,
                sum(each.y for each in window) / count,
                sum(each.pressure for each in window) / count,
                point.t,
            )
        )
    return averaged


def _thin(points: list[InkPoint], tolerance: float) -> list[InkPoint]:
    """Ramer-Douglas-Peucker, piece by piece: its worst case is quadratic."""
    edges = [*range(0, len(points) - 1, _PIECE), len(points) - 1]
    kept = set(edges)
    spans = list(pairwise(edges))
    while spans:
        first, last = spans.pop()
        distance, farthest = max(
            (
                (_distance(points[index], points[first], points[last]), index)
                for index in range(first + 1, last)
            ),
            default=(0.0, first),
        )
        if distance > tolerance:
            kept.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return [points[index] for index in sorted(kept)]


def _distance(point: tuple[float, ...], start: tuple[float, ...], end: tuple[float, ...]) -> float:
    """Distance from a point to the line between two others; only x and y count."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = along_x * along_x + along_y * along_y
    share = 0.0
    if length > 0:
        share = ((point[0] - start[0]) * along_x + (point[1] - start[1]) * along_y) / length
        share = min(1.0, max(0.0, share))
    return math.hypot(point[0] - start[0] - share * along_x, point[1] - start[1] - share * along_y)


def curves(stroke: InkStroke) -> tuple[Bezier, ...]:
    """Return a Catmull-Rom curve through the stroke's points, as cubic Béziers.

    A stroke of n points gives n - 1 curves; a dot gives one of no length.
    """
    places = [Point(point.x, point.y) for point in stroke.points]
    if len(places) == 1:
        places *= 2
    padded = [places[0], *places, places[-1]]
    return tuple(
        Bezier(
            start,
            Point(start.x + (end.x - before.x) / 6, start.y + (end.y - before.y) / 6),
            Point(end.x - (after.x - start.x) / 6, end.y - (after.y - start.y) / 6),
            end,
        )
        for before, start, end, after in zip(
            padded, padded[1:], padded[2:], padded[3:], strict=False
        )
    )


def is_touched(stroke: InkStroke, start: Point, end: Point, radius: float) -> bool:
    """Tell whether an eraser of `radius`, moved from `start` to `end`, touches the stroke."""
    points = stroke.points
    pairs = zip(points, points[1:] or points, strict=False)
    return any(_apart(one, other, start, end) <= radius for one, other in pairs)


def _apart(one: tuple[float, ...], other: tuple[float, ...], start: Point, end: Point) -> float:
    """Least distance between two lines: 0 where they cross, else from one of the four ends."""
    if _cross(one, other, start, end):
        return 0.0
    return min(
        _distance(one, start, end),
        _distance(other, start, end),
        _distance(start, one, other),
        _distance(end, one, other),
    )


def _cross(one: tuple[float, ...], other: tuple[float, ...], start: Point, end: Point) -> bool:
    def side(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return (
        side(one, other, start) * side(one, other, end) < 0
        and side(start, end, one) * side(start, end, other) < 0
    )


def erase(
    strokes: Sequence[InkStroke], path: Sequence[Point], radius: float
) -> tuple[InkStroke, ...]:
    """Return the strokes that an eraser moved along `path` did not touch; erased ones go whole."""
    moves = list(zip(path, path[1:] or path, strict=False))
    return tuple(
        stroke
        for stroke in strokes
        if not any(is_touched(stroke, start, end, radius) for start, end in moves)
    )
