"""One open document in the worker."""

from __future__ import annotations

from typing import Final

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.note import Box
from boardpack.annotation.text import PageIndex, Word
from boardpack.domain.dossier import PDF
from boardpack.pdf.engine.door import WORD_FLAGS, Native, mupdf, pymupdf, text_page, translated
from boardpack.pdf.errors import DamagedPdfError, NotPdfError, PasswordProtectedError
from boardpack.pdf.intake import HEAD_SIZE, sniff
from boardpack.pdf.values import DocumentFacts, OutlineEntry

_A4: Final = Box(0, 0, 595, 842)


class OpenedDocument:
    """A document in memory, with the words of the pages that were read so far."""

    def __init__(self, data: memoryview | bytes, password: str = "") -> None:
        """Open the bytes of a document.

        Raises:
            NotPdfError: something else.
            PasswordProtectedError: `password` does not open it.
            DamagedPdfError: it cannot be opened, or has no page.
            TooHeavyError: it needs too much memory.
        """
        if sniff(bytes(data[:HEAD_SIZE]), "") != PDF:
            raise NotPdfError
        with translated():
            self.pdf: Native = pymupdf.open(stream=data, filetype="pdf")
            self.needs_password = unlock(self.pdf, password)
            self.pages = int(self.pdf.page_count)
            self.boxes = boxes(self.pdf)
        self._words: dict[int, list[Word]] = {}
        self._indexes: dict[int, PageIndex] = {}

    def facts(self, handle: int) -> DocumentFacts:
        """Return what the program is told about it."""
        return DocumentFacts(
            handle=handle,
            pages=self.pages,
            page_boxes=self.boxes,
            outline=self._outline(),
            needs_password=self.needs_password,
            encrypted=is_encrypted(self.pdf),
            repaired=bool(self.pdf.is_repaired),
        )

    def _outline(self) -> tuple[OutlineEntry, ...]:
        try:
            with translated():
                entries = self.pdf.get_toc(simple=True)
        except DamagedPdfError:
            # A broken table of contents is no reason to refuse the pages.
            return ()
        return tuple(
            OutlineEntry(int(level), str(title).strip(), int(page) - 1 if page > 0 else -1)
            for level, title, page in entries
        )

    def page(self, number: int) -> Native:
        """Return a page of PyMuPDF; keep it while you use what it made."""
        return self.pdf.load_page(number)

    def words(self, number: int) -> list[Word]:
        """Return the words of a page, in PDF user space.

        Raises:
            PageDamagedError: they cannot be read.
        """
        if number not in self._words:
            with translated(number):
                page = self.page(number)
                rows = text_page(page, WORD_FLAGS).extractWORDS()
            self._words[number] = [_word(row, self.boxes[number]) for row in rows]
        return self._words[number]

    def index(self, number: int) -> PageIndex:
        """Return the words of a page, ready to be searched.

        Raises:
            PageDamagedError: they cannot be read.
        """
        if number not in self._indexes:
            self._indexes[number] = PageIndex(self.words(number))
        return self._indexes[number]

    def close(self) -> None:
        """Give the memory back."""
        self.pdf.close()
        # `get_toc` leaves the document in a cycle, with its bytes, until Python's collector comes.
        self.pdf.stream = None


def _word(row: tuple[Native, ...], box: PageBox) -> Word:
    x0, y0, x1, y1, text, block, line, number = row
    return Word(*box.to_user.box(Box(x0, y0, x1, y1)), text, block, line, number)


def unlock(pdf: Native, password: str) -> bool:
    """Open an encrypted document; return whether `password` was needed.

    Raises:
        PasswordProtectedError: it was, and is wrong.
    """
    if not pdf.needs_pass:
        return False
    if not password or not pdf.authenticate(password):
        raise PasswordProtectedError
    return True


def is_encrypted(pdf: Native) -> bool:
    """Whether the document is encrypted at all: many open with an empty password."""
    return bool((pdf.metadata or {}).get("encryption"))


def boxes(pdf: Native) -> tuple[PageBox, ...]:
    """Return the boxes of every page, A4 for one that cannot be found.

    Raises:
        DamagedPdfError: no page can be found.
    """
    document = mupdf.pdf_document_from_fz_document(pdf.this)
    found = [_box(document, number) for number in range(pdf.page_count)]
    if not any(found):
        raise DamagedPdfError
    return tuple(box or PageBox(_A4, _A4) for box in found)


def _box(document: Native, number: int) -> PageBox | None:
    try:
        page = mupdf.pdf_lookup_page_obj(document, number)
        shown, ignored = mupdf.FzRect(), mupdf.FzMatrix()
        mupdf.pdf_page_obj_transform(page, shown, ignored)
        media = mupdf.pdf_to_rect(mupdf.pdf_dict_gets_inheritable(page, "MediaBox"))
        rotation = mupdf.pdf_to_int(mupdf.pdf_dict_gets_inheritable(page, "Rotate"))
        unit = mupdf.pdf_to_real(mupdf.pdf_dict_gets(page, "UserUnit"))
        crop = Box(shown.x0, shown.y0, shown.x1, shown.y1)
        mediabox = Box(media.x0, media.y0, media.x1, media.y1)
        # MuPDF rounds other angles to a quarter, and takes letter size for a missing box.
        turn = 90 * round(rotation / 90) % 360
        return PageBox(mediabox if mediabox.width > 0 else crop, crop, turn, unit or 1.0)
    except (mupdf.FzErrorBase, ValueError):
        return None
