"""A clock for each device, all wrong by different amounts, and the server's, which is right."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from boardpack.domain import clock
from sync.server.wsgi import application


class Clocks:
    """Stands in the place of `clock.now`: whose it is follows from who is at work."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        """Take over the one source of time."""
        self._real: Callable[[], datetime] = clock.now
        self._device = timedelta(0)
        self._serving = threading.local()
        patch.setattr(clock, "now", self._now)

    def _now(self) -> datetime:
        wrong = timedelta(0) if getattr(self._serving, "on", False) else self._device
        return self._real() + wrong

    @contextmanager
    def of_device(self, wrong: timedelta) -> Iterator[None]:
        """Let time be what a device wrong by so much believes."""
        before, self._device = self._device, wrong
        try:
            yield
        finally:
            self._device = before

    @contextmanager
    def of_server(self) -> Iterator[None]:
        """Let time be the true one on this thread."""
        self._serving.on = True
        try:
            yield
        finally:
            self._serving.on = False


class ServersTime(httpx.BaseTransport):
    """The server in this process, which answers by its own clock and says it, as HTTP asks."""

    def __init__(self, clocks: Clocks) -> None:
        """Serve by `clocks`."""
        self._clocks = clocks
        self._inner = httpx.WSGITransport(app=application, raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Serve, whatever the device's clock says."""
        with self._clocks.of_server():
            response = self._inner.handle_request(request)
            response.headers["Date"] = format_datetime(clock.now(), usegmt=True)
            return response
