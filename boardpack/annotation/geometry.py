"""From a page's own coordinates to what a screen shows, and back.

Three spaces (`reader.md` §3.6, pitfalls 1 to 3):

* *user space*: PDF's own. Points, y upwards, before /Rotate. Everything stored is in it.
* *view space*: the page as shown. Its upper left corner is (0, 0), y downwards, after CropBox,
  /Rotate and /UserUnit, in points of 1/72 inch. A screen multiplies it by the zoom.

The matrices are computed from the raw boxes: PyMuPDF's `transformation_matrix` forgets the
CropBox of rotated pages.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from boardpack.annotation.note import Box, Point, Quad


class Matrix(NamedTuple):
    """An affine map as in PDF (ISO 32000-1 §8.3.3): x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> Point:
        """Map one point."""
        return Point(self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)

    def box(self, box: Box) -> Box:
        """Return the box around the mapped corners."""
        along_x = (self.a * box.x0, self.a * box.x1), (self.c * box.y0, self.c * box.y1)
        along_y = (self.b * box.x0, self.b * box.x1), (self.d * box.y0, self.d * box.y1)
        return Box(
            min(along_x[0]) + min(along_x[1]) + self.e,
            min(along_y[0]) + min(along_y[1]) + self.f,
            max(along_x[0]) + max(along_x[1]) + self.e,
            max(along_y[0]) + max(along_y[1]) + self.f,
        )

    def quad(self, quad: Quad) -> Quad:
        """Map the four corners; the corners keep their names."""
        return Quad(*(self.point(*corner) for corner in quad.corners))

    def then(self, other: Matrix) -> Matrix:
        """Return the map that applies this one first, then `other`."""
        return Matrix(
            self.a * other.a + self.b * other.c,
            self.a * other.b + self.b * other.d,
            self.c * other.a + self.d * other.c,
            self.c * other.b + self.d * other.d,
            self.e * other.a + self.f * other.c + other.e,
            self.e * other.b + self.f * other.d + other.f,
        )

    def inverse(self) -> Matrix:
        """Return the map back.

        Raises:
            ZeroDivisionError: the map is flat; no page makes such a one.
        """
        area = self.a * self.d - self.b * self.c
        return Matrix(
            self.d / area,
            -self.b / area,
            -self.c / area,
            self.a / area,
            (self.c * self.f - self.d * self.e) / area,
            (self.b * self.e - self.a * self.f) / area,
        )


def _turn(rotation: int, width: float, height: float) -> Matrix:
    """Turn an unrotated view of `width` and `height` clockwise."""
    return {
        0: Matrix(1, 0, 0, 1, 0, 0),
        90: Matrix(0, 1, -1, 0, height, 0),
        180: Matrix(-1, 0, 0, -1, width, height),
        270: Matrix(0, -1, 1, 0, 0, width),
    }[rotation]


@dataclass(frozen=True)
class PageBox:
    """What decides how a page is shown.

    Attributes:
        mediabox, cropbox: in user space; the crop box lies within the media box and is not empty.
        rotation: 0, 90, 180 or 270, clockwise.
        user_unit: size of one unit in 1/72 inch (ISO 32000-1 §14.11.2), nearly always 1.
    """

    mediabox: Box
    cropbox: Box
    rotation: int = 0
    user_unit: float = 1.0

    def __post_init__(self) -> None:
        """Refuse boxes that no page can have."""
        if self.rotation not in (0, 90, 180, 270):
            raise ValueError("a page turns by quarters")
        measures = (self.cropbox.width, self.cropbox.height, self.user_unit)
        if not all(0 < each < math.inf for each in measures):
            raise ValueError("a page has an area")

    @cached_property
    def to_view(self) -> Matrix:
        """From user space to view space."""
        unit, crop = self.user_unit, self.cropbox
        upright = Matrix(unit, 0, 0, -unit, -crop.x0 * unit, crop.y1 * unit)
        return upright.then(_turn(self.rotation, crop.width * unit, crop.height * unit))

    @cached_property
    def to_user(self) -> Matrix:
        """From view space to user space."""
        return self.to_view.inverse()

    @property
    def width(self) -> float:
        """Width as shown, in points."""
        side = self.cropbox.height if self.rotation % 180 else self.cropbox.width
        return side * self.user_unit

    @property
    def height(self) -> float:
        """Height as shown, in points."""
        side = self.cropbox.width if self.rotation % 180 else self.cropbox.height
        return side * self.user_unit
