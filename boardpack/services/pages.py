"""Pages: what a document looks like. Render lane; thread-safe; never touches the store.

A thin face of `boardpack.pdf` for the window, which may not import it. A hostile file costs a
page, not the program: its worker process is stopped after a time limit and started anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from boardpack.annotation.geometry import PageBox
from boardpack.annotation.text import Word
from boardpack.pdf.values import (
    DocumentFacts,
    Hit,
    Link,
    OutlineEntry,
    PageImage,
    SealedSource,
)
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.read_models import DocumentHandle

__all__ = [
    "DocumentFacts",
    "DocumentHandle",
    "Hit",
    "Link",
    "OutlineEntry",
    "PageBox",
    "PageImage",
    "PageService",
    "Word",
]


@dataclass
class _Opened:
    facts: DocumentFacts
    users: int


class PageService:
    """Opens sealed documents in the PDF worker and renders their pages. Pages count from 0."""

    def __init__(self, worker: PdfWorker) -> None:
        """Ask `worker`, which starts by itself when it is first needed."""
        self._worker = worker
        self._opened: dict[str, _Opened] = {}
        self._lock = Lock()

    def open(self, handle: DocumentHandle) -> DocumentFacts:
        """Return page boxes, outline and what is known of a document.

        Each `open` wants its own `close`; a document stays open until the last.

        Raises:
            PasswordProtectedError, NotPdfError, DamagedPdfError, DocumentHungError, TooHeavyError:
                it cannot be shown.
            WorkerDiedError: trying again may help.
        """
        with self._lock:
            opened = self._open(handle)
            opened.users += 1
            return opened.facts

    def _open(self, handle: DocumentHandle) -> _Opened:
        opened = self._opened.get(handle.sha256)
        if opened is None:
            facts = self._worker.open(SealedSource(handle.path, handle.key))
            opened = self._opened[handle.sha256] = _Opened(facts, 0)
        return opened

    def _number(self, handle: DocumentHandle) -> int:
        with self._lock:
            return self._open(handle).facts.handle

    def render(
        self,
        handle: DocumentHandle,
        page: int,
        zoom: float,
        clip: tuple[int, int, int, int] | None = None,
        *,
        dark: bool = False,
    ) -> PageImage:
        """Return the picture of a page, or of a part of it.

        Args:
            handle: the document.
            page: from 0.
            zoom: pixels for one point of the page as shown.
            clip: the part: x, y, width and height in pixels of the whole page at `zoom`.
            dark: light text on dark paper.

        Raises:
            PageDamagedError, PageHungError, TooHeavyError: this page cannot be drawn.
            WorkerDiedError: trying again may help.
        """
        return self._worker.render(self._number(handle), page, zoom, clip, dark=dark)

    def thumbnail(
        self, handle: DocumentHandle, page: int, width: int, *, dark: bool = False
    ) -> PageImage:
        """Return a small picture of a page, `width` pixels wide."""
        return self._worker.thumbnail(self._number(handle), page, width, dark=dark)

    def words(self, handle: DocumentHandle, page: int) -> tuple[Word, ...]:
        """Return the words of a page with their places in PDF user space, in reading order."""
        return tuple(self._worker.words(self._number(handle), page))

    def fingerprint(self, handle: DocumentHandle, page: int) -> str:
        """Return what recognises a page in another version (`Anchor.page_fingerprint`)."""
        return self._worker.fingerprint(self._number(handle), page)

    def links(self, handle: DocumentHandle, page: int) -> tuple[Link, ...]:
        """Return the links of a page that are safe to follow."""
        return tuple(self._worker.links(self._number(handle), page))

    def find(
        self,
        handle: DocumentHandle,
        query: str,
        *,
        limit: int = 500,
        found: Callable[[Hit], bool] | None = None,
    ) -> tuple[Hit, ...]:
        """Return where `query` stands in the document, accents and case aside.

        Long documents take seconds: call it on the network lane; pages are drawn meanwhile.

        Args:
            handle: the document.
            query: words that follow each other; the last may be the beginning of one.
            limit: stop after so many.
            found: called with each hit as it comes; False stops the search.
        """
        hits: list[Hit] = []
        for hit in self._worker.find(self._number(handle), query, limit):
            hits.append(hit)
            if found is not None and not found(hit):
                break
        return tuple(hits)

    def close(self, handle: DocumentHandle) -> None:
        """Forget a document; an unknown one is no error."""
        with self._lock:
            opened = self._opened.get(handle.sha256)
            if opened is None:
                return
            opened.users -= 1
            if opened.users <= 0:
                del self._opened[handle.sha256]
                self._worker.close_document(opened.facts.handle)
