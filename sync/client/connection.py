"""One HTTP connection pool to one server; httpx and its failures end here.

HTTP/1.1 with six connections: HTTP/2 costs two to five times the processor time for large files
(sync.md §4.1). Redirects are not followed: a login page must not pass for the server.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import certifi
import httpx

from boardpack import __version__
from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import ConnectionLostError
from sync.client import errors, failures, large_body
from sync.client.failures import Reply
from sync.client.wide_tls import WideSocket

CONNECTIONS: Final = 6
TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0, pool=300.0)
#: A reply of the protocol is smaller; more is no reply of ours.
MAX_REPLY: Final = 64 * 1024 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# X.509 verification results of OpenSSL (x509_vfy.h): not yet valid, expired.
_TIME_CODES: Final = frozenset({9, 10})


@dataclass(frozen=True)
class Request:
    """A request to one path of the server."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None


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


def make_client() -> httpx.Client:
    """Return the HTTP client of the program: the system's certificates, and the known ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = WideSocket
    transport_limits = httpx.Limits(
        max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS
    )
    client = httpx.Client(verify=context, http2=False, timeout=TIMEOUT, limits=transport_limits)
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
        self._closed = False
        self._lock = threading.Lock()

    @property
    def _client(self) -> httpx.Client:
        """The client, made when it is first needed: reading certificates takes tens of ms."""
        with self._lock:
            if self._held is None:
                if self._closed:
                    raise ConnectionLostError
                self._held = make_client()
            return self._held

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            if self._held is not None:
                self._held.close()

    def ask(self, request: Request) -> Reply:
        """Send a request, return the whole answer, whatever its status.

        Raises:
            ConnectionLostError: or one of its children; or TlsError, ClockError.
        """
        with self._stream(request) as response:
            return Reply(response.status_code, response.headers, _body(response))

    @contextmanager
    def stream(self, request: Request) -> Generator[tuple[Reply, Iterator[bytes]]]:
        """Send a request; give status and headers, then the bytes as they come.

        The body of `Reply` is filled only for statuses that are no success.
        """
        with self._stream(request) as response:
            body = b"" if response.is_success else _body(response)
            reply = Reply(response.status_code, response.headers, body)
            yield reply, large_body.pieces(response)

    @contextmanager
    def _stream(self, request: Request) -> Generator[httpx.Response]:
        headers = {
            "Accept-Encoding": "identity",
            "User-Agent": f"boardpack/{__version__}",
            **request.headers,
        }
        try:
            with self._client.stream(
                request.method,
                self.url + request.path,
                headers=headers,
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


def _body(response: httpx.Response) -> bytes:
    parts = bytearray()
    for piece in response.iter_raw():
        parts += piece
        if len(parts) > MAX_REPLY:
            raise failures.unreadable()
    return bytes(parts)


def _translated(error: httpx.HTTPError) -> BoardpackError:
    """Return the error of ours that says what httpx met."""
    if isinstance(error, httpx.ConnectError) and (tls := _cause(error, ssl.SSLError)):
        return _tls(tls)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return errors.OfflineError()
    if isinstance(error, httpx.TimeoutException):
        return errors.TooSlowError()
    return ConnectionLostError()


def _tls(error: BaseException) -> BoardpackError:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _TIME_CODES:
            return errors.ClockError()
        return errors.TlsError(reason=error.verify_message)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        # Cut in the middle of the greeting: the network, not the certificate.
        return ConnectionLostError()
    return errors.TlsError(reason=getattr(error, "reason", None) or "handshake")


def _cause(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
