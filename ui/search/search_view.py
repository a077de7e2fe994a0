"""`Recherche`: one field, results grouped by sitting."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import SearchResult
from ui.background import Background, Task
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SearchRoute
from ui.screen import Screen
from ui.search import search_rows
from ui.staged import InTurns
from ui.theme import look
from ui.widgets.empty import EmptyState
from ui.widgets.fields import SearchField
from ui.widgets.labels import label
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


class SearchView(Screen):
    """Searches while one types; only the last question is answered."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._task: Task | None = None
        self._building: InTurns | None = None
        self._asked = ""
        self._field = SearchField(_("Search in all sittings"))
        self._field.searched.connect(self._search)
        self._error = ErrorPanel()
        self._remarks = label("", "small")
        self._remarks.setVisible(False)
        self._empty = EmptyState("text-search", "")
        self._results = QVBoxLayout()
        self._results.setSpacing(look().metrics.three)
        self._page = Page(_("Search"))
        for each in (self._field, self._error, self._remarks, self._empty):
            self._page.body.addWidget(each)
        self._page.body.addLayout(self._results)
        self._page.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)
        self._invite()

    def title(self) -> str:
        """Return the name of this place."""
        return _("Search")

    def open_route(self, route: Route) -> None:
        """Start with the words that another place gave."""
        if isinstance(route, SearchRoute) and route.query:
            self._field.setText(route.query)
            self._search(route.query)

    def opened(self) -> None:
        """Let the person type at once."""
        self._field.setFocus()

    def refresh(self, changes: Changes) -> None:
        """Search again when documents came."""
        if self._asked and (changes.documents or changes.everything):
            self._search(self._asked)

    def closing(self) -> None:
        """Forget the question under way."""
        if self._task is not None:
            self._task.cancel()

    def panes(self) -> Sequence[QWidget]:
        """Go round the field and the results."""
        return [self._field, *(section.list for section in self._sections())]

    def search_field(self) -> QWidget:
        """Return the field."""
        return self._field

    def _sections(self) -> list[ListSection]:
        items = (self._results.itemAt(place) for place in range(self._results.count()))
        found = (item.widget() for item in items if item is not None)
        return [section for section in found if isinstance(section, ListSection)]

    def _search(self, words: str) -> None:
        self.closing()
        self._asked = words
        self._error.clear()
        if not words:
            self._show(SearchResult((), 0, 0, more=False))
            self._invite()
            return
        if isinstance(self.navigator.route, SearchRoute):
            self.navigator.here(SearchRoute(words))
        self._task = self.run(
            lambda: self.session.together.search(words), self._show, self._error.show_error
        )

    def _invite(self) -> None:
        self._empty.say(
            _("Search in all your sittings"),
            _("In titles and in the text of every document on this device, accents or not."),
        )
        self._empty.setVisible(True)

    def _show(self, result: SearchResult) -> None:
        if self._building is not None:
            self._building.stop()
            self._building.deleteLater()
        for section in self._sections():
            self._results.removeWidget(section)
            section.deleteLater()
        steps = (partial(self._add, group) for group in search_rows.groups(result))
        self._building = InTurns(steps, self)
        said = search_rows.remarks(result) if self._asked else ""
        self._remarks.setText(said)
        self._remarks.setVisible(bool(said))
        self._empty.setVisible(not result.hits)
        if not result.hits:
            self._empty.say(
                _("Nothing found for “{words}”").format(words=self._asked),
                _("Try fewer words, or another form of the word."),
            )

    def _add(self, group: search_rows.Group) -> None:
        section = ListSection(group.heading)
        section.chosen.connect(self._go)
        self._results.addWidget(section)
        section.set_rows(group.rows)

    def _go(self, route: Route) -> None:
        self.navigator.open(route)
