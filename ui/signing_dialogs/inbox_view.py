"""`À signer`: what waits for my signature, then what I signed; a tap opens one to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.domain.signature import CircuitState
from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import DeliberationRow
from boardpack.workflow.transitions import Verb
from ui.background import Background
from ui.models.rows import Row
from ui.navigation import Navigator, Route, ToSignRoute
from ui.screen import Screen
from ui.signing_dialogs.deliberation_view import DeliberationView
from ui.signing_dialogs.steps import deliberation_row
from ui.widgets.empty import EmptyState
from ui.widgets.page import Page
from ui.widgets.sections import ListSection


class InboxView(Screen):
    """The list, or one deliberation when the route names it."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._one: DeliberationView | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)

    def title(self) -> str:
        """Return the name of this room, or of the deliberation that is open."""
        return self._one.title() if self._one else _("To sign")

    def open_route(self, route: Route) -> None:
        """Show the list, or one deliberation."""
        if isinstance(route, ToSignRoute) and route.deliberation_id:
            self._one = DeliberationView(self, route.deliberation_id)
            self._one.retitled.connect(self.retitled)
            self._outer.addWidget(self._one)
            return
        self._page = Page(_("To sign"))
        self._empty = EmptyState("signature-freehand", "")
        self._empty.setVisible(False)
        self._page.body.addWidget(self._empty)
        self._mine = ListSection(_("Waiting for me"))
        self._open = ListSection(_("Waiting for somebody else"))
        self._closed = ListSection(_("Done"))
        for section in self._lists():
            section.setVisible(False)
            section.chosen.connect(self.navigator.open)
            self._page.body.addWidget(section)
        self._page.body.addStretch(1)
        self._outer.addWidget(self._page)

    def _lists(self) -> tuple[ListSection, ...]:
        return (self._mine, self._open, self._closed)

    def panes(self) -> Sequence[QWidget]:
        """Go round the lists, or what the deliberation is made of."""
        if self._one:
            return self._one.panes()
        return [section.list for section in self._lists() if section.isVisible()]

    def opened(self) -> None:
        """Load."""
        if self._one:
            self._one.load()
        else:
            self.run(self.session.together.to_sign, self._show)

    def refresh(self, changes: Changes) -> None:
        """Load again when a circuit or the outbox changed."""
        if changes.deliberations or changes.outbox or changes.everything:
            self.opened()

    def closing(self) -> None:
        """Let the worker forget the document."""
        if self._one:
            self._one.closing()

    def _show(self, rows: tuple[DeliberationRow, ...]) -> None:
        groups: dict[ListSection, list[DeliberationRow]] = {each: [] for each in self._lists()}
        for row in rows:
            groups[self._section(row)].append(row)
        for section, found in groups.items():
            section.set_rows([self._row(row, section) for row in found])
        self._empty.setVisible(not groups[self._mine])
        if rows:
            self._empty.say(_("Nothing waits for your signature."), "")
        else:
            self._empty.say(
                _("Nothing to sign"), _("Deliberations to be signed by you will appear here.")
            )

    def _row(self, row: DeliberationRow, section: ListSection) -> Row:
        """Return the row; what its heading says already is not said again."""
        made = replace(
            deliberation_row(row), key=ToSignRoute(row.deliberation_id, row.assembly.account)
        )
        told = section is not self._closed and not row.waiting
        return replace(made, chips=()) if told else made

    def _section(self, row: DeliberationRow) -> ListSection:
        if Verb.SIGN in row.abilities:
            return self._mine
        return self._open if row.state is CircuitState.OPEN else self._closed
