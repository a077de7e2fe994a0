"""TLS in large pieces: the same bytes, the same ends, whatever the size of records and pauses."""

from __future__ import annotations

import random
import ssl
import threading
import time
from pathlib import Path

import httpx
import pytest

from sync.client.wide_tls import PIECE, WideSocket
from tests.helpers.speaking import head, speaking
from tests.helpers.tls import certificate


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


def fetch(pem: Path, url: str, timeout: float = 20) -> list[bytes]:
    context = ssl.create_default_context(cafile=str(pem))
    context.sslsocket_class = WideSocket
    with (
        httpx.Client(verify=context, timeout=timeout, trust_env=False) as client,
        client.stream("GET", url) as response,
    ):
        return list(response.iter_raw())


def test_every_byte_arrives_in_order_and_in_large_pieces(pem: Path) -> None:
    source = random.Random(7)
    content = source.randbytes(3_000_000)

    def speak(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(content)))
        at = 0
        while at < len(content):
            size = source.choice((1, 100, 16_384, 20_000, 500_000))
            line.sendall(content[at : at + size])
            at += size

    with speaking(pem, speak) as url:
        pieces = fetch(pem, url)
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) > 64 * 1024
    assert max(map(len, pieces)) <= PIECE


def test_what_is_there_is_given_without_waiting_for_more(pem: Path) -> None:
    gone_on = threading.Event()

    def speak(line: ssl.SSLSocket) -> None:
        line.sendall(head(200_000) + b"a" * 100_000)
        gone_on.wait(10)
        line.sendall(b"b" * 100_000)

    context = ssl.create_default_context(cafile=str(pem))
    context.sslsocket_class = WideSocket
    with (
        speaking(pem, speak) as url,
        httpx.Client(verify=context, timeout=20, trust_env=False) as client,
        client.stream("GET", url) as response,
    ):
        pieces = response.iter_raw()
        first = b""
        while len(first) < 100_000:
            first += next(pieces)
        assert first == b"a" * 100_000
        gone_on.set()
        assert b"".join(pieces) == b"b" * 100_000


def test_a_silence_ends_by_the_timeout_and_not_later(pem: Path) -> None:
    heard = threading.Event()

    def speak(line: ssl.SSLSocket) -> None:
        line.sendall(head(200_000) + b"a" * 100_000)
        heard.wait(20)

    began = time.monotonic()
    with speaking(pem, speak) as url:
        with pytest.raises(httpx.ReadTimeout):
            fetch(pem, url, timeout=0.5)
        heard.set()
    assert time.monotonic() - began < 15


def test_a_line_that_breaks_is_told_after_the_bytes_before_it(pem: Path) -> None:
    def speak(line: ssl.SSLSocket) -> None:
        line.sendall(head(200_000) + b"a" * 100_000)

    with speaking(pem, speak) as url, pytest.raises(httpx.RemoteProtocolError):
        fetch(pem, url)
