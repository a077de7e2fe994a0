"""`Accueil`: what needs me, my next sittings over all assemblies, where I stopped reading."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from boardpack.services.read_models import HomeView as HomeFacts
from ui.background import Background
from ui.home.home_rows import all_rows
from ui.navigation import Navigator, Route
from ui.screen import Screen
from ui.widgets.empty import EmptyState
from ui.widgets.page import Columns, Page
from ui.widgets.sections import ListSection


class HomeView(Screen):
    """Four lists; every row leads to where the thing is done or read."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        nothing = EmptyState("check-circle-outline", _("Nothing needs you now"))
        coming = EmptyState(
            "calendar-blank-outline",
            _("No sitting ahead"),
            _("A sitting appears here as soon as a convocation is sent to you."),
        )
        self._sections = {
            "todo": ListSection(_("To do"), empty=nothing),
            "next": ListSection(_("Next sittings"), empty=coming),
            "resume": ListSection(_("Resume reading")),
            "past": ListSection(_("Past sittings")),
        }
        self._page = Page(_("Home"), widest=1120)
        self._columns = columns = Columns()
        for name, column in (
            ("todo", columns.main),
            ("next", columns.main),
            ("resume", columns.side),
            ("past", columns.side),
        ):
            self._sections[name].chosen.connect(self._go)
            column.addWidget(self._sections[name])
        columns.main.addStretch(1)
        columns.side.addStretch(1)
        self._page.body.addWidget(columns)
        self._page.body.addStretch(1)
        self._page.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._page)

    def title(self) -> str:
        """Return the name of this place."""
        return _("Home")

    def opened(self) -> None:
        """Read again: positions and dates move on."""
        self._load()

    def refresh(self, changes: Changes) -> None:
        """Read again; every kind of change may show here."""
        del changes
        self._load()

    def panes(self) -> Sequence[QWidget]:
        """Go round the lists."""
        return [section.list for section in self._sections.values() if section.list.isVisible()]

    def _load(self) -> None:
        self.run(self.session.together.home, self._show)

    def _show(self, facts: HomeFacts) -> None:
        filled: dict[str, bool] = {}
        for name, rows in all_rows(facts).items():
            self._sections[name].set_rows(rows)
            filled[name] = bool(rows)
        self._columns.show_side(shown=filled["resume"] or filled["past"])
        self._page.setVisible(True)

    def _go(self, route: Route) -> None:
        self.navigator.open(route)
