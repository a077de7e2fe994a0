"""Find in the document: asks, shows the places on the pages, and marks what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from PySide6.QtCore import QObject

from boardpack.annotation.note import Quad, WordRange
from boardpack.services.pages import Hit, PageService
from boardpack.services.read_models import DocumentHandle
from ui.background import Background, Lane, Task
from ui.models.rows import Row
from ui.reader.find_panel import FindPanel, hit_rows
from ui.reader.page_text import PageText
from ui.reader.toolbox import Toolbox


class Finder(QObject):
    """Joins the panel, the pages and the worker."""

    def __init__(
        self, panel: FindPanel, tools: Toolbox, pages: PageService, background: Background
    ) -> None:
        """Search by `pages`, on the network lane: pages are drawn meanwhile."""
        super().__init__(panel)
        self.panel = panel
        self._tools = tools
        self._view = tools.view
        self._pages = pages
        self._background = background
        self._handle: DocumentHandle | None = None
        self._task: Task | None = None
        self._query = ""
        self._hits: tuple[Hit, ...] = ()
        self._number = -1
        panel.asked.connect(self.find)
        panel.current_changed.connect(self._look_at)
        panel.highlight_asked.connect(lambda: self._with_words(self._highlight))
        panel.note_asked.connect(lambda: self._with_words(self._note))

    def begin(self, handle: DocumentHandle | None) -> None:
        """Search another document from now on; what was asked is asked again of it."""
        self._handle = handle
        query, self._query = self._query, ""
        self._show("", (), ())
        if query:
            self.find(query)

    def clear(self) -> None:
        """Take the marks off the pages."""
        self._query = ""
        self._show("", (), ())

    def find(self, query: str) -> None:
        """Look for `query`; the same one again goes on to the next place."""
        if query == self._query:
            if self._hits:
                self.panel.go_on()
            return
        self._query = query
        if self._task is not None:
            self._task.cancel()
        handle = self._handle
        if not query or handle is None:
            self._show("", (), ())
            return
        self.panel.show_busy()
        self._task = self._background.run(
            lambda: self._search(handle, query),
            success=lambda found: self._show(query, *found),
            failure=lambda _error: self._show(query, (), ()),
            lane=Lane.NETWORK,
            owner=self,
        )

    def _search(
        self, handle: DocumentHandle, query: str
    ) -> tuple[tuple[Hit, ...], tuple[Row, ...]]:
        hits = self._pages.find(handle, query, found=lambda _hit: query == self._query)
        return hits, hit_rows(query, hits)

    def _show(self, query: str, hits: tuple[Hit, ...], rows: tuple[Row, ...]) -> None:
        self._hits, self._number = hits, -1
        quads: defaultdict[int, tuple[Quad, ...]] = defaultdict(tuple)
        for hit in hits:
            quads[hit.page] += hit.quads
        self._view.painter.layers.hits = dict(quads)
        self._view.painter.layers.hit = None
        self._view.viewport().update()
        self.panel.show_rows(query, rows)

    def _look_at(self, number: int) -> None:
        hit = self._hits[number]
        self._number = number
        self._view.painter.layers.hit = (hit.page, hit.quads)
        self._view.reveal(hit.page, hit.quads)
        self._view.viewport().update()

    def _with_words(self, then: Callable[[], None]) -> None:
        if not 0 <= self._number < len(self._hits):
            return
        hit = self._hits[self._number]

        def arrived(text: PageText) -> None:
            words = words_under(text, hit)
            if words is not None:
                self._tools.select(hit.page, text, words)
                then()

        self._tools.texts.ask(hit.page, arrived)

    def _highlight(self) -> None:
        self._tools.highlight_selection()

    def _note(self) -> None:
        self._tools.draft_note()


def words_under(text: PageText, hit: Hit) -> WordRange | None:
    """Return the words whose middle lies in the quads of a found place."""
    found = []
    for index, word in enumerate(text.words):
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        if any(
            area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1
            for area in (quad.bounds for quad in hit.quads)
        ):
            found.append(index)
    return WordRange(found[0], found[-1] + 1) if found else None
