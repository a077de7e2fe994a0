"""Reading the enrolment code from a picture of its QR image."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

from PIL import Image

from boardpack.domain.errors import ActionableError
from boardpack.services.errors import CannotReadError

#: A photograph of a sheet of paper; more pixels are no help and cost memory.
_MOST_PIXELS: Final = 100_000_000


class NoQrReaderError(ActionableError):
    """This installation has no reader of QR images: type the code."""

    code = "account.no_qr_reader"


class NoQrFoundError(ActionableError):
    """The picture shows no QR image that can be read."""

    code = "account.no_qr_found"


def read_qr(path: Path) -> str:
    """Return the text of the first QR image in a picture.

    Raises:
        NoQrReaderError: the reader is not installed (extra `desktop`).
        CannotReadError: no picture.
        NoQrFoundError: no QR image in it.
    """
    try:
        reader = importlib.import_module("zxingcpp")
    except ImportError as error:
        raise NoQrReaderError from error
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NoQrFoundError
            found = reader.read_barcode(picture.convert("L"), formats=reader.BarcodeFormat.QRCode)
    except (OSError, Image.DecompressionBombError, ValueError) as error:
        raise CannotReadError(file=path.name, reason="") from error
    if found is None:
        raise NoQrFoundError
    return str(found.text)
