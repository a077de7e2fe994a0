"""Pages as pictures."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import cached_property
from typing import Final

from boardpack.annotation.anchor import DHASH_COLUMNS, DHASH_ROWS, picture_fingerprint
from boardpack.annotation.note import Box
from boardpack.pdf.engine.document import OpenedDocument
from boardpack.pdf.engine.door import IMAGE_FLAGS, Native, pymupdf, text_page, translated
from boardpack.pdf.wire import Pixels, RenderPage

MOST_PIXELS: Final = 25_000_000
MOST_LISTS: Final = 40

# Dark pages: black becomes the first, white the second; everything between follows.
_DARK_INK: Final = 0xE3E3E0
_DARK_PAPER: Final = 0x1C1C1E
# An image over most of the page is the scan itself: it must turn dark with the rest.
_PHOTO_SHARE: Final = 0.7
_PHOTO_SIDE: Final = 24.0
_SAMPLES: Final = 8


class _Drawing:
    """A page ready to be drawn."""

    def __init__(self, page: Native) -> None:
        self._page = page
        self.display_list: Native = page.get_displaylist(annots=True)

    @cached_property
    def photos(self) -> tuple[Box, ...]:
        """Where its photographs are, in view space; asked for dark pages only."""
        return _photos(self._page)


class Pictures:
    """Draws pages; keeps the display lists of the last forty (`reader.md` §2a)."""

    def __init__(self) -> None:
        self._drawings: OrderedDict[tuple[int, int], _Drawing] = OrderedDict()

    def forget(self, handle: int) -> None:
        """Drop what belongs to a document."""
        for key in [key for key in self._drawings if key[0] == handle]:
            del self._drawings[key]

    def _drawing(self, document: OpenedDocument, handle: int, number: int) -> _Drawing:
        drawing = self._drawings.get((handle, number))
        if drawing is None:
            drawing = _Drawing(document.page(number))
            self._drawings[handle, number] = drawing
            if len(self._drawings) > MOST_LISTS:
                self._drawings.popitem(last=False)
        self._drawings.move_to_end((handle, number))
        return drawing

    def draw(self, document: OpenedDocument, request: RenderPage) -> tuple[Pixels, Native]:
        """Draw a page, or a part of it.

        Raises:
            PageDamagedError: the page cannot be drawn.
            TooHeavyError: it needs too much memory.
        """
        number = request.page
        box = document.boxes[number]
        zoom, area = _bearable(
            request.zoom, _area(box.width, box.height, request.zoom, request.clip)
        )
        with translated(number):
            drawing = self._drawing(document, request.handle, number)
            pixmap = drawing.display_list.get_pixmap(
                matrix=pymupdf.Matrix(zoom, zoom),
                colorspace=pymupdf.csRGB,
                alpha=0,
                clip=pymupdf.Rect(*(each / zoom for each in area)),
            )
            if request.dark:
                pixmap = _darkened(pixmap, drawing.photos, zoom)
        header = Pixels(pixmap.x, pixmap.y, pixmap.width, pixmap.height, pixmap.stride, zoom)
        return header, pixmap

    def fingerprint(self, document: OpenedDocument, handle: int, number: int) -> str:
        """Return what recognises a page by its picture."""
        box = document.boxes[number]
        columns, rows = DHASH_COLUMNS * _SAMPLES, DHASH_ROWS * _SAMPLES
        with translated(number):
            drawing = self._drawing(document, handle, number)
            pixmap = drawing.display_list.get_pixmap(
                matrix=pymupdf.Matrix(columns / box.width, rows / box.height),
                colorspace=pymupdf.csGRAY,
                alpha=0,
            )
            pixmap = pymupdf.Pixmap(pixmap, columns, rows) if _differs(pixmap) else pixmap
        return picture_fingerprint(_averaged(pixmap.samples_mv, pixmap.stride))


def _area(width: float, height: float, zoom: float, clip: tuple[int, int, int, int] | None) -> Box:
    """Return the part of the page to draw, in pixels: at least one, within the page."""
    across, down = max(1.0, width * zoom), max(1.0, height * zoom)
    if clip is None:
        return Box(0, 0, across, down)
    x, y, wide, high = clip
    left, top = min(max(0, x), across - 1), min(max(0, y), down - 1)
    return Box(left, top, min(across, max(x + wide, left + 1)), min(down, max(y + high, top + 1)))


def _bearable(zoom: float, area: Box) -> tuple[float, Box]:
    """Lower the zoom until the picture has at most `MOST_PIXELS`."""
    pixels = area.width * area.height
    if pixels <= MOST_PIXELS:
        return zoom, area
    factor = math.sqrt(MOST_PIXELS / pixels)
    return zoom * factor, Box(*(each * factor for each in area))


def _photos(page: Native) -> tuple[Box, ...]:
    whole = page.rect.width * page.rect.height
    found = (Box(*each["bbox"]) for each in text_page(page, IMAGE_FLAGS).extractIMGINFO())
    return tuple(
        box
        for box in found
        if min(box.width, box.height) >= _PHOTO_SIDE
        and box.width * box.height < _PHOTO_SHARE * whole
    )


def _darkened(pixmap: Native, photos: tuple[Box, ...], zoom: float) -> Native:
    """Return the picture for dark surroundings; photographs keep their colours."""
    bright = pymupdf.Pixmap(pixmap, 0) if photos else None
    pixmap.tint_with(_DARK_INK, _DARK_PAPER)
    for photo in photos:
        place = pymupdf.Rect(*(each * zoom for each in photo)).round() & pixmap.irect
        if not place.is_empty:
            pixmap.copy(bright, place)
    return pixmap


def _differs(pixmap: Native) -> bool:
    return (pixmap.width, pixmap.height) != (DHASH_COLUMNS * _SAMPLES, DHASH_ROWS * _SAMPLES)


def _averaged(gray: memoryview, stride: int) -> bytes:
    """Return 16 rows of 17 gray values, each the mean of 8 × 8 samples."""
    cells = bytearray()
    for row in range(DHASH_ROWS):
        lines = [gray[(row * _SAMPLES + line) * stride :] for line in range(_SAMPLES)]
        for column in range(0, DHASH_COLUMNS * _SAMPLES, _SAMPLES):
            total = sum(sum(line[column : column + _SAMPLES]) for line in lines)
            cells.append(total // (_SAMPLES * _SAMPLES))
    return bytes(cells)
