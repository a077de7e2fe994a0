"""`Secrétariat`: one screen of the stack that holds the part which the route names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.secretariat.act_view import ActView
from ui.secretariat.compose_view import ComposeView
from ui.secretariat.follow_view import FollowView
from ui.secretariat.overview import Overview
from ui.secretariat.place_view import PlaceView

_PARTS: Final[dict[str, type[Screen]]] = {
    "": Overview,
    "prepare": ComposeView,
    "follow": FollowView,
    "place": PlaceView,
    "act": ActView,
}


class SecretariatView(Screen):
    """Hands everything on to its part."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self.part: Screen | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)

    def title(self) -> str:
        """Return the title of the part."""
        return self.part.title() if self.part else _("Secretariat")

    def open_route(self, route: Route) -> None:
        """Make the part that the route names; an unknown name shows the overview."""
        section = route.section if isinstance(route, SecretariatRoute) else ""
        kind = _PARTS.get(section, Overview)
        self.part = kind(self.session, self.background, self.navigator, self)
        self.part.retitled.connect(self.retitled)
        self._outer.addWidget(self.part)
        self.part.open_route(route)

    def opened(self) -> None:
        """Tell the part."""
        if self.part:
            self.part.opened()

    def refresh(self, changes: Changes) -> None:
        """Tell the part."""
        if self.part:
            self.part.refresh(changes)

    def closing(self) -> None:
        """Tell the part."""
        if self.part:
            self.part.closing()

    def panes(self) -> Sequence[QWidget]:
        """Ask the part."""
        return self.part.panes() if self.part else ()

    def search_field(self) -> QWidget | None:
        """Ask the part."""
        return self.part.search_field() if self.part else None
