"""The column of pages: arithmetic only, no window."""

import pytest

from ui.reader.layout import GAP, SIDE, WIDEST_FIT, Fit, PageLayout, Size, Spot, clamp_zoom

A4 = Size(595, 842)
A3 = Size(1190, 842)
SLIP = Size(200, 100)


def column(*sizes: Size, fit: Fit = Fit.WIDTH, zoom: float = 1.0, width: int = 800) -> PageLayout:
    return PageLayout(sizes, Size(width, 600), fit, zoom)


def test_each_page_fits_the_width_by_itself():
    layout = column(A4, A3)
    assert {page.width for page in layout.pages} == {800 - 2 * SIDE}
    assert layout.width == 800


def test_a_small_page_is_not_blown_up():
    assert column(SLIP).pages[0].zoom == WIDEST_FIT


def test_fitting_the_page_shows_it_whole():
    page = column(A4, fit=Fit.PAGE).pages[0]
    assert page.height <= 600 - 2 * GAP


def test_a_free_zoom_is_the_same_for_every_page():
    layout = column(A4, A3, fit=Fit.FREE, zoom=2.0)
    assert [page.zoom for page in layout.pages] == [2.0, 2.0]
    assert layout.width == 2380 + 2 * SIDE


def test_pages_follow_each_other_with_a_gap():
    first, second = column(A4, A4).pages
    assert second.y - first.bottom == GAP


def test_a_gap_shows_no_page_and_counts_to_the_page_above():
    layout = column(A4, A4)
    gap = layout.pages[0].bottom
    assert list(layout.visible(gap, gap + GAP)) == []
    assert layout.page_at(gap + 2) == 0


def test_visible_pages_are_those_with_a_row_on_the_screen():
    layout = column(*[A4] * 10)
    top = layout.pages[3].bottom - 1
    assert list(layout.visible(top, top + GAP + 2)) == [3, 4]


def test_the_current_page_is_the_one_that_fills_most():
    layout = column(A4, A4)
    border = layout.pages[0].bottom
    assert layout.current(border - 400, border + 200) == 0
    assert layout.current(border - 200, border + 400) == 1


@pytest.mark.parametrize("fit", list(Fit))
def test_a_spot_and_its_place_are_inverse(fit: Fit):
    layout = column(A4, A3, SLIP, fit=fit, zoom=1.7)
    spot = Spot(2, 17.5, 80.25)
    back = layout.spot(*layout.place(spot))
    assert back is not None
    assert back.page == 2
    assert (back.x, back.y) == pytest.approx((17.5, 80.25))


def test_the_desk_beside_a_page_is_no_spot():
    assert column(A4, fit=Fit.FREE, zoom=0.5).spot(2, 100) is None


def test_zoom_stays_within_what_the_reader_shows():
    assert clamp_zoom(1000) == 8
    assert clamp_zoom(0) == 0.1


def test_a_document_without_pages_has_an_empty_desk():
    layout = column()
    assert layout.spot(10, 10) is None
    assert list(layout.visible(0, 100)) == []
