"""The sample configuration of nginx in front of a real server: bytes never pass through Python.

For each store of files: whole, in part, resumed with If-Range, HEAD; who may not read gets nothing;
what is lost is named; the internal addresses lead nowhere from outside.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import s3_peers
from tests.helpers.nginx_site import NginxSite
from tests.helpers.s3_peers import S3Peer
from tests.helpers.serving import Served, prepare, ready_folder
from tests.helpers.socket_device import SocketDevice

DATA = os.urandom(1024) * 9000 + b"end"
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = f"/api/v1/blobs/{SHA256}"


@pytest.fixture(scope="module", params=["folder", *s3_peers.PEERS])
def peer(request: pytest.FixtureRequest) -> Iterator[S3Peer | None]:
    if request.param == "folder":
        yield None
        return
    with s3_peers.PEERS[request.param]() as found:
        yield found


@pytest.fixture
def front(peer, database: str, tmp_path: Path) -> Iterator[NginxSite]:
    folder = tmp_path / "data"
    if database:
        prepare(folder, {"DATABASE_URL": database})
    else:
        ready_folder(folder)
    with NginxSite(folder / "blobs", peer.endpoint if peer else "") as nginx:
        settings = nginx.settings | {"BOARDPACK_BLOB_REDIRECT": "/blob-files"}
        if peer:
            settings |= peer.environment
            settings |= {"BOARDPACK_BLOBS": peer.url, "BOARDPACK_BLOB_REDIRECT": "/blob-bucket"}
        nginx.served = Served(folder, database, settings, nginx.upstream)
        yield nginx
        nginx.served.stop()


def test_nginx_moves_the_bytes_and_the_server_decides(front, peer) -> None:
    agent = SocketDevice(front, front.command("enrol", "zoe@bourg.fr")["code"])
    mayor = SocketDevice(front, front.command("enrol", "jeanne@bourg.fr")["code"])
    assert mayor.ask("GET", PATH)[0] == 404
    agent.publish(DATA)
    status, data, headers = mayor.ask("GET", PATH)
    assert (status, data == DATA) == (200, True)
    assert headers["etag"] == f'"{SHA256}"'
    assert headers["content-type"] == "application/octet-stream"
    assert headers["accept-ranges"] == "bytes"
    assert "immutable" in headers["cache-control"]
    assert not any(name.startswith("x-accel") or name == "x-blob-range" for name in headers)

    for extra in ({}, {"If_Range": f'"{SHA256}"'}):
        status, data, headers = mayor.ask("GET", PATH, Range="bytes=5000000-", **extra)
        assert (status, data == DATA[5_000_000:]) == (206, True), (status, extra)
        assert headers["content-range"] == f"bytes 5000000-{len(DATA) - 1}/{len(DATA)}"
        assert headers["etag"] == f'"{SHA256}"'
    status, data, _ = mayor.ask("GET", PATH, Range="bytes=0-9")
    assert (status, data) == (206, DATA[:10])
    status, data, _ = mayor.ask("GET", PATH, Range="bytes=5-", If_Range='"another"')
    assert (status, len(data)) == (200, len(DATA))
    status, body, _ = mayor.ask("GET", PATH, Range=f"bytes={len(DATA)}-")
    assert (status, json.loads(body)["code"]) == (416, "blob.bad_range")
    status, data, headers = mayor.ask("HEAD", PATH)
    assert (status, data, headers["content-length"]) == (200, b"", str(len(DATA)))

    inside = f"/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    for address in (f"/blob-files{inside}", f"/blob-bucket/{s3_peers.BUCKET}/mairie{inside}"):
        assert front.call("GET", address)[0] == 404
    assert front.call("GET", "/console/login/")[0] == 403

    lose(front, peer)
    status, body, _ = mayor.ask("GET", PATH)
    assert status == 404
    assert json.loads(body) == {"code": "blob.lost", "parameters": {"sha256": SHA256}}
    front.command("revoke", "jeanne@bourg.fr")
    assert mayor.ask("GET", PATH)[0] == 401
    if peer:
        log = (front.folder / "access.log").read_text()
        assert "X-Amz-Signature" not in log


def lose(front: NginxSite, peer: S3Peer | None) -> None:
    """Remove the bytes behind the server's back."""
    if peer is None:
        (front.served.folder / "blobs" / SHA256[:2] / SHA256[2:4] / SHA256).unlink()
        return
    import obstore
    from obstore.store import S3Store

    bucket = S3Store(
        s3_peers.BUCKET,
        endpoint=peer.endpoint,
        access_key_id=s3_peers.KEY,
        secret_access_key=s3_peers.SECRET,
        region="us-east-1",
        client_options={"allow_http": True},
    )
    obstore.delete(bucket, f"mairie/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}")
