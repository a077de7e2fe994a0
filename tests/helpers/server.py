"""The real server in this process, reached over HTTP messages without sockets, with faults.

`SimulatedServer.client()` gives an httpx client whose requests run through the server's own WSGI
application: tokens, proofs, ranges and uploads included. `FaultyLine` stands between them and does
to chosen requests what networks, proxies and disks do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx
from django.db import connections

from sync.protocol.codec import decode_reply, encode, record_of
from sync.protocol.messages import Change, ExchangeReply, Record
from sync.server import feeds
from sync.server.access import Person, access_person
from sync.server.models import AppliedEvent, Device, Official
from sync.server.wsgi import application

URL: Final = "https://actes.test"
EXCHANGE: Final = "/api/v1/exchange"
OK: Final = 200
LOGIN_PAGE: Final = b"<html><body>Bienvenue sur le Wi-Fi de l'hotel</body></html>"


@dataclass
class Fault:
    """Something that happens to the next `times` requests that match.

    Attributes:
        what: see `FaultyLine._suffer`.
        method, path: which requests; the path by its beginning.
        times: how often.
        value: seconds of Retry-After, bytes after which a body is cut, …
        skip: matching requests that are left alone first.
    """

    what: str
    method: str = ""
    path: str = "/"
    times: int = 1
    value: int = 0
    skip: int = 0

    def takes(self, request: httpx.Request) -> bool:
        """Whether this request is the one."""
        if self.method not in {"", request.method} or not request.url.path.startswith(self.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        return self.times > 0


@dataclass(frozen=True)
class Seen:
    """A request that a device made, and what came of it (status 0: nothing)."""

    method: str
    path: str
    status: int
    sent: int
    received: int
    range: str


class _Pieces(httpx.SyncByteStream):
    """A body in pieces, perhaps cut."""

    def __init__(
        self, body: bytes, cut: int | None, watch: Callable[[int], None] | None = None
    ) -> None:
        self._body = body
        self._cut = cut
        self._watch = watch

    def __iter__(self) -> Iterator[bytes]:
        whole = self._body if self._cut is None else self._body[: self._cut]
        for start in range(0, len(whole), 65_536):
            if self._watch is not None:
                self._watch(start)
            yield whole[start : start + 65_536]
        if self._cut is not None:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


class FaultyLine(httpx.BaseTransport):
    """The way to the server. Threads may share it."""

    def __init__(self, inner: httpx.BaseTransport | None = None) -> None:
        """Lead to the server in this process, or to where `inner` leads."""
        self._inner = inner or httpx.WSGITransport(app=application, raise_app_exceptions=True)
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.on_request: Callable[[httpx.Request], None] | None = None
        #: Called before each piece of an answer's body, with the path and where it begins.
        self.on_piece: Callable[[str, int], None] | None = None
        #: Answers instead of the server where it gives a response.
        self.instead: Callable[[httpx.Request], httpx.Response | None] | None = None
        #: Alters the replies of the exchange: a hostile server.
        self.on_reply: Callable[[ExchangeReply], ExchangeReply] | None = None

    def close(self) -> None:
        """Close the connections; the line can be used again."""
        self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver the request, unless something happens to it."""
        request.read()
        if self.on_request:
            self.on_request(request)
        with self._lock:
            fault = next((each for each in self.faults if each.takes(request)), None)
            if fault:
                fault.times -= 1
        try:
            response = self._suffer(request, fault) if fault else self._deliver(request)
        except httpx.TransportError:
            self._note(request, 0, 0)
            raise
        self._note(request, response.status_code, int(response.headers.get("content-length", 0)))
        return response

    def _note(self, request: httpx.Request, status: int, received: int) -> None:
        wanted = request.headers.get("range", "")
        seen = Seen(
            request.method, request.url.path, status, len(request.content), received, wanted
        )
        with self._lock:
            self.seen.append(seen)

    def _deliver(self, request: httpx.Request) -> httpx.Response:
        found = self.instead(request) if self.instead else None
        if found is not None:
            return found
        try:
            response = self._inner.handle_request(request)
            assert isinstance(response.stream, httpx.SyncByteStream)
            body = b"".join(response.stream)
            response.close()
        finally:
            connections.close_all()
        if self.on_reply and request.url.path == EXCHANGE and response.status_code == OK:
            body = encode(self.on_reply(decode_reply(body)))
            response.headers["content-length"] = str(len(body))
        headers = [(name, value) for name, value in response.headers.raw]
        watch = partial(self.on_piece, request.url.path) if self.on_piece else None
        stream = _Pieces(body, None, watch)
        return httpx.Response(response.status_code, headers=headers, stream=stream)

    def _suffer(self, request: httpx.Request, fault: Fault) -> httpx.Response:
        if fault.what in _CUTS:
            raise _CUTS[fault.what]
        if fault.what in _INSTEAD:
            return _INSTEAD[fault.what](fault.value)
        if fault.what == "norange":
            request.headers.pop("range", None)
        elif fault.what == "replay":
            self._deliver(request)
        response = self._deliver(request)
        if fault.what == "lost answer":
            raise httpx.ReadError("connection reset by peer")
        return response if fault.what in {"norange", "replay"} else self._spoil(response, fault)

    def _spoil(self, response: httpx.Response, fault: Fault) -> httpx.Response:
        body = b"".join(response.stream)  # type: ignore[arg-type]  # made by _deliver
        cut: int | None = None
        match fault.what:
            case "truncated":
                cut = fault.value if len(body) > fault.value else None
            case "flipped":
                # An answer without a body has nothing to flip.
                place = max(0, min(fault.value, len(body) - 1))
                flipped = bytes(each ^ 1 for each in body[place : place + 1])
                body = body[:place] + flipped + body[place + 1 :]
            case "short":
                # A proxy that ends the body cleanly, and its length with it.
                body = body[: fault.value]
                del response.headers["content-length"]
            case other:
                raise AssertionError(other)
        return httpx.Response(
            response.status_code, headers=response.headers.raw, stream=_Pieces(body, cut)
        )


