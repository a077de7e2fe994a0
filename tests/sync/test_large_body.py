"""Large bodies past the library's layers: the same bytes, the same failures as any other body."""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from boardpack.domain.ports import ConnectionLostError
from sync.client.connection import Request, ServerConnection
from sync.client.errors import TooSlowError
from sync.client.large_body import LARGE
from sync.client.wide_tls import WideSocket
from tests.helpers.speaking import Speak, head, speaking
from tests.helpers.tls import certificate

CONTENT = random.Random(11).randbytes(LARGE + 12_345)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@contextmanager
def connection(pem: Path, *answers: Speak, timeout: float = 30) -> Iterator[ServerConnection]:
    context = ssl.create_default_context(cafile=str(pem))
    context.sslsocket_class = WideSocket
    client = httpx.Client(verify=context, timeout=timeout, trust_env=False)
    with speaking(pem, *answers) as url:
        server = ServerConnection(url, client)
        yield server
        server.close()


def received(server: ServerConnection) -> bytes:
    with server.stream(Request("GET", "/")) as (_, pieces):
        return b"".join(pieces)


def whole(line: ssl.SSLSocket) -> None:
    line.sendall(head(len(CONTENT)) + CONTENT)


def test_every_byte_arrives_and_the_next_file_gets_a_connection_of_its_own(pem: Path) -> None:
    with connection(pem, whole, whole) as server:
        assert received(server) == CONTENT
        assert received(server) == CONTENT


def test_what_follows_the_announced_length_is_not_of_the_file(pem: Path) -> None:
    def more(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT + b"HTTP/1.1 200 OK\r\n\r\n")

    with connection(pem, more) as server:
        assert received(server) == CONTENT


def test_a_body_without_an_announced_length_is_the_librarys(pem: Path) -> None:
    def chunked(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT), CONTENT))

    with connection(pem, chunked) as server:
        assert received(server) == CONTENT


def test_a_line_that_breaks_is_lost_after_the_bytes_before_it(pem: Path) -> None:
    def cut(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT[:-1000])

    came = bytearray()

    def take(pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            came.extend(piece)

    with (
        connection(pem, cut) as server,
        server.stream(Request("GET", "/")) as (_, pieces),
        pytest.raises(ConnectionLostError),
    ):
        take(pieces)
    assert len(came) == len(CONTENT) - 1000


def test_a_silence_ends_by_the_timeout(pem: Path) -> None:
    heard = threading.Event()

    def silent(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT[: LARGE // 2])
        heard.wait(60)

    with connection(pem, silent, timeout=2) as server:
        with pytest.raises(TooSlowError):
            received(server)
        heard.set()
