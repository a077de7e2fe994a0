"""`À signer`: what waits for my signature, then what I signed; a tap opens one to read it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _, ngettext
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import DeliberationRow
from boardpack.workflow.transitions import Verb
from ui.background import Background
from ui.navigation import Navigator, Route, ToSignRoute
from ui.screen import Screen
from ui.signing_dialogs.deliberation_view import DeliberationView
from ui.signing_dialogs.steps import deliberation_row
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import label
from ui.widgets.page import Card, Page, Section


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
        self._said = label("", tone="secondary")
        self._page.body.addWidget(self._said)
        self._mine, self._mine_list = self._section(_("Waiting for me"))
        self._others, self._others_list = self._section(_("Others"))
        self._page.body.addStretch(1)
        self._outer.addWidget(self._page)

    def _section(self, name: str) -> tuple[Section, FlowList]:
        section = Section(name)
        rows = FlowList(name)
        rows.chosen.connect(lambda key: self.navigator.to_sign(str(key)))
        card = Card(flush=True)
        card.body.addWidget(rows)
        section.body.addWidget(card)
        section.setVisible(False)
        self._page.body.addWidget(section)
        return section, rows

    def opened(self) -> None:
        """Load."""
        if self._one:
            self._one.load()
        else:
            self.run(self.session.signing.inbox, self._show)

    def refresh(self, changes: Changes) -> None:
        """Load again when a circuit or the outbox changed."""
        if changes.deliberations or changes.outbox or changes.everything:
            self.opened()

    def closing(self) -> None:
        """Let the worker forget the document."""
        if self._one:
            self._one.closing()

    def _show(self, rows: tuple[DeliberationRow, ...]) -> None:
        mine = [row for row in rows if Verb.SIGN in row.abilities]
        others = [row for row in rows if Verb.SIGN not in row.abilities]
        self._mine_list.set_rows([deliberation_row(row) for row in mine])
        self._others_list.set_rows([deliberation_row(row) for row in others])
        self._mine.setVisible(bool(mine))
        self._others.setVisible(bool(others))
        self._said.setText(self._sentence(len(mine), len(rows)))

    @staticmethod
    def _sentence(mine: int, every: int) -> str:
        if mine:
            text = ngettext(
                "{count} deliberation waits for your signature.",
                "{count} deliberations wait for your signature.",
                mine,
            )
            return text.format(count=mine)
        if every:
            return _("Nothing waits for your signature.")
        return _("Deliberations to be signed by you will appear here.")
