"""A TLS server of one answer, said by the test itself."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

Speak = Callable[[ssl.SSLSocket], None]


@contextmanager
def speaking(pem: Path, *answers: Speak) -> Iterator[str]:
    """Serve a connection for each of `answers`: read its request, then let it answer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for speak in answers:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as line:
                while b"\r\n\r\n" not in line.recv(65536):
                    pass
                speak(line)

    with ThreadPoolExecutor(1) as pool, listener:
        served = pool.submit(serve)
        yield f"https://localhost:{listener.getsockname()[1]}/"
        served.result(30)


def head(length: int) -> bytes:
    """Return the head of an answer with a body of `length` bytes."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length
