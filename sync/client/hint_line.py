"""The server's hints as an enrolled device hears them (`boardpack.domain.ports.Ear`, ADR 0021).

A hint is never content: it says that something moved, and the exchange that follows checks
everything as always. So all that a hostile or broken stream can cost is an exchange now and then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from boardpack.domain.ports import ConnectionLostError, Heard
from sync.client import failures, file_line
from sync.client.authorisation import Authorisation
from sync.client.connection import Request, ServerConnection
from sync.client.proofs import DeviceKey
from sync.protocol import codec
from sync.protocol.messages import EVENT_STREAM, STREAM_PATH, Hint

#: The server gives a sign of life every 15 seconds; whoever hears none in two is not heard.
SILENCE_SECONDS: Final = 31.0
#: A hint names the feeds of one person: tens of bytes each. More is none.
_LONGEST_LINE: Final = 64 * 1024
_DATA: Final = b"data:"
_OK: Final = 200


class HintLine:
    """Listens to one server, one stream at a time."""

    def __init__(self, url: str, device_id: str, device_key: Mapping[str, str]) -> None:
        """Listen to the server at `url` as device `device_id`, by its private JWK."""
        self._url = url
        self._device = device_id, device_key
        self._lock = threading.Lock()
        self._connection: ServerConnection | None = None
        self._over = False

    @property
    def reaches(self) -> bool:
        """Whether to try: a proxy of the computer's settings may hold back all that it is told."""
        return file_line.reaches(self._url)

    def listen(self, heard: Callable[[Heard | None], None]) -> None:
        """Hear the server until it ends the stream; every sign of life is told, as None.

        Raises:
            NoAccessError: this server gives no hints.
            TooSlowError: it fell silent.
            ConnectionLostError, ThrottledError, UnreadableMessageError: not now.
            DeviceRevokedError, DeviceRetiredError: this device may not listen.
        """
        connection = self._connected()
        try:
            device_id, key = self._device
            authorised = Authorisation(connection, device_id, DeviceKey(key))
            request = Request("GET", STREAM_PATH, {"Accept": EVENT_STREAM}, None, SILENCE_SECONDS)
            with authorised.stream(request) as (reply, pieces):
                if reply.status != _OK:
                    raise failures.failure(reply)
                if not reply.headers.get("content-type", "").startswith(EVENT_STREAM):
                    raise failures.unreadable()
                for line in lines(pieces):
                    heard(_heard(line) if line.startswith(_DATA) else None)
        finally:
            connection.close()

    def hang_up(self) -> None:
        """End the stream under way at once, and listen no more. Any thread."""
        with self._lock:
            self._over = True
            if self._connection is not None:
                self._connection.cut()

    def _connected(self) -> ServerConnection:
        with self._lock:
            if self._over:
                raise ConnectionLostError
            # One of its own: closing it must not cut an exchange, nor wait for one.
            self._connection = ServerConnection(self._url)
            return self._connection


def lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream of events, without their ends (HTML standard, 9.2.5).

    Our server ends them by a line feed and never splits a datum.

    Raises:
        UnreadableMessageError: a line that never ends.
    """
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
        if len(rest) > _LONGEST_LINE:
            raise failures.unreadable()


def _heard(line: bytes) -> Heard:
    hint = codec.decode(line.removeprefix(_DATA).strip(), Hint)
    return Heard(hint.epoch, hint.cursor)
