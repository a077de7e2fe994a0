"""Find in the document: results with their sentence, next and previous, mark what was found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from boardpack.annotation.text import tokens
from boardpack.messages import _, ngettext
from boardpack.services.pages import Hit
from ui.models.rows import Row
from ui.reader.panel_list import PanelList
from ui.theme import look
from ui.widgets.buttons import button, tool
from ui.widgets.fields import SearchField
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label
from ui.widgets.row_shape import MARK_END, MARK_START


def marked(snippet: str, wanted: Sequence[str]) -> str:
    """Return `snippet` with the words that begin like a folded word of `wanted` marked."""
    words = [
        f"{MARK_START}{word}{MARK_END}"
        if any(token.startswith(each) for token in tokens(word) for each in wanted)
        else word
        for word in snippet.split(" ")
    ]
    return " ".join(words)


def hit_rows(query: str, hits: Sequence[Hit]) -> tuple[Row, ...]:
    """Return one row a place. Many take long: for a worker, not for the window."""
    wanted = tokens(query)
    return tuple(
        Row(
            key=number,
            title=_("Page {page}").format(page=hit.page + 1),
            quote=marked(hit.snippet, wanted),
        )
        for number, hit in enumerate(hits)
    )


class FindPanel(QWidget):
    """Shows results; the screen does the searching."""

    asked = Signal(str)
    current_changed = Signal(int)
    """The result at this place in the list is looked at."""
    highlight_asked = Signal()
    note_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show an empty field."""
        super().__init__(parent)
        self.field = SearchField(_("Find in this document"))
        self.list = PanelList(_("Results"))
        self._count = label("", "small")
        self._previous = tool(_("Previous result (Shift+F3)"), "chevron-up", self.go_back)
        self._next = tool(_("Next result (F3)"), "chevron-down", self.go_on)
        self._highlight = button(
            _("Highlight this passage"), self.highlight_asked.emit, kind="quiet", icon="marker"
        )
        self._note = button(
            _("Add a note here"), self.note_asked.emit, kind="quiet", icon="note-plus-outline"
        )
        self._allowed = True
        self._lay_out()
        self.field.searched.connect(self._on_searched)
        self.list.chosen.connect(self._on_chosen)
        self.show_rows("", ())

    def allow(self, *, allowed: bool) -> None:
        """Offer to mark what was found, or not."""
        self._allowed = allowed
        self._dress()

    def show_busy(self) -> None:
        """Say that the search is under way."""
        self._count.setText(_("Searching…"))

    def show_rows(self, query: str, rows: Sequence[Row]) -> None:
        """Show the results of `query`; the first one is looked at."""
        self.list.set_rows(rows)
        self._dress()
        if not query:
            self._count.setText("")
        elif not rows:
            self._count.setText(_("Nothing found for « {query} »").format(query=query))
        else:
            self.look_at(0)

    def look_at(self, number: int) -> None:
        """Look at one result."""
        count = len(self.list.rows)
        if not count:
            return
        number %= count
        self.list.select_key(number)
        found = ngettext("{number} of {count} result", "{number} of {count} results", count)
        self._count.setText(found.format(number=number + 1, count=count))
        self._dress()
        self.current_changed.emit(number)

    def go_on(self) -> None:
        """Look at the next result; after the last one comes the first."""
        self.look_at(self._number() + 1)

    def go_back(self) -> None:
        """Look at the result before."""
        self.look_at(self._number() - 1)

    def _number(self) -> int:
        row = self.list.current
        return row.key if row is not None and isinstance(row.key, int) else -1

    def _on_searched(self, query: str) -> None:
        self.asked.emit(query)

    def _on_chosen(self, key: object) -> None:
        if isinstance(key, int):
            self.look_at(key)

    def _dress(self) -> None:
        found = bool(self.list.rows)
        self._previous.setEnabled(found)
        self._next.setEnabled(found)
        self._highlight.setVisible(found and self._allowed)
        self._note.setVisible(found and self._allowed)
        self.list.setVisible(found)

    def _lay_out(self) -> None:
        space = look().metrics
        steps = QHBoxLayout()
        steps.setSpacing(space.half)
        steps.addWidget(self._count, 1)
        steps.addWidget(self._previous)
        steps.addWidget(self._next)
        head = QVBoxLayout()
        head.setContentsMargins(space.two, 0, space.one, 0)
        head.setSpacing(0)
        head.addWidget(self.field)
        head.addLayout(steps)
        foot = FlowLayout()
        foot.setContentsMargins(space.one, 0, space.one, 0)
        foot.addWidget(self._highlight)
        foot.addWidget(self._note)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, space.one, 0, space.one)
        outer.setSpacing(space.half)
        outer.addLayout(head)
        outer.addWidget(self.list, 1)
        outer.addLayout(foot)
        outer.addStretch(0)
        self.setFocusProxy(self.field)
        self.field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
