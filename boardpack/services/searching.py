"""Searching: over every document here, without accents or case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from boardpack.annotation.text import fold
from boardpack.domain.dossier import PDF, Document, DocumentVersion, Dossier
from boardpack.domain.errors import ActionableError, SurroundingsError
from boardpack.pdf.values import SealedSource
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.context import Context
from boardpack.services.errors import SearchEmptyError
from boardpack.services.library import Library, reading_order
from boardpack.services.read_models import SearchHit, SearchResult
from boardpack.store.blobs import SealedFile
from boardpack.store.index import PageHit, open_index, words_of

#: Called with documents done, documents in all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Found:
    dossier: Dossier
    document: Document
    version: DocumentVersion


class SearchingService:
    """Searches titles and page texts; the index is disposable and built in the background."""

    def __init__(self, context: Context, worker: PdfWorker) -> None:
        """Work on this profile.

        Args:
            context: the profile.
            worker: reads texts for the index; one of its own, so that no page waits for it.
        """
        self._context = context
        self._worker = worker

    def search(self, query: str, *, limit: int = 50, sitting_id: str | None = None) -> SearchResult:
        """Return titles, then pages, that hold every word; store lane.

        Args:
            query: words in any order; the last may be the beginning of one.
            limit: at most so many hits.
            sitting_id: only of that sitting.

        Raises:
            SearchEmptyError: the query has no letter or digit.
        """
        words = words_of(query)
        if not words:
            raise SearchEmptyError
        library = Library(self._context)
        places = _places(library, sitting_id)
        with open_index(self._context.store) as index:
            known = index.known()
            # More than asked for: pages of other sittings are left out afterwards.
            pages = index.find(query, limit + 1 if sitting_id is None else 20 * limit)
        hits = list(islice(_hits(library, places, words, pages), limit + 1))
        here = [each.version for found in places.values() for each in found]
        pdfs = [each for each in here if _is_readable(library, each)]
        return SearchResult(
            hits=tuple(hits[:limit]),
            scans=sum(each.pages_without_text > 0 for each in pdfs),
            unindexed=sum(each.sha256 not in known for each in pdfs),
            more=len(hits) > limit,
        )

    def index_pending(
        self, progress: Progress | None = None, stop: Callable[[], bool] | None = None
    ) -> int:
        """Read what is not in the index yet; return how many documents. Network lane.

        Args:
            progress: called before each document, then once when all is done.
            stop: asked before each document; True ends the work.
        """
        in_store = self._context.in_store
        waiting = in_store(self._waiting)
        done = 0
        for done, sha256 in enumerate(waiting):
            if stop is not None and stop():
                return done
            if progress is not None:
                progress(done, len(waiting))
            self._index(sha256)
        if progress is not None:
            progress(len(waiting), len(waiting))
        return len(waiting)

    def _waiting(self) -> tuple[str, ...]:
        """Return what to read, coming sittings first; forget what is in force no longer."""
        library = Library(self._context)
        rows = sorted(library.rows(), key=lambda row: (row.past, row.starts_at))
        order = (
            _version_here(library, document)
            for row in rows
            for document in reading_order(library.dossier(row.sitting_id))
        )
        wanted = dict.fromkeys(each.sha256 for each in order if _is_readable(library, each))
        with open_index(self._context.store) as index:
            index.keep_only(wanted)
            known = index.known()
        return tuple(sha256 for sha256 in wanted if sha256 not in known)

    def _index(self, sha256: str) -> None:
        in_store = self._context.in_store
        if not in_store(lambda: self._context.blobs.has(sha256)):
            return
        texts = self._texts(in_store(lambda: self._context.blobs.source(sha256)))
        if texts is not None:
            in_store(lambda: self._put(sha256, texts))

    def _put(self, sha256: str, texts: tuple[str, ...]) -> None:
        with open_index(self._context.store) as index:
            index.put(sha256, texts)

    def _texts(self, source: SealedFile) -> tuple[str, ...] | None:
        """Return a text for each page; none for a document that will never give any."""
        try:
            facts = self._worker.open(SealedSource(source.path, source.key))
        except ActionableError:
            # Protected, or damaged: the reader says so when the person opens it.
            return ()
        except SurroundingsError:
            return None
        try:
            return tuple(self._worker.texts(facts.handle))
        except ActionableError:
            return ()
        except SurroundingsError:
            return None
        finally:
            self._worker.close_document(facts.handle)


def _version_here(library: Library, document: Document) -> DocumentVersion:
    """Return the newest version whose bytes are here; the one in force when none is."""
    here = (each for each in reversed(document.versions) if each.sha256 in library.available)
    return next(here, document.current)


def _is_readable(library: Library, version: DocumentVersion) -> bool:
    return version.media_type == PDF and version.sha256 in library.available


def _places(library: Library, sitting_id: str | None) -> dict[str, list[_Found]]:
    """Return where each version stands: the same bytes may stand in two dossiers."""
    places: dict[str, list[_Found]] = {}
    for each in library.dossiers.values():
        dossier = each.dossier
        if dossier.assembly_id in library.locks:
            # A snippet is a piece of a document that is closed.
            continue
        if sitting_id in (None, dossier.sitting_id):
            for document in reading_order(dossier):
                found = _Found(dossier, document, _version_here(library, document))
                places.setdefault(found.version.sha256, []).append(found)
    return places


def _hits(
    library: Library,
    places: dict[str, list[_Found]],
    words: list[str],
    pages: tuple[PageHit, ...],
) -> Iterator[SearchHit]:
    titled = (each for found in places.values() for each in found)
    for each in sorted(titled, key=lambda each: each.dossier.starts_at, reverse=True):
        if _has_words(_item_title(each), each.document.title, words):
            yield _hit(library, each, -1, each.document.title)
    for page in pages:
        for each in places.get(page.sha256, ()):
            yield _hit(library, each, page.page, page.snippet)


def _has_words(item_title: str, title: str, words: list[str]) -> bool:
    there = words_of(f"{item_title} {title}")
    whole, last = words[:-1], fold(words[-1])
    return all(word in there for word in whole) and any(word.startswith(last) for word in there)


def _item_title(each: _Found) -> str:
    items = each.dossier.items
    return next((item.title for item in items if item.item_id == each.document.item_id), "")


def _hit(library: Library, each: _Found, page: int, snippet: str) -> SearchHit:
    dossier, document = each.dossier, each.document
    number = next((i.number for i in dossier.items if i.item_id == document.item_id), 0)
    return SearchHit(
        document_id=document.document_id,
        sha256=each.version.sha256,
        sitting_id=dossier.sitting_id,
        sitting_title=dossier.title,
        sitting_starts_at=library.local(dossier.starts_at, dossier.assembly_id),
        assembly=library.badge(dossier.assembly_id),
        item_number=number,
        document_title=document.title,
        page=page,
        snippet=snippet,
        is_current=each.version == document.current,
    )
