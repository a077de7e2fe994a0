"""GET and HEAD /api/v1/blobs: whole or in part, only to whom a feed names the file."""

import hashlib

import pytest

from sync.server import blobs
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.storage.port import PIECE
from tests.helpers import world as worlds

DATA = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = f"/api/v1/blobs/{SHA256}"


@pytest.fixture
def sent(world):
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, DATA)
    dossier = worlds.dossier(world.council, worlds.document(version))
    do_publish_dossier(agent, worlds.published(dossier))
    return dossier


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_member_reads_the_whole_file(world, device_of, sent) -> None:
    response = device_of(world.councillor).call("GET", PATH)
    assert response.status_code == 200
    assert body(response) == DATA
    assert response["ETag"] == f'"{SHA256}"'
    assert response["Content-Length"] == str(len(DATA))
    assert response["Accept-Ranges"] == "bytes"
    assert "immutable" in response["Cache-Control"]


def test_head_tells_the_size_without_the_bytes(world, device_of, sent) -> None:
    response = device_of(world.councillor).call("HEAD", PATH)
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(DATA))
    assert body(response) == b""


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, len(DATA)),
        ("bytes=-10", len(DATA) - 10, len(DATA)),
        (f"bytes={len(DATA) - 1}-", len(DATA) - 1, len(DATA)),
        (f"bytes=5-{len(DATA) * 2}", 5, len(DATA)),
        (f"bytes=-{len(DATA) * 2}", 0, len(DATA)),
    ],
)
def test_a_range_is_sent(world, device_of, sent, asked, start, end) -> None:
    response = device_of(world.councillor).call("GET", PATH, headers={"Range": asked})
    assert body(response) == DATA[start:end]
    if end - start < len(DATA):
        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/{len(DATA)}"


@pytest.mark.parametrize(
    "asked",
    ["bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=-", "0-1", "bytes=" + "9" * 40 + "-"],
)
def test_a_range_that_is_none_means_the_whole(world, device_of, sent, asked) -> None:
    response = device_of(world.councillor).call("GET", PATH, headers={"Range": asked})
    assert response.status_code == 200
    assert body(response) == DATA


@pytest.mark.parametrize("asked", [f"bytes={len(DATA)}-", "bytes=999999999999-", "bytes=5-4"])
def test_a_range_outside_is_refused(world, device_of, sent, asked) -> None:
    response = device_of(world.councillor).call("GET", PATH, headers={"Range": asked})
    assert response.status_code == 416
    assert response.json()["code"] == "blob.bad_range"


def test_a_changed_file_is_sent_whole(world, device_of, sent) -> None:
    headers = {"Range": "bytes=5-", "If-Range": '"other"'}
    response = device_of(world.councillor).call("GET", PATH, headers=headers)
    assert response.status_code == 200
    headers = {"Range": "bytes=5-", "If-Range": f'"{SHA256}"'}
    response = device_of(world.councillor).call("GET", PATH, headers=headers)
    assert response.status_code == 206


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("mayor", 200),
        ("councillor", 200),
        ("agent", 200),
        ("other_agent", 404),
        ("outsider", 404),
        ("stranger", 404),
    ],
)
def test_only_the_assembly_reads_its_files(world, device_of, sent, who, status) -> None:
    device = device_of(getattr(world, who))
    response = device.call("GET", PATH)
    assert response.status_code == status
    if status == 404:
        unknown = device.call("GET", "/api/v1/blobs/" + "0" * 64)
        assert unknown.json()["code"] == response.json()["code"] == "blob.unknown"


def test_who_left_the_assembly_reads_no_more(world, device_of, sent) -> None:
    from datetime import date

    from sync.server.actions.do_save_mandate import do_save_mandate
    from sync.server.models import Mandate

    device = device_of(world.councillor)
    assert device.call("GET", PATH).status_code == 200
    row = Mandate.objects.get(official=world.councillor)
    row.ends = date(2026, 1, 1)
    do_save_mandate(worlds.IT, row)
    assert device.call("GET", PATH).status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fsecret.key", "A" * 64, "0" * 63, "é", "%00" * 64])
def test_a_name_that_is_no_digest_is_unknown(world, device_of, name) -> None:
    response = device_of(world.councillor).call("GET", f"/api/v1/blobs/{name}")
    assert response.status_code in {401, 404}


def test_nginx_sends_the_bytes_when_configured(world, device_of, sent, settings) -> None:
    settings.BLOB_REDIRECT = "/blob-files/"
    response = device_of(world.councillor).call("GET", PATH)
    assert response["X-Accel-Redirect"] == f"/blob-files/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    assert response.content == b""
    refused = device_of(world.outsider).call("GET", PATH)
    assert refused.status_code == 404
    assert "X-Accel-Redirect" not in refused


def test_a_file_is_read_in_pieces(world, sent) -> None:
    pieces = list(blobs.pieces(SHA256, 10, len(DATA) - 20))
    assert max(map(len, pieces)) <= PIECE
    assert b"".join(pieces) == DATA[10:-10]
