"""Files over HTTP of the standard library, by connections of their own, kept for the next file.

A request through the layers of httpx costs two milliseconds of processor time, whatever its size:
four times what TLS takes for 256 kB (docs/benchmarks.md). Messages are few and go by httpx.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError
from sync.client import errors, tls

CONNECT_SECONDS: Final = 10.0
#: Of silence, while an answer or its next bytes are waited for.
SILENCE_SECONDS: Final = 60.0
#: A connection that nobody used for longer may be closed at the other end.
_KEPT_SECONDS: Final = 5.0
_PIECE: Final = 256 * 1024


def reaches(url: str) -> bool:
    """Tell whether the server is reached without a proxy of this computer's settings."""
    parts, proxies = urlsplit(url), getproxies()
    through = proxies.get(parts.scheme) or proxies.get("all")
    return not through or bool(proxy_bypass(parts.hostname or ""))


class FileLine:
    """The way to the files of one server. Threads may share it."""

    def __init__(self, url: str, trust: Callable[[], ssl.SSLContext]) -> None:
        """Reach the server at `url`, a checked address, trusting what `trust` says."""
        self._parts = urlsplit(url)
        self._trust = trust
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        #: With its socket: http.client forgets that of an answer after which the server hangs up.
        self._busy: dict[http.client.HTTPConnection, socket.socket] = {}
        self._closed = False

    def close(self) -> None:
        """Close all connections; whoever reads from one finds it lost."""
        with self._lock:
            self._closed = True
            for _, each in self._idle:
                each.close()
            self._idle.clear()
            for used in self._busy.values():
                with contextlib.suppress(OSError):
                    # Below TLS, whose state belongs to the thread that reads.
                    socket.socket.shutdown(used, socket.SHUT_RDWR)

    @contextmanager
    def answer(
        self, path: str, headers: dict[str, str], silence: float | None = None
    ) -> Generator[http.client.HTTPResponse]:
        """Ask for a path; give the answer, whose body `pieces` reads.

        Args:
            path: below the server's address.
            headers: of the request.
            silence: seconds without a byte after which it is given up; None: a minute.

        Raises:
            OfflineError, TooSlowError, ConnectionLostError, TlsError, ClockError: no answer.
        """
        line = self._take()
        response = None
        try:
            line.sock.settimeout(SILENCE_SECONDS if silence is None else silence)
            response = self._asked(line, path, headers)
            yield response
        finally:
            self._leave(line, response)

    def _take(self) -> http.client.HTTPConnection:
        fresh = time.monotonic() - _KEPT_SECONDS
        with self._lock:
            if self._closed:
                raise ConnectionLostError
            while self._idle:
                since, line = self._idle.pop()
                if since > fresh:
                    self._busy[line] = line.sock
                    return line
                line.close()
        return self._connected()

    def _connected(self) -> http.client.HTTPConnection:
        line = self._new()
        try:
            line.connect()
        except ssl.SSLError as error:
            line.close()
            raise tls.failure(error) from error
        except OSError as error:
            line.close()
            raise errors.OfflineError from error
        with self._lock:
            self._busy[line] = line.sock
            closed = self._closed
        if closed:
            self._leave(line, None)
            raise ConnectionLostError
        return line

    def _new(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
        context = self._trust()
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)

    def _asked(
        self, line: http.client.HTTPConnection, path: str, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        try:
            line.request("GET", self._parts.path + path, headers=headers)
            return line.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise _lost(error) from error

    def _leave(
        self, line: http.client.HTTPConnection, response: http.client.HTTPResponse | None
    ) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        with self._lock:
            self._busy.pop(line, None)
            whole = response is not None and response.isclosed() and line.sock is not None
            if whole and not self._closed:
                self._idle.append((time.monotonic(), line))
                return
        if response is not None:
            response.close()
        line.close()


def pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the body as it comes.

    Raises:
        ConnectionLostError, TooSlowError: before its end; what came was given.
    """
    while response.length != 0:
        try:
            piece = response.read1(_PIECE)
        except (OSError, http.client.HTTPException) as error:
            raise _lost(error) from error
        if not piece:
            break
        yield piece
    if response.length:
        raise ConnectionLostError
    response.close()


def _lost(error: Exception) -> BoardpackError:
    return errors.TooSlowError() if isinstance(error, TimeoutError) else ConnectionLostError()
