"""The pen: calmer lines that stay where they were drawn, and an eraser that takes whole strokes."""

import math
import random
from itertools import pairwise

import pytest

from boardpack.annotation import ink
from boardpack.annotation.note import InkPoint, InkStroke, Point


def spiral(t: float) -> tuple[float, float]:
    return 200 + (20 + 60 * t) * math.cos(9 * t), 200 + (20 + 60 * t) * math.sin(9 * t)


def drawn(jitter: float) -> list[InkPoint]:
    """A fast curve, 480 samples of 240 Hz, with the tremble of a hand."""
    chance = random.Random(7)
    return [
        InkPoint(x + chance.gauss(0, jitter), y + chance.gauss(0, jitter), 0.5, index * 4.17)
        for index in range(480)
        for x, y in [spiral(index / 240)]
    ]


def distance_to_path(point: InkPoint) -> float:
    return min(math.dist(point[:2], spiral(step / 2000)) for step in range(4001))


def mean_turn(points: tuple[InkPoint, ...] | list[InkPoint]) -> float:
    turns = []
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        turn = math.atan2(c.y - b.y, c.x - b.x) - math.atan2(b.y - a.y, b.x - a.x)
        turns.append(abs(math.remainder(turn, math.tau)))
    return math.degrees(sum(turns) / len(turns))


def test_a_trembling_line_becomes_calm_and_light() -> None:
    raw = drawn(0.6)
    stroke = ink.smooth(raw)
    error = sum(map(distance_to_path, stroke.points)) / len(stroke.points)
    raw_error = sum(map(distance_to_path, raw[::6])) / len(raw[::6])
    assert error < 0.7 * raw_error
    assert len(stroke.points) < len(raw) / 3
    assert mean_turn(stroke.points) < mean_turn(raw) / 2


def test_a_stroke_keeps_both_ends_and_their_times() -> None:
    raw = drawn(0.6)
    points = ink.smooth(raw).points
    assert (points[0], points[-1]) == (raw[0], raw[-1])
    assert [point.t for point in points] == sorted(point.t for point in points)


def test_a_straight_line_is_two_points() -> None:
    line = [InkPoint(x, 2 * x, 0.5, x) for x in range(50)]
    assert ink.smooth(line).points == (line[0], line[-1])


def test_a_dot_stays_a_dot() -> None:
    dot = ink.smooth([InkPoint(5, 5)])
    assert dot.points == (InkPoint(5, 5),)
    (curve,) = ink.curves(dot)
    assert curve.start == curve.end == Point(5, 5)


def test_nothing_is_no_stroke() -> None:
    with pytest.raises(ValueError, match="a point"):
        ink.smooth([])


def test_curves_go_through_every_point_without_a_corner() -> None:
    stroke = InkStroke(tuple(InkPoint(*each) for each in ((0, 0), (10, 5), (20, -5), (30, 0))))
    curves = ink.curves(stroke)
    assert [curve.start for curve in curves] == [point[:2] for point in stroke.points[:-1]]
    assert curves[-1].end == (30, 0)
    for one, other in pairwise(curves):
        arriving = one.end.x - one.control2.x, one.end.y - one.control2.y
        leaving = other.control1.x - other.start.x, other.control1.y - other.start.y
        assert arriving == pytest.approx(leaving)


LINE = InkStroke((InkPoint(0, 0), InkPoint(100, 0)))
FAR = InkStroke((InkPoint(0, 50), InkPoint(100, 50)))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Point(50, 3), Point(50, 3)),
        (Point(50, 40), Point(50, -40)),  # so fast that no sample fell on the line
        (Point(104, 0), Point(120, 0)),
    ],
)
def test_the_eraser_touches_what_it_passes(start: Point, end: Point) -> None:
    assert ink.is_touched(LINE, start, end, radius=5)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (Point(50, 6), Point(50, 6)),
        (Point(106, 0), Point(120, 0)),
        (Point(0, 10), Point(100, 10)),
    ],
)
def test_the_eraser_leaves_what_it_does_not_pass(start: Point, end: Point) -> None:
    assert not ink.is_touched(LINE, start, end, radius=5)


def test_erasing_takes_whole_strokes_and_leaves_the_others() -> None:
    assert ink.erase((LINE, FAR), [Point(10, 30), Point(10, -30)], 2) == (FAR,)
    assert ink.erase((LINE, FAR), [Point(10, 25)], 2) == (LINE, FAR)
    assert ink.erase((LINE, FAR), [], 2) == (LINE, FAR)


def test_a_long_stroke_is_no_burden() -> None:
    zigzag = [InkPoint(index, index // 4 % 2 * 50, 0.5, index) for index in range(20_000)]
    assert len(ink.smooth(zigzag).points) > 100
