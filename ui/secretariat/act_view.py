"""One deliberation as the secretariat sees it: its pages, who signed, who refused and why."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.changes import Changes
from boardpack.services.program import Session
from ui.background import Background
from ui.navigation import Navigator, Route, SecretariatRoute
from ui.screen import Screen
from ui.signing_dialogs.deliberation_view import DeliberationView


class ActView(Screen):
    """Holds the same view as `À signer`; whoever is no signatory only reads."""

    def __init__(
        self,
        session: Session,
        background: Background,
        navigator: Navigator,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, background, navigator, parent)
        self._act: DeliberationView | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)

    def title(self) -> str:
        """Return the number of the deliberation."""
        return self._act.title() if self._act else _("Deliberation")

    def open_route(self, route: Route) -> None:
        """Take the deliberation that the route names."""
        if isinstance(route, SecretariatRoute):
            self._act = DeliberationView(self, route.subject_id)
            self._act.retitled.connect(self.retitled)
            self._outer.addWidget(self._act)

    def opened(self) -> None:
        """Load."""
        if self._act:
            self._act.load()

    def refresh(self, changes: Changes) -> None:
        """Load again when a circuit changed."""
        if changes.deliberations or changes.outbox or changes.everything:
            self.opened()

    def closing(self) -> None:
        """Let the worker forget the document."""
        if self._act:
            self._act.closing()
