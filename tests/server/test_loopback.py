"""The real server over a real socket: granian, Django, SQLite or PostgreSQL, and the whole way
from a code to a dossier that another device receives.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from sync.protocol import codec
from sync.protocol.messages import DossierPublished
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.serving import Served, facts, prepare, ready_folder, run
from tests.helpers.wire_device import ASSERTION_TYPE, TOKEN, WireDevice, ath, proof, public
from tests.helpers.world import document, version


class SocketDevice(WireDevice):
    """`WireDevice`'s keys, spoken over the socket."""

    def __init__(self, server: Served, code: str) -> None:
        super().__init__()
        self.server = server
        body = {
            "client_name": "Tablette",
            "jwks": {"keys": [public(self.key)]},
            "boardpack": {"recipient": "age1" + "q" * 58},
        }
        status, data, headers = server.call(
            "POST",
            "/oauth/register",
            json.dumps(body).encode(),
            Authorization=f"Bearer {code}",
            Content_Type="application/json",
        )
        assert status == 201, data
        self.device_id, self.nonce = json.loads(data)["client_id"], headers["dpop-nonce"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(aud=server.url + TOKEN),
        }
        status, data, headers = server.call(
            "POST",
            TOKEN,
            urlencode(form).encode(),
            DPoP=proof(self.key, "POST", server.url + TOKEN, nonce=self.nonce),
            Content_Type="application/x-www-form-urlencoded",
        )
        assert status == 200, data
        self.token = json.loads(data)["access_token"]

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        address = self.server.url + path
        status, data, found = self.server.call(
            method,
            path,
            body,
            Authorization=f"DPoP {self.token}",
            DPoP=proof(self.key, method, address, ath=ath(self.token), nonce=self.nonce),
            **headers,
        )
        self.nonce = found["dpop-nonce"]
        return status, data, found


@pytest.fixture
def database() -> Iterator[str]:
    """An empty database: SQLite in the folder, or a new one in the tests' PostgreSQL."""
    base = os.environ.get("BOARDPACK_TEST_DATABASE_URL", "")
    if not base:
        yield ""
        return
    name = f"loopback_{os.getpid()}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield base.rpartition("/")[0] + "/" + name
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def served(tmp_path: Path, database: str) -> Iterator[Served]:
    folder = tmp_path / "data"
    if database:
        prepare(folder, {"DATABASE_URL": database})
    else:
        ready_folder(folder)
    server = Served(folder, database)
    yield server
    if server.process.poll() is None:
        server.stop()


def test_a_dossier_goes_from_one_device_to_another(served: Served) -> None:
    agent = SocketDevice(served, served.command("enrol", "zoe@bourg.fr")["code"])
    reader = SocketDevice(served, served.command("enrol", "jeanne@bourg.fr")["code"])
    data = b"%PDF-1.7 " + bytes(range(256)) * 80_000
    described = version(data)
    path = f"/api/v1/uploads/{described.sha256}"
    chunk = 8 * 1024 * 1024
    for start in range(0, len(data), chunk):
        status, body, headers = agent.ask(
            "PATCH",
            path,
            data[start : start + chunk],
            Upload_Offset=str(start),
            Upload_Length=str(len(data)),
        )
        assert status in {201, 204}, body
    assert (status, headers["upload-complete"]) == (201, "?1")
    status, body, headers = agent.ask("HEAD", path)
    assert (status, headers["upload-offset"]) == (200, str(len(data)))

    status, body, _ = agent.ask("POST", EXCHANGE, request(), Content_Type="application/json")
    assembly_id = next(
        each.record_id for each in codec.decode_reply(body).changes if each.kind == "assembly"
    )
    now = clock.now()
    dossier = Dossier(
        sitting_id=ids.new_id(),
        assembly_id=assembly_id,
        revision=1,
        title="Séance",
        starts_at=now,
        place="",
        items=(),
        documents=(document(described),),
        first_sent_at=now,
        revised_at=now,
    )
    event = DossierPublished(ids.new_id(), now, dossier)
    status, body, _ = agent.ask("POST", EXCHANGE, request(event), Content_Type="application/json")
    assert codec.decode_reply(body).answers[0].accepted, body

    status, body, _ = reader.ask("POST", EXCHANGE, request(), Content_Type="application/json")
    kinds = {each.kind for each in codec.decode_reply(body).changes}
    assert {"dossier", "assembly", "authority", "official", "access", "device"} <= kinds
    path = f"/api/v1/blobs/{described.sha256}"
    status, first, _ = reader.ask("GET", path, Range="bytes=0-999999")
    assert (status, len(first)) == (206, 1_000_000)
    status, rest, headers = reader.ask("GET", path, Range="bytes=1000000-")
    assert hashlib.sha256(first + rest).hexdigest() == described.sha256
    assert headers["content-range"] == f"bytes 1000000-{len(data) - 1}/{len(data)}"
    status, whole, headers = reader.ask("GET", path)
    assert (status, whole == data) == (200, True)

    served.command("revoke", "jeanne@bourg.fr")
    status, body, _ = reader.ask("GET", path)
    assert (status, json.loads(body)["code"]) == (401, "device.not_authorised")
    report = served.command("check", "--deep")
    assert (report["files"], report["sittings"], report["problems"]) == (1, 1, [])


def test_the_server_says_when_it_listens_and_ends_when_asked(served: Served) -> None:
    assert served.line.startswith("boardpack-server listening on http://127.0.0.1:")
    status, body, _ = served.call("GET", "/api/v1/health")
    assert status == 200
    assert json.loads(body)["status"] == "ok"
    status, page, headers = served.call("GET", "/console/login/")
    assert status == 200
    assert b"boardpack" in page
    assert headers["x-frame-options"] == "DENY"
    assert served.call("GET", "/static/admin/css/base.css")[0] == 200
    port = urlsplit(served.url).port
    done = run(served.folder, "run", "--json", f"--port={port}", environment=served.environment)
    assert done.returncode == 75, done.stderr
    assert facts(done)["code"] == "server.port_taken"
    assert served.stop() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_what_the_server_answered_survives_its_kill(served: Served) -> None:
    """kill -9 of the worker and its parent: an accepted code stays used, the device stays known."""
    device = SocketDevice(served, served.command("enrol", "jeanne@bourg.fr")["code"])
    served.kill()
    again = Served(served.folder, served.environment["DATABASE_URL"])
    try:
        device.server = again
        status, body, _ = device.ask("POST", EXCHANGE, request())
        assert status == 200, body
    finally:
        assert again.stop() == 0
