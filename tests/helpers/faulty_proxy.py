"""A proxy on loopback between real processes, that does what networks and proxies do.

The faults are those of `FaultyLine`; here they reach the device through a real socket.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx

from tests.helpers.server import Fault, FaultyLine, Seen

_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = httpx.Request(
            self.command,
            self.server.upstream + self.path,
            headers=[(k, v) for k, v in self.headers.items() if k.lower() not in _HOP],
            content=body or None,
        )
        try:
            response = self.server.line.handle_request(request)
        except httpx.TransportError:
            self._cut()
            return
        self._answer(response)

    def _answer(self, response: httpx.Response) -> None:
        self.send_response(response.status_code)
        has_length = False
        for name, value in response.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
                has_length = has_length or name.lower() == "content-length"
        if not has_length:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            for piece in response.stream:  # type: ignore[union-attr]
                self.wfile.write(piece)
                if self.server.on_piece:
                    self.server.on_piece(len(piece))
        except httpx.TransportError:
            self._cut()

    def _cut(self) -> None:
        """End the connection as a line does that breaks: by a reset, not by a farewell."""
        self.close_connection = True
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def __getattr__(self, name: str) -> Any:
        """Pass every method on: the library looks for `do_GET` and the like."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    line: FaultyLine
    upstream: str
    on_piece: Callable[[int], None] | None = None

    def handle_error(self, *_: object) -> None:
        """A device that was killed leaves its line open-ended: no error of this test."""


class FaultyProxy:
    """Use it as a context; `url` is where devices find the server."""

    def __init__(self) -> None:
        """Take a port; `lead` says where to."""
        self._transport = httpx.HTTPTransport()
        self.line = FaultyLine(self._transport)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.line = self.line
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._pool = ThreadPoolExecutor(1)

    @property
    def on_piece(self) -> Callable[[int], None] | None:
        """Called after each piece of an answer's body went down, with its size."""
        return self._server.on_piece

    @on_piece.setter
    def on_piece(self, called: Callable[[int], None] | None) -> None:
        self._server.on_piece = called

    def lead(self, upstream: str) -> None:
        """Lead to the server at `upstream`."""
        self._server.upstream = upstream

    def fault(self, what: str, **facts: Any) -> None:
        """Let something happen to coming requests; see `Fault`."""
        self.line.faults.append(Fault(what, **facts))

    def heal(self) -> None:
        """Nothing happens any more; forget what was seen."""
        self.line.faults.clear()
        self.line.seen.clear()
        self.line.on_request = None
        self.on_piece = None

    def requests(self, method: str = "", path: str = "/") -> list[Seen]:
        """Return the requests that were made, by method and beginning of the path."""
        return [
            each
            for each in self.line.seen
            if method in {"", each.method} and each.path.startswith(path)
        ]

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._pool.submit(self._server.serve_forever, 0.05)
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._pool.shutdown()
        self._transport.close()
