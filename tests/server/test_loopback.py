"""The real server over a real socket: granian, Django, SQLite or PostgreSQL, and the whole way
from a code to a dossier that another device receives.
"""

from __future__ import annotations

import hashlib
import json
import socket
from urllib.parse import urlsplit

from sync.protocol import codec
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.serving import Served, facts, run
from tests.helpers.socket_device import SocketDevice
from tests.helpers.world import version


def test_a_dossier_goes_from_one_device_to_another(served: Served) -> None:
    agent = SocketDevice(served, served.command("enrol", "zoe@bourg.fr")["code"])
    reader = SocketDevice(served, served.command("enrol", "jeanne@bourg.fr")["code"])
    data = b"%PDF-1.7 " + bytes(range(256)) * 80_000
    agent.publish(data)

    status, body, _ = reader.ask("POST", EXCHANGE, request(), Content_Type="application/json")
    kinds = {each.kind for each in codec.decode_reply(body).changes}
    assert {"dossier", "assembly_key", "authority", "official", "access", "device"} <= kinds
    path = f"/api/v1/blobs/{version(data).sha256}"
    status, first, _ = reader.ask("GET", path, Range="bytes=0-999999")
    assert (status, len(first)) == (206, 1_000_000)
    status, rest, headers = reader.ask("GET", path, Range="bytes=1000000-")
    assert hashlib.sha256(first + rest).hexdigest() == version(data).sha256
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
