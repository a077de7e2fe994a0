"""Where one can go in the window, and how one comes back.

A route is a value: it can be kept, compared, and opened again. What belongs to one account names it
(`account`, empty for the first). `Navigator` holds the history like
a browser does: every move can be undone by `back`. `ui.stack` turns routes into screens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class HomeRoute:
    """`Accueil`."""


@dataclass(frozen=True)
class SittingRoute:
    """One sitting with its agenda."""

    sitting_id: str
    account: str = ""


@dataclass(frozen=True)
class DocumentRoute:
    """One document in the reader; `page` counts from 0; `note_id` is shown and selected.

    Attributes:
        sha256: an older version; None is the version in force.
    """

    document_id: str
    sha256: str | None = None
    page: int | None = None
    note_id: str | None = None
    account: str = ""


@dataclass(frozen=True)
class NotesRoute:
    """`Mes notes`."""


@dataclass(frozen=True)
class SearchRoute:
    """`Recherche`, over everything."""

    query: str = ""


@dataclass(frozen=True)
class ToSignRoute:
    """`À signer`; with an identifier, that deliberation opened."""

    deliberation_id: str = ""
    account: str = ""


@dataclass(frozen=True)
class SecretariatRoute:
    """`Secrétariat`; `section` is a name of that room ("prepare", "follow"…), "" its list."""

    section: str = ""
    subject_id: str = ""
    account: str = ""


@dataclass(frozen=True)
class SettingsRoute:
    """`Réglages`; `section` names one of its parts."""

    section: str = ""


@dataclass(frozen=True)
class StateRoute:
    """Everything about the exchange with the server."""


@dataclass(frozen=True)
class LeavingRoute:
    """What ends here: a replaced device, a mandate that is over."""

    account: str = ""


@dataclass(frozen=True)
class RecoveryRoute:
    """Recovery words: what is to be done with them, or (`typing`) those of a former device."""

    typing: bool = False
    account: str = ""


Route: TypeAlias = (
    HomeRoute
    | SittingRoute
    | DocumentRoute
    | NotesRoute
    | SearchRoute
    | ToSignRoute
    | SecretariatRoute
    | SettingsRoute
    | StateRoute
    | LeavingRoute
    | RecoveryRoute
)

Owned: TypeAlias = (
    SittingRoute | DocumentRoute | ToSignRoute | SecretariatRoute | LeavingRoute | RecoveryRoute
)


def account_of(route: Route) -> str:
    """Return the account that a route belongs to; that of the first where it names none."""
    return route.account if isinstance(route, Owned) else ""


#: Main places: what the rail leads to.
ROOTS: Final = (HomeRoute, NotesRoute, SearchRoute, ToSignRoute, SecretariatRoute, SettingsRoute)
LONGEST: Final = 50


class Navigator(QObject):
    """The history of places; never empty, its last entry is what the window shows."""

    moved = Signal()
    renamed = Signal(object, object)  # old route, new route

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history: list[Route] = [HomeRoute()]

    @property
    def route(self) -> Route:
        """What is shown now."""
        return self._history[-1]

    @property
    def root(self) -> Route:
        """The last main place on the way here: what the rail marks."""
        return next(
            (route for route in reversed(self._history) if isinstance(route, ROOTS)), HomeRoute()
        )

    @property
    def can_go_back(self) -> bool:
        """Whether there is somewhere to come back to."""
        return len(self._history) > 1

    def open(self, route: Route) -> None:
        """Go to `route`; already being there does nothing."""
        if route == self.route:
            return
        self._history = [*self._history, route][-LONGEST:]
        self.moved.emit()

    def back(self) -> None:
        """Come back to where one was before; from the first place, to Home."""
        if self.can_go_back:
            self._history.pop()
        elif self.route == HomeRoute():
            return
        else:
            self._history = [HomeRoute()]
        self.moved.emit()

    def here(self, route: Route) -> None:
        """Note that the current screen now shows `route` by itself (next document, a search)."""
        before = self.route
        if route != before:
            self._history[-1] = route
            self.renamed.emit(before, route)

    def forget(self, route: Route) -> None:
        """Take `route` out of the history: what it shows is gone. Leaves it if it is shown."""
        shown = self.route == route
        self._history = [each for each in self._history if each != route] or [HomeRoute()]
        if shown:
            self.moved.emit()

    def home(self) -> None:
        """Go to `Accueil`."""
        self.open(HomeRoute())

    def sitting(self, sitting_id: str) -> None:
        """Open one sitting."""
        self.open(SittingRoute(sitting_id))

    def document(
        self,
        document_id: str,
        sha256: str | None = None,
        page: int | None = None,
        note_id: str | None = None,
    ) -> None:
        """Open one document in the reader, where it was left unless `page` says otherwise."""
        self.open(DocumentRoute(document_id, sha256, page, note_id))

    def notes(self) -> None:
        """Go to `Mes notes`."""
        self.open(NotesRoute())

    def search(self, query: str = "") -> None:
        """Go to `Recherche`."""
        self.open(SearchRoute(query))

    def to_sign(self, deliberation_id: str = "") -> None:
        """Go to `À signer`, or to one deliberation in it."""
        self.open(ToSignRoute(deliberation_id))

    def secretariat(self, section: str = "", subject_id: str = "") -> None:
        """Go to `Secrétariat`, or to one of its parts."""
        self.open(SecretariatRoute(section, subject_id))

    def settings(self, section: str = "") -> None:
        """Go to `Réglages`."""
        self.open(SettingsRoute(section))

    def state(self) -> None:
        """Go to the details of the exchange with the server."""
        self.open(StateRoute())

    def recovery(self, *, typing: bool = False) -> None:
        """Go to the recovery words; with `typing`, to where those of a former device are typed."""
        self.open(RecoveryRoute(typing))

    @property
    def whole(self) -> Navigator:
        """The history that leads to every account."""
        return self

    def within(self, account: str) -> Navigator:
        """Return the same history for the screens of one account: their routes are its own."""
        return _Within(self, account) if account else self


class _Within(Navigator):
    """Names the account in each route that goes out, and takes the name off what comes in."""

    def __init__(self, whole: Navigator, account: str) -> None:
        super().__init__(whole)
        self._whole, self._account = whole, account

    def _out(self, route: Route) -> Route:
        if isinstance(route, Owned) and not route.account:
            return replace(route, account=self._account)
        return route

    @property
    def route(self) -> Route:
        """What is shown now, as this account's screens name it."""
        route = self._whole.route
        mine = isinstance(route, Owned) and route.account == self._account
        return replace(route, account="") if isinstance(route, Owned) and mine else route

    @property
    def whole(self) -> Navigator:
        """The history that leads to every account."""
        return self._whole

    @property
    def root(self) -> Route:
        """The last main place on the way here."""
        return self._whole.root

    @property
    def can_go_back(self) -> bool:
        """Whether there is somewhere to come back to."""
        return self._whole.can_go_back

    def open(self, route: Route) -> None:
        """Go to `route` of this account."""
        self._whole.open(self._out(route))

    def back(self) -> None:
        """Come back to where one was before."""
        self._whole.back()

    def here(self, route: Route) -> None:
        """Note that the current screen now shows `route` of this account."""
        self._whole.here(self._out(route))

    def forget(self, route: Route) -> None:
        """Take `route` of this account out of the history."""
        self._whole.forget(self._out(route))
