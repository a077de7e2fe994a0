"""From the worker's bytes to Qt's pictures."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from boardpack.services.pages import PageImage

BAND: Final = 1_000_000
"""Pixels converted in one call: Qt holds Python's lock meanwhile, 3 ms for this many."""


def to_image(picture: PageImage) -> QImage:
    """Return a picture in the format that Qt paints fastest. For the render lane.

    A large one is converted in bands: one call for 16 million pixels would stop the window for
    43 ms.
    """
    width, height = picture.width, picture.height
    raw = QImage(picture.rgb, width, height, picture.stride, QImage.Format.Format_RGB888)
    if width * height <= BAND:
        return raw.convertToFormat(QImage.Format.Format_RGB32)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        painter.drawImage(QPoint(0, top), raw, QRect(0, top, width, rows))
    painter.end()
    return image
