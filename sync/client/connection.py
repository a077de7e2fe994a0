"""The connections to one server: messages by httpx, whose failures end here, files by `file_line`.

HTTP/1.1 with six connections: HTTP/2 costs two to five times the processor time for large files
(sync.md §4.1). Redirects are not followed: a login page must not pass for the server.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx

from boardpack import __version__
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError
from sync.client import errors, failures, file_line, tls
from sync.client.failures import Reply
from sync.client.file_line import FileLine

CONNECTIONS: Final = 6
TIMEOUT: Final = httpx.Timeout(
    file_line.SILENCE_SECONDS, connect=file_line.CONNECT_SECONDS, pool=300.0
)
#: A reply of the protocol is smaller; more is no reply of ours.
MAX_REPLY: Final = 64 * 1024 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Request:
    """A request to one path of the server.

    Attributes:
        silence: seconds without a byte after which the answer to a GET is given up; None: as usual.
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    silence: float | None = None


def check_address(url: str) -> str:
    """Return the server's address without its last slash.

    Raises:
        BadAddressError: not https (http only to this very machine), or no name.
    """
    parts = urlsplit(url.strip())
    local = parts.hostname in _LOOPBACK
    if not parts.hostname or parts.scheme not in ({"https", "http"} if local else {"https"}):
        raise errors.BadAddressError(address=url.strip()[:200])
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def make_client(context: ssl.SSLContext | None = None) -> httpx.Client:
    """Return the HTTP client of the program."""
    transport_limits = httpx.Limits(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS
    )
    client = httpx.Client(
        verify=context or tls.trusting_context(),
        http2=False,
        timeout=TIMEOUT,
        limits=transport_limits,
    )
    # What HTTP/1.1 means anyway (RFC 9110 §12.5.1, RFC 9112 §9.3): a device asks often.
    for name in ("Accept", "Connection"):
        del client.headers[name]
    return client


class ServerConnection:
    """Sends requests to one server. Threads may share it."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        """Reach the server at `url`, by `client` or one of our own."""
        self.url = check_address(url)
        self._held = client
        own = client is None and file_line.reaches(self.url)
        # Reading certificates takes tens of milliseconds: once, when they are first needed.
        self._trust = cache(tls.trusting_context)
        self._files = FileLine(self.url, self._trust) if own else None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def _client(self) -> httpx.Client:
        """The client, made when it is first needed."""
        with self._lock:
            if self._held is None:
                if self._closed:
                    raise ConnectionLostError
                self._held = make_client(self._trust())
            return self._held

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            if self._held is not None:
                self._held.close()
        if self._files is not None:
            self._files.close()

    def cut(self) -> None:
        """End what `stream` reads, at once; whoever reads closes the rest. Any thread."""
        if self._files is not None:
            self._files.close()

    def ask(self, request: Request) -> Reply:
        """Send a request, return the whole answer, whatever its status.

        Raises:
            ConnectionLostError: or one of its children; or TlsError, ClockError.
        """
        with self._stream(request) as response:
            body = _body(response.iter_raw())
            return Reply(response.status_code, response.headers, body)

    @contextmanager
    def stream(self, request: Request) -> Generator[tuple[Reply, Iterator[bytes]]]:
        """Ask for a file; give status and headers, then the bytes as they come.

        The body of `Reply` is filled only for statuses that are no success.
        """
        if self._files is None:
            with self._stream(request) as response:
                body = b"" if response.is_success else _body(response.iter_raw())
                reply = Reply(response.status_code, response.headers, body)
                yield reply, response.iter_raw()
            return
        with self._files.answer(request.path, _headers(request), request.silence) as answer:
            pieces = file_line.pieces(answer)
            body = b"" if httpx.codes.is_success(answer.status) else _body(pieces)
            headers = {name.lower(): value for name, value in answer.getheaders()}
            yield Reply(answer.status, headers, body), pieces

    @contextmanager
    def _stream(self, request: Request) -> Generator[httpx.Response]:
        try:
            with self._client.stream(
                request.method,
                self.url + request.path,
                headers=_headers(request),
                content=request.content,
                follow_redirects=False,
            ) as response:
                yield response
        except httpx.HTTPError as error:
            raise _translated(error) from error
        except RuntimeError as error:
            if self._client.is_closed:
                # The session was closed while this was under way.
                raise ConnectionLostError from error
            raise


def _headers(request: Request) -> dict[str, str]:
    usual = {"Accept-Encoding": "identity", "User-Agent": f"boardpack/{__version__}"}
    return usual | request.headers


def _body(pieces: Iterator[bytes]) -> bytes:
    parts = bytearray()
    for piece in pieces:
        parts += piece
        if len(parts) > MAX_REPLY:
            raise failures.unreadable()
    return bytes(parts)


def _translated(error: httpx.HTTPError) -> BoardpackError:
    """Return the error of ours that says what httpx met."""
    if isinstance(error, httpx.ConnectError) and (found := _cause(error, ssl.SSLError)):
        return tls.failure(found)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return errors.OfflineError()
    if isinstance(error, httpx.TimeoutException):
        return errors.TooSlowError()
    return ConnectionLostError()


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
