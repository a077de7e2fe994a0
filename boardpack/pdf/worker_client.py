"""The PDF door, seen from the program: documents opened, drawn, read and searched elsewhere.

Everything happens in a worker process (design D2). A document that hangs, crashes or eats memory
costs its page; the next request finds a new process with the same documents open.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec

from boardpack.annotation.text import Word
from boardpack.pdf import wire
from boardpack.pdf.errors import (
    DamagedPdfError,
    DocumentHungError,
    PageHungError,
    PasswordProtectedError,
    TooHeavyError,
    UnknownDocumentError,
    UnknownPageError,
    WorkerDiedError,
)
from boardpack.pdf.intake import PdfFacts
from boardpack.pdf.supervisor import Supervisor
from boardpack.pdf.values import DocumentFacts, Hit, Link, PageImage, Source

B = TypeVar("B", bound=wire.Batch)

WATCHDOG: Final = 10.0
EXAMINE_LIMIT: Final = 20.0
REWRITE_LIMIT: Final = 120.0
MEMORY_LIMIT: Final = 600 * 1024**2
#: A document that brings the worker down more often is not worth the wait.
_MOST_FAILURES: Final = 3


class PdfWorker:
    """A worker process and the documents open in it. Pages count from 0.

    Any thread may call; calls wait for each other.
    """

    def __init__(self, *, watchdog: float = WATCHDOG, memory_limit: int = MEMORY_LIMIT) -> None:
        """Prepare; nothing starts yet.

        Args:
            watchdog: seconds without progress after which a request counts as hung.
            memory_limit: bytes that the worker may keep before it is replaced.
        """
        self._supervisor = Supervisor(watchdog, memory_limit)
        self._facts: dict[int, DocumentFacts] = {}

    @property
    def pid(self) -> int:
        """The worker's process number; 0 when none runs."""
        return self._supervisor.pid

    def start(self) -> None:
        """Start the process ahead of the first request; return at once."""
        self._supervisor.start()

    def close(self) -> None:
        """End the process and forget every document; it may be used again."""
        self._supervisor.close()
        self._facts.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def open(self, source: Source, password: str = "") -> DocumentFacts:
        """Open a document; its `handle` names it from now on.

        Raises:
            PasswordProtectedError: `password` does not open it.
            NotPdfError, DamagedPdfError, DocumentHungError, TooHeavyError: it cannot be shown.
            WorkerDiedError: the worker ended.
            DamagedSealError, WrongKeyError, UnreadableSealError: the sealed file.
        """
        facts = self._supervisor.open(source, password)
        self._facts[facts.handle] = facts
        return facts

    def close_document(self, handle: int) -> None:
        """Forget a document; an unknown handle is no error."""
        self._facts.pop(handle, None)
        self._supervisor.forget(handle)

    def render(
        self,
        handle: int,
        page: int,
        zoom: float,
        clip: tuple[int, int, int, int] | None = None,
        *,
        dark: bool = False,
    ) -> PageImage:
        """Draw a page.

        Args:
            handle: of the document.
            page: from 0.
            zoom: pixels for one point of the page as shown.
            clip: the part to draw, as x, y, width and height in pixels of the whole page at
                `zoom`; it is cut to the page.
            dark: light text on dark paper; photographs keep their colours.

        Raises:
            PageDamagedError, PageHungError, TooHeavyError: this page cannot be drawn.
            WorkerDiedError: the worker ended.
        """
        self._check(handle, page)
        request = wire.RenderPage(handle, page, zoom, clip, dark)
        pixels, rgb = self._supervisor.ask_pixels(request)
        return PageImage(
            page=page,
            x=pixels.x,
            y=pixels.y,
            width=pixels.width,
            height=pixels.height,
            stride=pixels.stride,
            zoom=pixels.zoom,
            rgb=rgb,
        )

    def thumbnail(self, handle: int, page: int, width: int, *, dark: bool = False) -> PageImage:
        """Draw a page `width` pixels wide."""
        box = self._check(handle, page).page_boxes[page]
        return self.render(handle, page, width / box.width, dark=dark)

    def words(self, handle: int, page: int) -> list[Word]:
        """Return the words of a page in reading order; their boxes are in PDF user space."""
        self._check(handle, page)
        return self._supervisor.ask(wire.ReadWords(handle, page), list[Word])

    def page_text(self, handle: int, page: int) -> str:
        """Return the text of a page; words cut at the end of a line are joined."""
        self._check(handle, page)
        return self._supervisor.ask(wire.ReadText(handle, page), str)

    def has_text(self, handle: int, page: int) -> bool:
        """Tell whether a page has a word, or is a picture only."""
        return bool(self.words(handle, page))

    def fingerprint(self, handle: int, page: int) -> str:
        """Return what recognises a page in another version; see `Anchor.page_fingerprint`."""
        self._check(handle, page)
        return self._supervisor.ask(wire.FingerprintPage(handle, page), str)

    def links(self, handle: int, page: int) -> list[Link]:
        """Return the links of a page that lead to the web, to mail or within the document."""
        self._check(handle, page)
        return self._supervisor.ask(wire.ReadLinks(handle, page), list[Link])

    def texts(self, handle: int) -> list[str]:
        """Return the text of every page, for the index; a page that cannot be read has none."""
        request = wire.ReadTexts(handle)
        return [text for part in self._batches(request, wire.Texts) for text in part.texts]

    def find(self, handle: int, query: str, limit: int = 500) -> Iterator[Hit]:
        """Yield where `query` stands, page after page; stop asking to stop the search.

        Case, accents and hyphenation make no difference, and the last word of the query may be
        the beginning of a word. Other requests are served between two steps.
        """
        left = limit
        for part in self._batches(wire.FindText(handle, query=query, limit=limit), wire.Hits):
            yield from part.hits[:left]
            left -= len(part.hits)
            if left <= 0:
                return

    def _batches(self, request: wire.ReadTexts | wire.FindText, kind: type[B]) -> Iterator[B]:
        """Ask for pages in batches until the document ends; leave out pages that hang."""
        handle, first, failures = request.handle, 0, 0
        pages = self._document(handle).pages
        while first < pages:
            skip = self._supervisor.hung_pages(handle, request.work)
            try:
                part = self._supervisor.ask(
                    msgspec.structs.replace(request, first=first, skip=skip), kind
                )
            except UnknownDocumentError:
                # Another thread closed the document: nobody waits for the rest.
                return
            except (PageHungError, WorkerDiedError):
                failures += 1
                if failures > _MOST_FAILURES:
                    raise
                continue
            # A worker that does not advance would keep us here for ever.
            first = max(first + 1, part.following)
            yield part

    def examine(self, path: Path) -> PdfFacts:
        """Find out what a secretariat must know of a file; see `PdfFacts.problem`.

        Raises:
            UnreadableFileError: the disk does not give it.
            WorkerDiedError: the worker ended while it only read the file.
        """
        name = os.fsencode(path.absolute())
        file = self._supervisor.ask(wire.DigestFile(name), wire.Digested)
        facts = PdfFacts(media_type=file.media_type, size=file.size, sha256=file.sha256)
        return self._inspected(name, facts) if facts.is_pdf else facts

    def _inspected(self, name: bytes, facts: PdfFacts) -> PdfFacts:
        end = time.monotonic() + EXAMINE_LIMIT
        skip: list[int] = []
        while True:
            request = wire.InspectPdf(name, tuple(skip))
            try:
                found = self._supervisor.ask(request, wire.Inspected, end - time.monotonic())
            except PageHungError as error:
                # Look at the others; this one counts as damaged.
                skip.append(int(error.parameters["page"]) - 1)
            except PasswordProtectedError as error:
                return replace(facts, problem=error.code, encrypted=True)
            except (DamagedPdfError, DocumentHungError, TooHeavyError, WorkerDiedError) as error:
                return replace(facts, problem=error.code, damaged=True)
            else:
                return replace(facts, **msgspec.structs.asdict(found))
            if time.monotonic() > end:
                return replace(facts, problem=DocumentHungError.code, damaged=True)

    def normalised(self, path: Path, sha256: str = "") -> bytes:
        """Return an unsigned PDF written anew, so that it can be signed; the file stays as it is.

        For files of two cross-reference tables, which Word saves (pades.md §0.10). Every page was
        compared: same boxes, same words, same picture. The same file always gives the same bytes.

        Args:
            path: of the file.
            sha256: the digest that the file must still have; any when empty.

        Raises:
            UnreadableFileError: the disk does not give it, or it has another digest.
            PasswordProtectedError: it is encrypted, whether a password is needed or not.
            NotRewritableError: it is signed, or would not be the same afterwards.
            NotPdfError, DamagedPdfError, PageDamagedError, TooHeavyError: it cannot be read.
            DocumentHungError, PageHungError: it takes for ever.
            WorkerDiedError: the worker ended.
        """
        request = wire.RewritePdf(os.fsencode(path.absolute()), sha256)
        return self._supervisor.ask_bytes(request, REWRITE_LIMIT)

    def _document(self, handle: int) -> DocumentFacts:
        facts = self._facts.get(handle)
        if facts is None:
            raise UnknownDocumentError
        return facts

    def _check(self, handle: int, page: int) -> DocumentFacts:
        facts = self._document(handle)
        if not 0 <= page < facts.pages:
            raise UnknownPageError
        return facts
