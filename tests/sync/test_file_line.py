"""Files over connections of their own: every byte, every failure, whatever the other end does."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from boardpack.domain.ports import ConnectionLostError
from sync.client import file_line, tls
from sync.client.connection import Request, ServerConnection
from sync.client.errors import ClockError, OfflineError, TlsError, TooSlowError
from sync.client.failures import Reply
from tests.helpers.speaking import Speak, head, speaking
from tests.helpers.tls import certificate

CONTENT = random.Random(11).randbytes(3_000_000)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))


@contextmanager
def connection(pem: Path, *answers: Speak) -> Iterator[ServerConnection]:
    with speaking(pem, *answers) as url:
        server = ServerConnection(url)
        yield server
        server.close()


def received(server: ServerConnection) -> tuple[Reply, bytes]:
    with server.stream(Request("GET", "/file", {"Range": "bytes=0-"})) as (reply, pieces):
        return reply, b"".join(pieces)


def whole(line: ssl.SSLSocket) -> None:
    line.sendall(head(len(CONTENT)) + CONTENT)


def test_files_follow_each_other_on_one_connection(pem: Path) -> None:
    asked: list[bytes] = []

    def three(line: ssl.SSLSocket) -> None:
        whole(line)
        for _ in range(2):
            asked.append(line.recv(65536))
            whole(line)

    with connection(pem, three) as server:
        for _ in range(3):
            assert received(server)[1] == CONTENT
    for each in asked:
        assert each.startswith(b"GET /file HTTP/1.1\r\nHost: localhost:")
        assert b"\r\nRange: bytes=0-\r\n" in each
        assert each.count(b"Accept-Encoding: identity\r\n") == 1


def test_pieces_are_large_and_wait_for_nothing_that_is_still_to_come(pem: Path) -> None:
    gone_on = threading.Event()

    def paused(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT[:100_000])
        gone_on.wait(10)
        line.sendall(CONTENT[100_000:])

    with connection(pem, paused) as server, server.stream(Request("GET", "/")) as (_, pieces):
        came = b""
        while len(came) < 100_000:
            came += next(pieces)
        gone_on.set()
        rest = list(pieces)
    assert came + b"".join(rest) == CONTENT
    assert max(map(len, rest)) > 64 * 1024


def test_a_file_that_was_not_read_to_its_end_leaves_nothing_to_the_next(pem: Path) -> None:
    def left(line: ssl.SSLSocket) -> None:
        with contextlib.suppress(OSError):
            whole(line)

    with connection(pem, left, whole) as server:
        with server.stream(Request("GET", "/")) as (_, pieces):
            assert CONTENT.startswith(next(pieces))
        assert received(server)[1] == CONTENT


def test_a_connection_left_for_long_is_not_used_again(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_line, "_KEPT_SECONDS", 0)
    with connection(pem, whole, whole) as server:
        assert received(server)[1] == CONTENT
        assert received(server)[1] == CONTENT


def test_more_than_was_announced_is_not_of_the_file(pem: Path) -> None:
    def more(line: ssl.SSLSocket) -> None:
        line.sendall(head(1000) + CONTENT[:5000])

    with connection(pem, more) as server:
        assert received(server)[1] == CONTENT[:1000]


def test_a_body_in_chunks_comes_whole_and_a_cut_one_is_lost(pem: Path) -> None:
    def chunked(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT), CONTENT))
        line.recv(65536)
        # Ended by the end of the connection, which is not used again.
        line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CONTENT)

    def cut(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.sendall(b"%x\r\n%b" % (len(CONTENT), CONTENT[:-1]))

    with connection(pem, chunked, cut) as server:
        assert received(server)[1] == CONTENT
        assert received(server)[1] == CONTENT
        with pytest.raises(ConnectionLostError):
            received(server)


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
    assert came == CONTENT[:-1000]


def test_a_silence_ends_by_the_timeout(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_line, "SILENCE_SECONDS", 0.5)
    heard = threading.Event()

    def silent(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT[:1000])
        heard.wait(60)

    with connection(pem, silent) as server:
        with pytest.raises(TooSlowError):
            received(server)
        heard.set()


def test_closing_ends_what_is_being_read(pem: Path) -> None:
    heard = threading.Event()

    def silent(line: ssl.SSLSocket) -> None:
        line.sendall(head(len(CONTENT)) + CONTENT[:1000])
        heard.wait(60)

    with connection(pem, silent) as server:
        with server.stream(Request("GET", "/")) as (_, pieces):
            assert CONTENT.startswith(next(pieces))
            server.close()
            with pytest.raises(ConnectionLostError):
                list(pieces)
        heard.set()
        with pytest.raises(ConnectionLostError):
            received(server)


def test_a_refusal_comes_with_its_words_and_a_redirect_is_not_followed(pem: Path) -> None:
    def refuse(line: ssl.SSLSocket) -> None:
        line.sendall(b"HTTP/1.1 404 Not Found\r\nDPoP-Nonce: n\r\nContent-Length: 2\r\n\r\n{}")
        line.recv(65536)
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
        line.recv(65536)
        line.sendall(b"SMTP ready\r\n\r\n")

    with connection(pem, refuse) as server:
        reply, rest = received(server)
        assert (reply.status, reply.body, rest) == (404, b"{}", b"")
        assert reply.headers["dpop-nonce"] == "n"
        assert received(server)[0].status == 302
        with pytest.raises(ConnectionLostError):
            received(server)


@pytest.mark.parametrize(
    ("facts", "error"),
    [({"days": -1}, ClockError), ({"name": "other.example"}, TlsError), ({}, TlsError)],
)
def test_a_certificate_that_does_not_hold_is_named(
    facts: dict[str, int | str],
    error: type[Exception],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = certificate(tmp_path, **facts)  # type: ignore[arg-type]
    if facts:
        monkeypatch.setenv("SSL_CERT_FILE", str(other))
    refused = threading.Event()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(other)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            plain, _ = listener.accept()
            try:
                context.wrap_socket(plain, server_side=True)
            except OSError:
                refused.set()
            plain.close()

        server = ServerConnection(f"https://localhost:{listener.getsockname()[1]}")
        with ThreadPoolExecutor(1) as pool:
            greeted = pool.submit(greet)
            with pytest.raises(error):
                received(server)
            greeted.result()
        server.close()
    assert refused.is_set()


def test_nobody_at_the_port_is_offline() -> None:
    server = ServerConnection("http://127.0.0.1:9")
    with pytest.raises(OfflineError):
        received(server)
    server.close()


def test_a_proxy_of_the_settings_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_line.reaches("https://actes.test")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    assert not file_line.reaches("https://actes.test")
    monkeypatch.setenv("NO_PROXY", "actes.test")
    assert file_line.reaches("https://actes.test")


def test_known_certificates_are_there_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pem: Path
) -> None:
    assert tls.trusting_context().cert_store_stats()["x509_ca"] == 1
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(empty))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls.trusting_context().cert_store_stats()["x509_ca"] > 50
