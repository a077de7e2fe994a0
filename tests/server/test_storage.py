"""The stores of files: a folder, SeaweedFS and OpenStack Swift keep the same promises."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from sync.protocol.errors import BlobLostError, StorageUnavailableError
from sync.server import blobs, parts
from sync.server.commands import examine
from sync.server.models import Blob, Upload
from sync.server.storage import s3
from sync.server.storage.chosen import store
from sync.server.storage.port import BlobStore, digest_at, relative_path
from tests.helpers import s3_peers
from tests.helpers.peers import free_port
from tests.helpers.s3_peers import S3Peer

#: Larger than a part of a multipart upload, no multiple of anything.
LARGE = os.urandom(1024) * 9000 + b"end"
SMALL = b"a small file"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module", params=["folder", *s3_peers.PEERS])
def peer(request: pytest.FixtureRequest) -> Iterator[S3Peer | None]:
    if request.param == "folder":
        yield None
        return
    with s3_peers.PEERS[request.param]() as found:
        yield found


@pytest.fixture
def chosen(peer, settings, monkeypatch, files) -> BlobStore:
    """The store of the settings."""
    if peer is not None:
        for name, value in peer.environment.items():
            monkeypatch.setenv(name, value)
        settings.BLOB_BUCKET = peer.url
    found = store()
    for each in list(found.stored()):
        found.delete(each.sha256)
    return found


def put(chosen: BlobStore, folder: Path, data: bytes, name: str = "") -> str:
    file = folder / "part"
    file.write_bytes(data)
    chosen.put(file, name or sha256(data))
    return name or sha256(data)


def test_what_was_put_is_there_whole_and_in_part(chosen, tmp_path) -> None:
    for data in (LARGE, SMALL, b""):
        name = put(chosen, tmp_path, data)
        assert chosen.size(name) == len(data)
        assert b"".join(chosen.pieces(name, 0, len(data))) == data
    name = sha256(LARGE)
    for start, length in ((0, 1), (5, 1_000_000), (len(LARGE) - 1, 1), (8 * 1024 * 1024 - 1, 3)):
        assert b"".join(chosen.pieces(name, start, length)) == LARGE[start : start + length]
    with chosen.as_file(name) as file:
        assert file.read_bytes() == LARGE


def test_putting_twice_replaces_what_was_damaged(chosen, tmp_path) -> None:
    name = put(chosen, tmp_path, b"damaged", sha256(SMALL))
    assert chosen.size(name) == 7
    put(chosen, tmp_path, SMALL)
    put(chosen, tmp_path, SMALL)
    assert b"".join(chosen.pieces(name, 0, len(SMALL))) == SMALL


def test_what_is_not_there_is_named(chosen, tmp_path) -> None:
    nothing = "0" * 64
    assert chosen.size(nothing) is None
    with pytest.raises(BlobLostError):
        chosen.pieces(nothing, 0, 10)
    with pytest.raises(BlobLostError), chosen.as_file(nothing):
        pass
    chosen.delete(nothing)
    with pytest.raises(FileNotFoundError):
        chosen.put(tmp_path / "nowhere", nothing)


def test_files_are_listed_and_deleted(chosen, tmp_path) -> None:
    names = {put(chosen, tmp_path, bytes([each])) for each in range(20)}
    found = list(chosen.stored())
    assert {each.sha256 for each in found} == names
    assert all(abs(clock.now() - each.written_at) < timedelta(minutes=5) for each in found)
    gone = names.pop()
    chosen.delete(gone)
    assert chosen.size(gone) is None
    assert {each.sha256 for each in chosen.stored()} == names


@pytest.mark.parametrize("peer", s3_peers.PEERS, indirect=True, scope="module")
def test_a_damaged_object_is_not_given_as_a_file(chosen, tmp_path) -> None:
    name = put(chosen, tmp_path, b"wrong bytes!", sha256(SMALL))
    with pytest.raises(BlobLostError), chosen.as_file(name):
        pass


def test_a_device_uploads_in_chunks_and_reads_back(world, device_of, chosen, peer) -> None:
    device = device_of(world.agent)
    assert device.upload(LARGE, chunk=4_000_000).status_code == 201
    assert not Upload.objects.exists()
    assert not list(parts.names(clock.now() + timedelta(days=1)))
    path = f"/api/v1/blobs/{sha256(LARGE)}"
    response = device.call("GET", path)
    assert b"".join(response.streaming_content) == LARGE
    response = device.call("GET", path, headers={"Range": "bytes=100-299"})
    assert response.status_code == 206
    assert b"".join(response.streaming_content) == LARGE[100:300]
    assert blobs.read(sha256(LARGE)) == LARGE
    assert device.call("HEAD", path)["Content-Length"] == str(len(LARGE))
    outcome = examine.run(deep=True)
    assert [each for each in outcome.facts["problems"] if "Fichier" in each] == []


def test_bytes_that_the_server_lost_are_named_and_uploaded_again(
    world, device_of, chosen, tmp_path
) -> None:
    device = device_of(world.agent)
    name, path = sha256(SMALL), f"/api/v1/blobs/{sha256(SMALL)}"
    device.upload(SMALL)
    chosen.delete(name)
    response = device.call("GET", path)
    assert (response.status_code, response.json()["code"]) == (404, "blob.lost")
    assert name in str(examine.run(deep=False).facts["problems"])
    head = device.call("HEAD", f"/api/v1/uploads/{name}")
    assert (head["Upload-Offset"], "Upload-Complete" in head) == ("0", False)
    assert device.upload(SMALL).status_code == 201
    assert b"".join(device.call("GET", path).streaming_content) == SMALL
    assert Blob.objects.count() == 1


@pytest.fixture
def nobody(settings, monkeypatch, files) -> None:
    """A bucket on a server that does not answer."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    settings.BLOB_BUCKET = f"s3://bucket?endpoint=http://127.0.0.1:{free_port()}"


