"""From PDF user space to the screen and back, against what MuPDF does."""

import itertools
import re

import pymupdf
import pytest

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Box, Point, Quad
from tests.helpers.documents import shaped_pdf

MEDIA = Box(10, 20, 610, 820)
CROP = Box(50, 60, 500, 700)
SHAPES = list(itertools.product([0, 90, 180, 270], [None, CROP], [1.0, 2.0]))


@pytest.mark.parametrize(("rotation", "crop", "unit"), SHAPES)
def test_a_mark_is_where_mupdf_draws_it(rotation: int, crop: Box | None, unit: float) -> None:
    """The text "Repère" begins at (100, 300) in user space: MuPDF's own picture must agree."""
    box = PageBox(MEDIA, crop or MEDIA, rotation, unit)
    with pymupdf.open(stream=shaped_pdf(MEDIA, crop, rotation, unit)) as document:
        page = document[0]
        assert (page.rect.width, page.rect.height) == pytest.approx((box.width, box.height))
        pixmap = page.get_pixmap(colorspace=pymupdf.csGRAY)
    dark = [match.start() for match in re.finditer(rb"[\x00-\x7f]", pixmap.samples)]
    ink = [(at % pixmap.stride, at // pixmap.stride) for at in dark]
    drawn = box.to_user.box(Box.around(ink))
    assert drawn.x0 == pytest.approx(101.5, abs=1.5)
    assert drawn.y0 == pytest.approx(296, abs=2)
    assert 60 < drawn.width < 75
    assert 15 < drawn.height < 25


@pytest.mark.parametrize(("rotation", "crop", "unit"), SHAPES)
def test_the_corner_of_the_view_is_a_corner_of_the_crop_box(
    rotation: int, crop: Box | None, unit: float
) -> None:
    crop = crop or MEDIA
    box = PageBox(MEDIA, crop, rotation, unit)
    corner = {
        0: (crop.x0, crop.y1),
        90: (crop.x0, crop.y0),
        180: (crop.x1, crop.y0),
        270: (crop.x1, crop.y1),
    }[rotation]
    assert box.to_user.point(0, 0) == pytest.approx(corner)
    assert box.to_view.box(crop) == pytest.approx(Box(0, 0, box.width, box.height))


def test_a_quad_keeps_the_names_of_its_corners() -> None:
    box = PageBox(MEDIA, CROP, 90)
    quad = Quad.from_box(Box(100, 100, 200, 120))
    turned = box.to_view.quad(quad)
    assert turned.upper_left == box.to_view.point(100, 120)
    for back, corner in zip(box.to_user.quad(turned).corners, quad.corners, strict=True):
        assert back == pytest.approx(corner)


@pytest.mark.parametrize(
    ("crop", "rotation", "unit"),
    [(Box(5, 5, 5, 9), 0, 1.0), (CROP, 45, 1.0), (CROP, 0, 0.0)],
    ids=["empty", "oblique", "no unit"],
)
def test_a_page_that_cannot_be_is_refused(crop: Box, rotation: int, unit: float) -> None:
    with pytest.raises(ValueError, match="a page"):
        PageBox(MEDIA, crop, rotation, unit)


def test_a_point_in_the_margin_outside_the_crop_box_has_a_place_too() -> None:
    assert PageBox(MEDIA, CROP).to_view.point(40, 710) == Point(-10, -10)
