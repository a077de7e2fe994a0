"""What every server test has: the server's key and identity, an own folder of files, a world."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.fixtures import Settings

from boardpack.domain import clock
from sync.server import identity
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.models import Official
from tests.helpers import world as worlds
from tests.helpers.serving import Served, prepare, ready_folder
from tests.helpers.wire_device import WireDevice
from tests.helpers.world import World


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    """The folder of files of this test."""
    settings.BLOB_FOLDER = tmp_path / "blobs"
    settings.SERVER_KEY_FILE = tmp_path / "server.key"
    return tmp_path / "blobs"


@pytest.fixture
def world(db: None, files: Path) -> World:
    """A server that is ready, with people."""
    identity.make_key()
    identity.ensure_state()
    made = worlds.build()
    worlds.give_keys(made)
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Move the clock forward."""
    real = clock.now

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return move


@pytest.fixture
def device_of(world: World) -> Callable[[Official], WireDevice]:
    """Enrol a device of an official over HTTP and get it a token."""

    def enrol(official: Official) -> WireDevice:
        device = WireDevice()
        code = do_issue_code(worlds.IT, official).text
        response = device.register(code, replace=True)
        assert response.status_code == 201, response.content
        response = device.ask_token()
        assert response.status_code == 200, response.content
        return device

    return enrol


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database: SQLite in the folder, or a new one in the tests' PostgreSQL."""
    base = os.environ.get("BOARDPACK_TEST_DATABASE_URL", "")
    if not base:
        yield ""
        return
    name = f"loopback_{os.getpid()}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield base.rpartition("/")[0] + "/" + name
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def served(tmp_path: Path, database: str) -> Iterator[Served]:
    """A real server in its own process."""
    folder = tmp_path / "data"
    if database:
        prepare(folder, {"DATABASE_URL": database})
    else:
        ready_folder(folder)
    server = Served(folder, database)
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture
def console(world: World) -> Client:
    """A superuser at the console."""
    users = get_user_model().objects
    user = users.create_superuser(username="dsi", password="correct horse battery")
    client = Client()
    client.force_login(user)
    return client
