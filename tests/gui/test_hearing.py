"""A window that hears its server: what changes there is here without waiting for the routine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boardpack.bootstrap import open_program
from tests.gui.conftest import OpenDesk
from tests.gui.patience import until
from tests.helpers import second_server
from tests.helpers.devices import SECRET
from tests.helpers.nginx_site import NginxSite
from tests.helpers.second_server import MAYOR, SecondServer
from tests.helpers.serving import Served, ready_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecondServer]:
    """A server behind nginx, with its process of hints; the mayor's profile is `master`."""
    folder = ready_folder(tmp_path / "server")
    with NginxSite(folder / "blobs") as nginx:
        monkeypatch.setenv("SSL_CERT_FILE", str(nginx.folder / "cert.pem"))
        settings = nginx.settings | {"BOARDPACK_HINTS_GAP_S": "0.1"}
        served = Served(
            folder, "", settings, nginx.upstream, jobs=False, hints=nginx.hints_upstream
        )
        served.url = nginx.url
        nginx.served = served
        yield SecondServer(served, tmp_path)
        served.stop()


def test_what_changes_is_here_at_once_and_who_is_revoked_asks_by_routine_again(
    site: SecondServer, open_desk: OpenDesk
) -> None:
    desk = open_desk(site.master)
    driver = desk.unlock().driver
    until(lambda: driver._listener.hearing and not driver.under_way, "the server to be heard")

    def count() -> int:
        return desk.background.in_store(lambda: len(desk.session.reading.sittings()))

    before = count()
    office = open_program(site.folder / "agent")
    second_server.publish(office.unlock(SECRET))
    office.lock()
    until(lambda: count() > before, "the new sitting")
    until(lambda: not driver.under_way, "the end of the exchange")
    until(lambda: driver._routine.remainingTime() > 10 * 60 * 1000, "the slower routine")

    site.served.command("revoke", MAYOR)
    until(lambda: not driver._listener.hearing, "the end of the stream")
    until(lambda: 0 < driver._routine.remainingTime() <= 70 * 1000, "the usual routine")
