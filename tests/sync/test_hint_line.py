"""What a stream of hints may do to a device: nothing but make it exchange; it ends when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc.jwk import ECKey

from boardpack.domain.errors import BoardpackError
from boardpack.domain.ports import Heard
from sync.client import hint_line
from sync.client.hint_line import HintLine
from sync.protocol.messages import STREAM_PATH

HINT = b'event: hint\ndata: {"epoch": "e1", "cursor": {"official:x": 4}}\n\n'
PING = b":\n\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        """Give a token to anybody."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, json.dumps({"access_token": "t", "expires_in": 600}).encode())

    def do_GET(self) -> None:
        """Play the stream."""
        assert self.path == STREAM_PATH
        self.server.streams += 1
        script = self.server.script
        if script.status != 200:
            self._answer(script.status, script.body)
            return
        self.send_response(200)
        self.send_header("Content-Type", script.kind)
        self.send_header("Transfer-Encoding", "chunked")
        if script.hangs_up:
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in script.pieces:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.server.released.wait(script.then_s)
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass
class Script:
    """What the server says, how long it then stays silent before it ends the stream."""

    pieces: tuple[bytes, ...] = ()
    then_s: float = 0.0
    status: int = 200
    body: bytes = b"{}"
    kind: str = "text/event-stream"
    hangs_up: bool = False


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    script = Script()
    streams = 0
    released: threading.Event

    def handle_error(self, *_: object) -> None:
        """A device hung up: that is what these tests are about."""


@dataclass
class Scene:
    """A server and one device's line to it."""

    server: _Server
    line: HintLine
    heard: list[Heard | None] = field(default_factory=list)

    def listen(self, script: Script) -> None:
        self.server.script = script
        self.line.listen(self.heard.append)


@pytest.fixture
def scene() -> Iterator[Scene]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.released = threading.Event()
    key = ECKey.generate_key("P-256").as_dict(private=True)
    line = HintLine(f"http://127.0.0.1:{server.server_port}", "device", key)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(server.serve_forever, 0.01)
        yield Scene(server, line)
        server.released.set()
        server.shutdown()
        server.server_close()


def test_hints_and_signs_of_life_are_told_however_they_are_cut(scene: Scene) -> None:
    whole = PING + HINT + PING
    scene.listen(Script(tuple(whole[at : at + 7] for at in range(0, len(whole), 7))))
    assert [each for each in scene.heard if each] == [Heard("e1", {"official:x": 4})]
    assert None in scene.heard


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (Script((b"x" * 70_000,)), "sync.unreadable_message"),
        (Script((b"data: {not json\n",)), "sync.unreadable_message"),
        (Script((b'data: {"epoch": 7, "cursor": {}}\n',)), "sync.unreadable_message"),
        (Script((b'data: {"epoch": "e", "cursor": {"a": "b"}}\n',)), "sync.unreadable_message"),
        (Script((b"data: " + b"[" * 50_000 + b"\n",)), "sync.unreadable_message"),
        (Script((b"<html>",), kind="text/html"), "sync.unreadable_message"),
        (
            Script(status=404, body=b'{"code": "access.unknown", "parameters": {}}'),
            "access.unknown",
        ),
        (Script(status=302), "sync.unreadable_message"),
        (Script(status=503), "client.busy"),
        (Script(status=502, body=b"<html>"), "client.server_failed"),
    ],
    ids=range(10),
)
def test_what_is_no_hint_ends_the_stream_by_name(scene: Scene, script: Script, code: str) -> None:
    with pytest.raises(BoardpackError) as failed:
        scene.listen(script)
    assert failed.value.code == code
    assert not any(scene.heard)


def test_who_falls_silent_is_heard_no_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hint_line, "SILENCE_SECONDS", 0.2)
    with pytest.raises(BoardpackError) as failed:
        scene.listen(Script((PING,), then_s=20))
    assert failed.value.code == "client.timeout"
    assert scene.heard


@pytest.mark.parametrize("hangs_up", [False, True], ids=["kept", "last answer"])
def test_hanging_up_ends_a_silent_stream_at_once(scene: Scene, hangs_up: bool) -> None:  # noqa: FBT001 a parameter
    script = Script((PING,), then_s=20, hangs_up=hangs_up)
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(scene.listen, script)
        _until(lambda: bool(scene.heard))
        began = time.monotonic()
        scene.line.hang_up()
        assert listening.exception(timeout=10) is not None
    assert time.monotonic() - began < 5
    with pytest.raises(BoardpackError):
        scene.listen(script)
    assert scene.server.streams == 1


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
