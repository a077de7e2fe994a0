"""Files that no word processor makes: a scan, a spreadsheet, a damaged PDF."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from random import Random
from typing import Final
from xml.sax.saxutils import escape

import pymupdf
from dossier_maker.pen import Pen, smooth

_DPI: Final = 120
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_SPREADSHEET: Final = "application/vnd.oasis.opendocument.spreadsheet"


def scan(letter: pymupdf.Document, seed: int = 3) -> pymupdf.Document:
    """Return the letter as an office scanner sees it: images only, askew, with dust."""
    random = Random(seed)  # noqa: S311 - dust, not a secret
    scanned = pymupdf.open()
    for page in letter:
        turned = pymupdf.Matrix(_DPI / 72, _DPI / 72).prerotate(random.uniform(-1.1, 1.1))
        picture = page.get_pixmap(matrix=turned, colorspace=pymupdf.csGRAY)
        image = _aged(picture, random)
        new = scanned.new_page(width=page.rect.width, height=page.rect.height)
        new.insert_image(
            new.rect, stream=image.tobytes("jpeg", jpg_quality=48), keep_proportion=False
        )
    return scanned


@cache
def _faded(quarters: int) -> bytes:
    """Return a table from clean greys to those of paper at `quarters` / 4."""
    return bytes(int(58 + value * (quarters / 4 - 58) / 255) for value in range(256))


def _aged(picture: pymupdf.Pixmap, random: Random) -> pymupdf.Pixmap:
    width, height = picture.width, picture.height
    grey = bytearray(picture.samples)
    for row in range(height):  # the lamp is uneven: paper from 238 to 248, ink never black
        paper = 243 + 5 * (row / height) + random.uniform(-0.8, 0.8)
        table = _faded(round(paper * 4))
        grey[row * width : (row + 1) * width] = grey[row * width : (row + 1) * width].translate(
            table
        )
    for _ in range(width * height // 90):
        at = random.randrange(width * height)
        grey[at] = max(0, grey[at] - random.randrange(8, 70))
    for column in random.sample(range(width), 2):  # two scratches on the glass
        for row in range(height):
            grey[row * width + column] = min(255, grey[row * width + column] + 9)
    return pymupdf.Pixmap(pymupdf.csGRAY, width, height, bytes(grey), 0)


def sign_by_hand(page: pymupdf.Page, at: tuple[float, float], seed: int) -> None:
    """Scribble a signature in blue ink."""
    random = Random(seed)  # noqa: S311 - a scribble
    pen = Pen(page)
    points = [
        (at[0] + step * 7 + random.uniform(-5, 5), at[1] + random.uniform(-16, 12))
        for step in range(13)
    ]
    pen.path(smooth(points, 12), "#26348B", 1.3)
    pen.path([(at[0] - 4, at[1] + 14), (at[0] + 92, at[1] + 6)], "#26348B", 1.1)
    pen.finish()


def spreadsheet(rows: list[list[str]], title: str) -> bytes:
    """Return an OpenDocument spreadsheet of one sheet; cells that are numbers become numbers."""
    lines = "".join(
        f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">'
        f'<office:body><office:spreadsheet><table:table table:name="{escape(title)}">{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        ' manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_SPREADSHEET}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, text in (
            ("mimetype", _SPREADSHEET),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ):
            packed.writestr(zipfile.ZipInfo(name, _EARLIEST), text)
    return target.getvalue()


def _cell(value: str) -> str:
    plain = "".join(sign for sign in value if sign not in " \u202f\u00a0€").replace(",", ".")
    text = f"<text:p>{escape(value)}</text:p>"
    if plain.replace(".", "", 1).removeprefix("-").isdigit():
        return (
            f'<table:table-cell office:value-type="float" office:value="{plain}">{text}'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def damaged(whole: bytes) -> bytes:
    """Return a PDF as a broken transfer leaves it: a header, then nothing that can be mended."""
    return whole[:16] + bytes(len(whole) // 3)
