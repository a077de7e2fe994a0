"""Pages: what a document looks like. Render lane; thread-safe; never touches the store.

A thin face of `boardpack.pdf` for the window, which may not import it. A hostile file costs a
page, not the program: its worker process is stopped after a time limit and started anew.
"""

from __future__ import annotations

from boardpack.services.read_models import DocumentHandle


class PageService:
    """Opens sealed documents in the PDF worker and renders their pages."""

    def open(self, handle: DocumentHandle) -> DocumentFacts:
        """Return page boxes, outline and what is known of a document."""
        raise NotImplementedError

    def render(
        self,
        handle: DocumentHandle,
        page: int,
        zoom: float,
        clip: tuple[int, int, int, int] | None = None,
        *,
        dark: bool = False,
    ) -> PageImage:
        """Return the picture of a page, or of a part of it (pixels at `zoom`: x, y, width, height)."""
        raise NotImplementedError

    def words(self, handle: DocumentHandle, page: int) -> tuple[Word, ...]:
        """Return the words of a page with their places, in reading order."""
        raise NotImplementedError

    def find(self, handle: DocumentHandle, query: str) -> tuple[Hit, ...]:
        """Return where `query` stands in the document, accents and case aside."""
        raise NotImplementedError

    def links(self, handle: DocumentHandle, page: int) -> tuple[Link, ...]:
        """Return the links of a page that are safe to follow."""
        raise NotImplementedError

    def thumbnail(self, handle: DocumentHandle, page: int, width: int) -> PageImage:
        """Return a small picture of a page, `width` pixels wide."""
        raise NotImplementedError

    def close(self, handle: DocumentHandle) -> None:
        """Forget a document; an unknown one is no error."""
        raise NotImplementedError