def page(status: int, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Return an answer that is not the server's."""
    return httpx.Response(status, headers=headers, stream=_Pieces(body, None))


_HTML: Final = {"Content-Type": "text/html"}
_CUTS: Final[dict[str, httpx.TransportError]] = {
    "offline": httpx.ConnectError("no route to host"),
    "timeout": httpx.ReadTimeout("timed out"),
}
#: What answers instead of the server.
_INSTEAD: Final[dict[str, Callable[[int], httpx.Response]]] = {
    "busy": lambda seconds: page(503, b"", {"Retry-After": str(seconds)}),
    "gateway": lambda _: page(502, LOGIN_PAGE, _HTML),
    "captive": lambda _: page(200, LOGIN_PAGE, _HTML),
    "redirect": lambda _: page(302, b"", {"Location": "https://hotel.example/login"}),
    "bare": lambda status: page(status, LOGIN_PAGE, _HTML),
    "garbage": lambda _: page(200, b'{"epoch": [', {"Content-Type": "application/json"}),
}

State = dict[str, dict[str, Record]]


@dataclass
class SimulatedServer:
    """The server of a test."""

    line: FaultyLine = field(default_factory=FaultyLine)

    def client(self) -> httpx.Client:
        """Return a client whose requests reach the server through the line."""
        return httpx.Client(transport=self.line)

    def fault(self, what: str, **facts: Any) -> None:
        """Let something happen to coming requests; see `Fault`."""
        self.line.faults.append(Fault(what, **facts))

    def heal(self) -> None:
        """Nothing happens any more."""
        self.line.faults.clear()

    def requests(self, method: str = "", path: str = "/") -> list[Seen]:
        """Return the requests that were made, by method and beginning of the path."""
        return [
            each
            for each in self.line.seen
            if method in {"", each.method} and each.path.startswith(path)
        ]

    def person(self, official: Official) -> Person:
        """Return the person at their active device."""
        device = Device.objects.get(official=official, state="active")
        return access_person(device.id)

    def state_for(self, official: Official) -> State:
        """Return everything that the feeds of a person hold now: kind → identifier → record."""
        person = self.person(official)
        state: State = {}
        cursor: dict[str, int] = {}
        more = True
        while more:
            page = feeds.read(person.feeds, cursor)
            for change in page.changes:
                _put(state, change)
            cursor, more = page.cursor, page.more
        return state

    def applied(self, event_id: str) -> int:
        """Return how often the server applied an event."""
        return AppliedEvent.objects.filter(event_id=event_id, accepted=True).count()


def _put(state: State, change: Change) -> None:
    record = record_of(change)
    held = state.setdefault(change.kind, {})
    if record is None:
        held.pop(change.record_id, None)
    else:
        held[change.record_id] = record
