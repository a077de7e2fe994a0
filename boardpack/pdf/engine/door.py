"""PyMuPDF, made quiet, with its exceptions turned into ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import pymupdf as untyped

from boardpack.domain.errors import BoardpackError
from boardpack.pdf.errors import DamagedPdfError, PageDamagedError, TooHeavyError

# PyMuPDF claims to have types and has few: all of it is `Any`, here and once.
pymupdf: Final[Any] = untyped
mupdf: Final[Any] = untyped.mupdf
Native: TypeAlias = Any
"""An object of PyMuPDF."""

#: What PyMuPDF raises about a file. Anything else is a defect of ours, and is reported as one.
ENGINE_ERRORS: Final = (mupdf.FzErrorBase, RuntimeError, ValueError, AssertionError)
_MEMORY_ERRORS: Final = (mupdf.FzErrorLimit, mupdf.FzErrorSystem, MemoryError)

# Ligatures are spelled out, as people search and quote them.
WORD_FLAGS: Final = int(pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES)
IMAGE_FLAGS: Final = int(pymupdf.TEXT_PRESERVE_IMAGES)


def quieten() -> None:
    """Keep MuPDF's messages, which quote documents, off every stream."""
    pymupdf.TOOLS.mupdf_display_errors(on=False)
    pymupdf.TOOLS.mupdf_display_warnings(on=False)


def complaints() -> int:
    """Return how many messages MuPDF had since the last call; what they say is dropped."""
    return len(str(pymupdf.TOOLS.mupdf_warnings(reset=True)).splitlines())


@contextmanager
def translated(page: int | None = None) -> Iterator[None]:
    """Raise our errors for PyMuPDF's: about page `page` (from 0), or about the document."""
    try:
        yield
    except BoardpackError:
        raise
    except _MEMORY_ERRORS as error:
        raise TooHeavyError from error
    except ENGINE_ERRORS as error:
        if page is None:
            raise DamagedPdfError from error
        raise PageDamagedError(page=page + 1) from error


def text_page(page: Native, flags: int) -> Native:
    """Return the structured text of a page, in view space.

    Not `page.get_textpage`: that turns rotated pages upright and back, which changes the document.
    """
    options = mupdf.FzStextOptions(flags)
    return pymupdf.TextPage(mupdf.FzStextPage(page.this, options))
