"""`Séance`: its head, its agenda with the state of each document, and a field to find one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import SittingView
from ui import formats
from ui.background import Background
from ui.errors import ErrorPanel
from ui.navigation import Navigator, Route, SittingRoute
from ui.screen import Screen
from ui.sitting import sitting_rows
from ui.sitting.sitting_head import SittingHead
from ui.widgets.confirm import confirm
from ui.widgets.fields import SearchField
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


class SittingScreen(Screen):
    """One sitting. Every row opens a document where it was left."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._sitting_id = ""
        self._view: SittingView | None = None
        self._error = ErrorPanel()
        self._head = SittingHead()
        self._head.acknowledged.connect(self._ask)
        self._head.asked.connect(self._fetch)
        self._field = SearchField(_("Find an item or a document"))
        self._field.searched.connect(lambda _text: self._fill())
        self._inside = ListSection(_("In the texts"))
        self._agenda = ListSection(_("Agenda"))
        self._others = ListSection(_("Other documents"))
        self._page = Page(_("Sitting"))
        self._page.body.addWidget(self._error)
        for each in (self._head, self._field, *self._lists()):
            self._page.body.addWidget(each)
        for section in self._lists():
            section.chosen.connect(self._go)
        self._page.body.addStretch(1)
        self._page.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def title(self) -> str:
        """Return what is shown: the sitting of which assembly."""
        if self._view is None:
            return _("Sitting")
        row = self._view.row
        return _("Sitting · {assembly}").format(assembly=row.assembly.short_name)

    def open_route(self, route: Route) -> None:
        """Learn which sitting."""
        if isinstance(route, SittingRoute):
            self._sitting_id = route.sitting_id

    def opened(self) -> None:
        """Read again: documents were read, notes written."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Read again when this sitting, its documents or notes changed."""
        mine = self._sitting_id in changes.sittings or bool(changes.documents)
        mine = mine or changes.transfers or changes.awaited
        if mine or changes.notes or changes.outbox or changes.people or changes.everything:
            self._load()

    def panes(self) -> Sequence[QWidget]:
        """Go round the field and the lists."""
        lists = [section.list for section in self._lists() if section.isVisible()]
        return [self._field, *lists]

    def search_field(self) -> QWidget:
        """Return the field that finds documents of this sitting."""
        return self._field

    def _lists(self) -> tuple[ListSection, ...]:
        return (self._inside, self._agenda, self._others)

    def _load(self) -> None:
        sitting_id = self._sitting_id
        self.run(
            lambda: self.session.reading.sitting(sitting_id), self._show, self._error.show_error
        )

    def _show(self, view: SittingView) -> None:
        first = self._view is None
        self._view = view
        self._error.clear()
        self._head.show_row(view.row)
        self._fill()
        self._page.setVisible(True)
        if first:
            self.retitled.emit()

    def _fill(self) -> None:
        if self._view is None:
            return
        wanted = self._field.text().strip()
        self._inside.set_rows(sitting_rows.search_row(wanted))
        self._agenda.set_rows(sitting_rows.agenda_rows(self._view, wanted))
        self._others.set_rows(sitting_rows.other_rows(self._view, wanted))

    def _fetch(self) -> None:
        sitting_id = self._sitting_id
        self.run(
            lambda: self.session.steering.ask(sitting_id),
            lambda _changes: None,
            self._error.show_error,
        )

    def _ask(self) -> None:
        if self._view is None:
            return
        row = self._view.row
        when = formats.day_and_hour(row.starts_at)
        confirm(
            self,
            _("Acknowledge the convocation?"),
            _(
                "You confirm that you received the convocation to “{title}”, {when}. "
                "The secretariat will see the date and the hour."
            ).format(title=row.title, when=when),
            _("Acknowledge"),
            self._acknowledge,
        )

    def _acknowledge(self) -> None:
        sitting_id = self._sitting_id
        self.run(
            lambda: self.session.reading.acknowledge(sitting_id),
            self.session.announcer.announce,
            self._error.show_error,
        )

    def _go(self, route: Route) -> None:
        self.navigator.open(route)
