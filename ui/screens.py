"""Which screen shows which route. Each is imported when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from PySide6.QtWidgets import QWidget

from boardpack.services.program import Session
from ui.background import Background
from ui.navigation import (
    DocumentRoute,
    HomeRoute,
    LeavingRoute,
    Navigator,
    NotesRoute,
    RecoveryRoute,
    Route,
    SearchRoute,
    SecretariatRoute,
    SettingsRoute,
    SittingRoute,
    StateRoute,
    ToSignRoute,
)
from ui.screen import Screen

SCREENS: Final[dict[type[Route], tuple[str, str]]] = {
    HomeRoute: ("ui.home.home_view", "HomeView"),
    SittingRoute: ("ui.sitting.sitting_view", "SittingScreen"),
    DocumentRoute: ("ui.reader.reader_view", "ReaderView"),
    NotesRoute: ("ui.notes.notes_view", "NotesView"),
    SearchRoute: ("ui.search.search_view", "SearchView"),
    ToSignRoute: ("ui.signing_dialogs.inbox_view", "InboxView"),
    SecretariatRoute: ("ui.secretariat.secretariat_view", "SecretariatView"),
    SettingsRoute: ("ui.settings.settings_view", "SettingsView"),
    LeavingRoute: ("ui.leaving.leaving_view", "LeavingView"),
    RecoveryRoute: ("ui.recovery.recovery_view", "RecoveryView"),
    StateRoute: ("ui.exchange.state_view", "StateView"),
}


def screen_class(route: type[Route]) -> type[Screen]:
    """Return the class that shows routes of this type."""
    module, name = SCREENS[route]
    found: type[Screen] = getattr(import_module(module), name)
    return found


def build(
    route: Route,
    session: Session,
    background: Background,
    navigator: Navigator,
    parent: QWidget | None = None,
) -> Screen:
    """Make the screen of `route`."""
    screen = screen_class(type(route))(session, background, navigator, parent)
    screen.open_route(route)
    return screen