def test_a_store_that_does_not_answer_costs_a_wait_and_no_byte(
    world, device_of, nobody, settings, files
) -> None:
    device = device_of(world.agent)
    response = device.upload(SMALL)
    assert (response.status_code, response.json()["code"]) == (503, "server.storage_unavailable")
    assert response["Retry-After"] == "30"
    assert parts.path(Upload.objects.get().id).read_bytes() == SMALL
    settings.BLOB_BUCKET = ""
    head = device.call("HEAD", f"/api/v1/uploads/{sha256(SMALL)}")
    assert head["Upload-Complete"] == "?1"
    assert blobs.read(sha256(SMALL)) == SMALL


@pytest.mark.parametrize("peer", s3_peers.PEERS, indirect=True, scope="module")
def test_a_wrong_secret_is_refused_by_a_real_server(peer, settings, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", peer.environment["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    settings.BLOB_BUCKET = peer.url + "&style=path"
    with pytest.raises(StorageUnavailableError):
        put(store(), tmp_path, SMALL)


@pytest.mark.parametrize(
    "url",
    [
        "s3:bucket",
        "s3://",
        "s3://key:secret@bucket",
        "s3://bucket?endpoint=ftp://x",
        "s3://bucket?key=x",
        "s3://bucket?style=x",
    ],
)
def test_a_bad_address_of_a_bucket_says_what_is_wrong(url) -> None:
    with pytest.raises(s3.BadStorageAddressError):
        s3.parse(url)


def test_an_address_of_a_bucket_is_read() -> None:
    found = s3.parse("s3://b/ville/x/?endpoint=https://s3.example.fr/&region=fr-par&style=host")
    assert found == s3.S3Address("b", "ville/x", "https://s3.example.fr", "fr-par", "host")


def test_only_our_own_names_are_listed() -> None:
    name = sha256(SMALL)
    assert digest_at(relative_path(name)) == name
    for other in (name, f"00/00/{name}", f"{name[:2]}/{name[2:4]}/x", "incoming/x", "a/b/c"):
        assert digest_at(other) is None
