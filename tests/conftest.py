"""Noise fails: unexpected log records, warnings, threads left behind, addresses beyond loopback."""

import gc
import ipaddress
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --long."""
    parser.addoption("--long", action="store_true", help="also run what takes minutes")


def pytest_configure(config: pytest.Config) -> None:
    """Let properties be tried on many more examples when there is time."""
    settings.register_profile("quick", max_examples=60)
    settings.register_profile("long", max_examples=1000)
    settings.load_profile("long" if config.getoption("--long") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out long tests; skip, with the reason counted, what needs a corpus that is not here."""
    if not config.getoption("--long"):
        long = [item for item in items if "long" in item.keywords]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if "long" not in item.keywords]
    if CORPUS.is_dir():
        return
    skip = pytest.mark.skip(reason="../shared/corpus is not here")
    for item in items:
        if "corpus" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's own machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("BOARDPACK_") and name != "BOARDPACK_TEST_DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that talks to any address but loopback fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])  # type: ignore[index]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                pytest.fail(f"a test connected to {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def quiet_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """A record of WARNING or above fails the test, unless it asked for `caplog`."""
    collector = _Collector()
    logging.getLogger().addHandler(collector)
    yield
    logging.getLogger().removeHandler(collector)
    if "caplog" not in request.fixturenames and collector.records:
        first = collector.records[0]
        pytest.fail(f"unexpected log: {first.name} {first.levelname} {first.getMessage()}")


#: Threads of the interpreter and of libraries that live as long as the process.
LASTING = ("QDBus", "Dummy-", "pytest_timeout", "execnet", "asyncio_", "ThreadPoolExecutor-django")


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A thread that a test started must end with it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while True:
        left = [
            thread
            for thread in threading.enumerate()
            if thread not in before and thread.is_alive() and not thread.name.startswith(LASTING)
        ]
        if not left or time.monotonic() > deadline:
            break
        gc.collect()
        time.sleep(0.02)
    assert not left, f"threads left running: {[thread.name for thread in left]}"


@pytest.fixture(scope="session", autouse=True)
def qt_is_sound() -> None:
    """Guard against the PySide6 release that loses a reference to None (docs/adr/0001)."""
    if "PySide6" not in sys.modules:
        return
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(3000):
        thing.setObjectName("x")
    assert before - sys.getrefcount(None) < 1000
