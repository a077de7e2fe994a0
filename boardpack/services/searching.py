"""Searching: over every document here, without accents or case."""

from __future__ import annotations

from collections.abc import Callable

from boardpack.services.context import Context
from boardpack.services.read_models import SearchResult

#: Called with documents done, documents in all.
Progress = Callable[[int, int], None]


class SearchingService:
    """Searches titles and page texts; the index is disposable and built in the background."""

    def search(self, query: str, *, limit: int = 50, sitting_id: str | None = None) -> SearchResult:
        """Return pages and titles that hold every word. Store lane."""
        raise NotImplementedError

    def index_pending(
        self, progress: Progress | None = None, stop: Callable[[], bool] | None = None
    ) -> int:
        """Read what is not in the index yet; return how many documents. Network lane."""
        raise NotImplementedError
