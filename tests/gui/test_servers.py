"""Several servers in one window: one agenda, each row by its own account, failures by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier
from boardpack.services.accounts import FOLDER
from boardpack.services.changes import Changes
from boardpack.services.sync_state import SyncMode, SyncState
from boardpack.store import ended, keys
from boardpack.store.database import DATABASE, Store
from boardpack.store.ended import Ended
from sync.protocol.notices import Notice, Purpose
from tests.gui.conftest import Desk, OpenDesk, Town
from tests.gui.furnished import SECRET, add_account
from tests.gui.patience import until
from ui.entry.first_start import FirstStart
from ui.entry.unlock import UnlockView
from ui.exchange.state_text import combined
from ui.exchange.state_view import StateView
from ui.home.home_view import HomeView
from ui.leaving.leaving_view import LeavingView
from ui.navigation import (
    DocumentRoute,
    LeavingRoute,
    Navigator,
    SecretariatRoute,
    SittingRoute,
)
from ui.reader.reader_view import ReaderView
from ui.settings.servers import UniteForm
from ui.settings.settings_view import SettingsView
from ui.sitting.sitting_view import SittingScreen

HERE, THERE = "127.0.0.1:9", "127.0.0.1:10"
OTHER = "une autre phrase secrète"


@dataclass
class Both:
    """A profile with accounts at two servers that are down."""

    town: Town
    account: str
    sitting: Dossier

    @property
    def folder(self) -> Path:
        """Where the second account is."""
        return self.town.folder / FOLDER / self.account


@pytest.fixture
def both(town: Town) -> Both:
    return Both(town, *add_account(town.folder))


@pytest.fixture
def desk(both: Both, open_desk: OpenDesk) -> Desk:
    opened = open_desk(both.town.folder)
    opened.unlock()
    return opened


def replaced(store: Store) -> None:
    """Let another device have replaced this one, at one server."""
    notice = Notice(server_id="server", device_id="d", issued_at=1, purpose=Purpose.RETIRED)
    with store.transaction() as connection:
        ended.save(connection, Ended(notice, drained=True))


def said(widget: QWidget | None) -> str:
    assert widget is not None
    return " ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def press(widget: QWidget, text: str) -> None:
    found = (each for each in widget.findChildren(QAbstractButton) if each.isVisible())
    next(each for each in found if text in each.text()).click()


def test_home_is_one_agenda_and_each_sitting_opens_in_its_account(desk: Desk, both: Both) -> None:
    home = desk.shell.stack.front
    assert isinstance(home, HomeView)
    routes = [row.key for row in home._sections["next"].list.rows]
    there = SittingRoute(both.sitting.sitting_id, both.account)
    here = SittingRoute(both.town.sittings.council.sitting_id)
    assert {there, here} < set(routes)
    assert routes.index(there) < routes.index(here)
    home._go(there)
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, SittingScreen)
    assert screen.session.account == both.account
    assert "Bellevue" in said(screen)
    # What that screen leads to is of the same account, and Back comes home.
    document = both.sitting.documents[1].document_id
    screen.navigator.document(document)
    desk.settle()
    assert desk.shell.navigator.route == DocumentRoute(document, account=both.account)
    reader = desk.shell.stack.front
    assert isinstance(reader, ReaderView)
    assert reader.session.account == both.account
    desk.shell.navigator.back()
    desk.shell.navigator.back()
    assert desk.shell.stack.front is home
    assert desk.shell.stack.currentWidget() is home


def test_a_navigator_within_an_account_names_and_takes_off_its_name() -> None:
    whole = Navigator()
    inside = whole.within("a")
    inside.sitting("s")
    assert (whole.route, inside.route) == (SittingRoute("s", "a"), SittingRoute("s"))
    inside.here(SittingRoute("t"))
    assert whole.route == SittingRoute("t", "a")
    inside.forget(SittingRoute("t"))
    assert not whole.can_go_back
    inside.settings()
    assert (inside.root, inside.can_go_back) == (whole.root, True)
    inside.back()
    assert whole.within("") is whole


def test_each_server_has_its_own_exchanges_and_its_part_of_the_page(desk: Desk) -> None:
    assert [each.session.server for each in desk.shell.companions] == [HERE, THERE]
    until(lambda: not any(each.driver.under_way for each in desk.shell.companions), "both")
    desk.shell.navigator.state()
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, StateView)
    until(lambda: said(screen).count("Offline") == 2, "both states")
    assert HERE in said(screen)
    assert THERE in said(screen)


NOW = SyncState(SyncMode.IDLE, clock.now(), 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("states", "closed", "text"),
    [
        ({"a": NOW, "b": NOW}, (), "up to date"),
        ({"a": NOW, "b": replace(NOW, mode=SyncMode.OFFLINE)}, (), "b: offline"),
        ({"a": replace(NOW, mode=SyncMode.OFFLINE), "b": replace(NOW, rejected=1)}, (), "b: 1 act"),
        ({"a": replace(NOW, mode=SyncMode.STOPPED), "b": replace(NOW, rejected=1)}, (), "a: exch"),
        ({"a": replace(NOW, mode=SyncMode.OFFLINE)}, (), "offline"),
        ({"a": NOW}, ("b",), "b does not open"),
    ],
)
def test_the_quiet_line_names_the_server_when_it_is_not_true_of_all(
    states: dict[str, SyncState], closed: tuple[str, ...], text: str
) -> None:
    found = combined(states, closed)
    assert found is not None
    assert found.text.startswith(text)


def test_secretariat_on_one_server_and_councillor_on_the_other(desk: Desk, both: Both) -> None:
    def revoke() -> None:
        session = desk.program.sessions[0]
        with session.context.store.transaction() as connection:
            connection.execute("UPDATE access SET granted = 0 WHERE assembly_id = 'ccas'")
        session.identity.refresh(Changes(everything=True))

    desk.background.in_store(revoke)
    assert [each.me.prepares for each in desk.program.sessions] == [False, True]
    desk.shell._go(SecretariatRoute())
    assert desk.shell.navigator.route == SecretariatRoute(account=both.account)
    screen = desk.shell.stack.front
    assert screen is not None
    assert screen.session.account == both.account


def test_secretariats_of_two_servers_lead_to_each_other(desk: Desk, both: Both) -> None:
    desk.shell._go(SecretariatRoute())
    desk.settle()
    assert desk.shell.navigator.route == SecretariatRoute()
    press(desk.shell.stack, "Bellevue")
    assert desk.shell.navigator.route == SecretariatRoute(account=both.account)
    desk.settle()
    press(desk.shell.stack, "Saint-Aubin")
    assert desk.shell.navigator.route == SecretariatRoute()


def test_settings_list_the_servers_and_one_can_be_left(desk: Desk, both: Both) -> None:
    desk.shell.navigator.settings()
    desk.settle()
    screen = desk.shell.stack.front
    assert isinstance(screen, SettingsView)
    until(lambda: THERE in said(screen._servers), "the servers")
    assert HERE in said(screen._servers)
    shell = desk.shell
    screen._servers.leave_asked.emit(both.account)
    until(lambda: desk.window.shell not in (None, shell), "the others")
    assert [each.account for each in desk.program.sessions] == [""]
    assert not both.folder.exists()
    assert (both.town.folder / "store.db").exists()


def test_one_more_server_is_asked_for_and_can_be_given_up(desk: Desk) -> None:
    desk.window._add_server()
    view = desk.window.centralWidget().currentWidget()
    assert isinstance(view, FirstStart)
    press(view, "Back")
    until(lambda: desk.window.centralWidget().currentWidget() is desk.window.shell, "the session")


def test_an_account_that_opens_with_another_secret_says_so_and_is_opened(
    both: Both, open_desk: OpenDesk
) -> None:
    known = keys.read_profile(both.folder)
    assert known is not None
    keys.change_secret(both.folder, known, SECRET, OTHER)
    desk = open_desk(both.town.folder)
    shell = desk.unlock()
    until(lambda: THERE in shell._line.text(), "the line")
    assert "does not open" in shell._line.text()
    shell.navigator.state()
    until(lambda: "account.other_secret" in said(shell.stack.front), "the reason")
    shell.navigator.settings()
    desk.settle()
    screen = shell.stack.front
    assert isinstance(screen, SettingsView)
    until(lambda: bool(screen._servers.findChildren(UniteForm)), "the form")
    form = screen._servers.findChildren(UniteForm)[-1]
    form.other.line.setText(OTHER)
    form.present.line.setText(SECRET)
    form._submit()
    until(lambda: len(desk.program.sessions) == 2, "both")
    until(lambda: desk.window.shell not in (None, shell), "the window")


def test_an_account_that_is_erased_ends_alone(desk: Desk, both: Both) -> None:
    session = desk.program.sessions[1]
    shell = desk.shell
    desk.background.in_store(lambda: replaced(session.context.store))
    shell.navigator.open(LeavingRoute(both.account))
    desk.settle()
    screen = shell.stack.front
    assert isinstance(screen, LeavingView)
    assert screen.session is session
    screen._erase()
    until(lambda: desk.window.shell not in (None, shell), "the others")
    assert [each.account for each in desk.program.sessions] == [""]
    until(lambda: f"{THERE} does not open" in desk.shell._line.text(), "the line")
    assert [each.name for each in both.folder.iterdir()] == ["farewell.json"]
    desk.shell.navigator.settings()
    desk.settle()
    settings = desk.shell.stack.front
    assert isinstance(settings, SettingsView)
    until(lambda: "account.erased" in said(settings._servers), "what happened")
    press(settings, "Understood")
    until(lambda: not both.folder.exists(), "its end")
    until(lambda: THERE not in said(settings._servers), "the list")


def test_a_damaged_account_is_repaired_from_the_settings(both: Both, open_desk: OpenDesk) -> None:
    (both.folder / DATABASE).write_bytes(b"")
    desk = open_desk(both.town.folder)
    desk.unlock()
    desk.shell.navigator.settings()
    desk.settle()
    settings = desk.shell.stack.front
    assert isinstance(settings, SettingsView)
    until(lambda: "store.unreadable" in said(settings._servers), "what happened")
    press(settings._servers, "Repair")
    until(lambda: isinstance(desk.window.centralWidget().currentWidget(), UnlockView), "the lock")
    view = desk.window.centralWidget().currentWidget()
    assert isinstance(view, UnlockView)
    view._field.line.setText(SECRET)
    view._mend.click()
    until(lambda: len(desk.program.sessions) > 0, "the session")
    assert desk.program.sessions[0].account == ""
