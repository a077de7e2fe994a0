"""A device's ear at a real stream of hints, read as it comes, without the program's client."""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Self
from urllib.parse import urlsplit

from sync.protocol import codec
from sync.protocol.messages import STREAM_PATH, Hint
from tests.helpers.socket_device import SocketDevice
from tests.helpers.wire_device import ath, proof

PATIENCE_S = 20


class Ear:
    """One stream at the process of hints on `port`; `hints` is what it said, `pings` how often."""

    def __init__(self, port: int, device: SocketDevice, path: str = STREAM_PATH) -> None:
        address = f"http://127.0.0.1:{port}"
        headers = {
            "Authorization": f"DPoP {device.token}",
            "DPoP": proof(
                device.key, "GET", address + path, ath=ath(device.token), nonce=device.nonce
            ),
        }
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_S)
        _connected(self._connection)
        self._connection.request("GET", path, headers=headers)
        self.answer = self._connection.getresponse()
        self.hints: queue.Queue[Hint | None] = queue.Queue()
        self.pings = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ear")
        self._pool.submit(self._listen)

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            while line := self.answer.readline():
                if line == b":\n":
                    self.pings += 1
                if line.startswith(b"data: "):
                    self.hints.put(codec.decode(line.removeprefix(b"data: "), Hint))
        self.hints.put(None)

    def next(self) -> Hint | None:
        """Return the next hint, None at the end."""
        return self.hints.get(timeout=PATIENCE_S)

    def __enter__(self) -> Self:
        """Be closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        if self._connection.sock is not None:
            with contextlib.suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._pool.shutdown()
        self._connection.close()


def _connected(connection: http.client.HTTPConnection) -> None:
    """Connect once somebody listens there."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
