"""HEAD and PATCH /api/v1/uploads: resumable, verified, a person's own."""

import hashlib
from datetime import timedelta

import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import DeliberationsPlaced
from sync.server import blobs, parts
from sync.server.actions import do_receive_chunk
from sync.server.actions.do_forget_uploads import do_forget_uploads
from sync.server.actions.do_place_deliberations import do_place_deliberations
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.models import Blob, Upload
from tests.helpers import world as worlds

DATA = bytes(range(251)) * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = f"/api/v1/uploads/{SHA256}"


def patch(device, offset, data, length=None, path=PATH):
    length = len(DATA) if length is None else length
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(length)}
    return device.call("PATCH", path, data, headers=headers)


def test_a_file_goes_up_in_chunks_and_counts_when_whole(world, device_of, files) -> None:
    device = device_of(world.agent)
    response = device.call("HEAD", PATH)
    assert (response.status_code, response["Upload-Offset"]) == (200, "0")
    assert "Upload-Complete" not in response
    response = patch(device, 0, DATA[:1000])
    assert (response.status_code, response["Upload-Offset"]) == (204, "1000")
    assert not Blob.objects.exists()
    assert device.call("HEAD", PATH)["Upload-Offset"] == "1000"
    response = patch(device, 1000, DATA[1000:])
    assert (response.status_code, response["Upload-Offset"]) == (201, str(len(DATA)))
    assert blobs.read(SHA256) == DATA
    assert not list((files / "incoming").iterdir())
    assert not Upload.objects.exists()
    response = device.call("HEAD", PATH)
    assert response["Upload-Complete"] == "?1"
    assert response["Upload-Offset"] == str(len(DATA))
    again = patch(device, 0, DATA[:10])
    assert again.status_code == 201


def test_an_empty_file_is_a_file(world, device_of) -> None:
    device = device_of(world.agent)
    sha256 = hashlib.sha256(b"").hexdigest()
    assert patch(device, 0, b"", 0, f"/api/v1/uploads/{sha256}").status_code == 201


def test_wrong_bytes_are_dropped_and_may_be_sent_again(world, device_of, files) -> None:
    device = device_of(world.agent)
    wrong = b"x" + DATA[1:]
    assert patch(device, 0, wrong[:5000]).status_code == 204
    response = patch(device, 5000, wrong[5000:])
    assert response.status_code == 422
    assert response.json()["code"] == "blob.wrong_digest"
    assert not Blob.objects.exists()
    assert not Upload.objects.exists()
    assert not list((files / "incoming").iterdir())
    assert patch(device, 0, DATA).status_code == 201


def test_a_wrong_offset_is_told_the_right_one(world, device_of) -> None:
    device = device_of(world.agent)
    patch(device, 0, DATA[:1000])
    for offset in (0, 999, 1001, 5000):
        response = patch(device, offset, DATA[offset : offset + 10])
        assert response.status_code == 409
        assert response["Upload-Offset"] == "1000"
        assert response.json() == {"code": "blob.wrong_offset", "parameters": {"offset": 1000}}
    assert patch(device, 1000, DATA[1000:]).status_code == 201


def test_bytes_lost_by_a_power_cut_are_asked_again(world, device_of) -> None:
    device = device_of(world.agent)
    patch(device, 0, DATA[:1000])
    part = parts.path(Upload.objects.get().id)
    part.write_bytes(part.read_bytes()[:400])
    assert device.call("HEAD", PATH)["Upload-Offset"] == "400"
    assert patch(device, 1000, DATA[1000:2000]).status_code == 409
    assert patch(device, 400, DATA[400:]).status_code == 201


def test_bytes_written_but_not_recorded_are_written_over(world, device_of) -> None:
    device = device_of(world.agent)
    patch(device, 0, DATA[:1000])
    part = parts.path(Upload.objects.get().id)
    part.write_bytes(part.read_bytes() + b"unrecorded")
    assert device.call("HEAD", PATH)["Upload-Offset"] == "1000"
    assert patch(device, 1000, DATA[1000:]).status_code == 201


def test_an_upload_that_only_lacked_its_verification_is_finished(world, device_of) -> None:
    agent = worlds.person(world.agent)
    row = Upload.objects.create(
        official=agent.official,
        sha256=SHA256,
        length=len(DATA),
        offset=len(DATA),
        updated_at=clock.now(),
    )
    parts.write(row.id, 0, DATA)
    response = device_of(world.agent).call("HEAD", PATH)
    assert response["Upload-Complete"] == "?1"


@pytest.mark.parametrize(
    ("offset", "length"),
    [("-1", "10"), ("x", "10"), ("0", ""), ("", "10"), ("0", "-5"), ("²", "3"), ("1" * 30, "3")],
)
def test_nonsense_in_the_headers_is_refused(world, device_of, offset, length) -> None:
    headers = {"Upload-Offset": offset, "Upload-Length": length}
    response = device_of(world.agent).call("PATCH", PATH, b"abc", headers=headers)
    assert response.status_code == 400
    assert not Upload.objects.exists()


def test_a_body_without_a_declared_length_is_refused(world, device_of) -> None:
    """Django reads none of it: better said than an upload that never goes on."""
    headers = {"Upload-Offset": "0", "Upload-Length": "3", "Transfer-Encoding": "chunked"}
    response = device_of(world.agent).call("PATCH", PATH, b"", headers=headers)
    assert response.json() == {
        "code": "server.bad_request",
        "parameters": {"what": "Content-Length"},
    }


def test_more_than_the_length_is_refused(world, device_of) -> None:
    assert patch(device_of(world.agent), 0, b"abcdef", 3).status_code == 400
    assert not Upload.objects.exists()


def test_another_length_than_before_is_refused(world, device_of) -> None:
    device = device_of(world.agent)
    patch(device, 0, DATA[:10])
    assert patch(device, 10, DATA[10:20], 500).status_code == 400
    assert Upload.objects.get().offset == 10


def test_a_chunk_over_the_limit_is_refused(world, device_of) -> None:
    data = bytes(do_receive_chunk.MAX_CHUNK + 1)
    response = patch(device_of(world.agent), 0, data, len(data))
    assert response.status_code == 413
    assert response.json()["code"] == "server.too_much"
    assert not Upload.objects.exists()


@pytest.mark.parametrize("who", ["mayor", "councillor", "outsider", "stranger"])
def test_who_has_nothing_to_send_may_not(world, device_of, who) -> None:
    device = device_of(getattr(world, who))
    response = patch(device, 0, DATA)
    assert response.status_code == 403
    assert response.json()["code"] == "blob.not_allowed"
    assert device.call("HEAD", PATH).status_code == 403
    assert not Upload.objects.exists()
    assert not Blob.objects.exists()


def test_a_signatory_may_send(world, device_of) -> None:
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, b"%PDF-1.7 to sign")
    dossier = worlds.dossier(world.council, worlds.document(version))
    do_publish_dossier(agent, worlds.published(dossier))
    placed = worlds.deliberation(dossier, version, ("Maire", world.mayor))
    event = DeliberationsPlaced(event_id=ids.new_id(), at=clock.now(), deliberations=(placed,))
    do_place_deliberations(agent, event)
    assert patch(device_of(world.mayor), 0, DATA).status_code == 201


def test_knowing_a_digest_gives_no_access_to_the_bytes(world, device_of) -> None:
    """Who claims a file that another person sent has to send its bytes first."""
    assert patch(device_of(world.agent), 0, DATA).status_code == 201
    thief = device_of(world.other_agent)
    response = thief.call("HEAD", PATH)
    assert response["Upload-Offset"] == "0"
    assert "Upload-Complete" not in response
    assert thief.call("GET", f"/api/v1/blobs/{SHA256}").status_code == 404
    assert patch(thief, 0, bytes(len(DATA))).status_code == 422
    assert thief.call("GET", f"/api/v1/blobs/{SHA256}").status_code == 404
    assert patch(thief, 0, DATA).status_code == 201
    assert thief.call("GET", f"/api/v1/blobs/{SHA256}").status_code == 200
    assert blobs.read(SHA256) == DATA


def test_a_wrong_upload_finished_twice_at_once_gives_no_access(world, device_of) -> None:
    """The second of two requests finds the part gone and the file there: that proves nothing."""
    assert patch(device_of(world.agent), 0, DATA).status_code == 201
    thief = device_of(world.other_agent)
    Upload.objects.create(
        official=world.other_agent,
        sha256=SHA256,
        length=len(DATA),
        offset=len(DATA),
        updated_at=clock.now(),
    )
    assert "Upload-Complete" not in thief.call("HEAD", PATH)
    assert thief.call("GET", f"/api/v1/blobs/{SHA256}").status_code == 404


def test_uploads_that_nobody_went_on_with_are_forgotten(world, device_of, files, later) -> None:
    device = device_of(world.agent)
    patch(device, 0, DATA[:1000])
    (files / "incoming" / "orphan").write_bytes(b"left by a crash")
    later(timedelta(days=6))
    assert do_forget_uploads(worlds.IT) == 0
    assert len(list((files / "incoming").iterdir())) == 2
    later(timedelta(days=8))
    assert do_forget_uploads(worlds.IT) == 1
    assert not list((files / "incoming").iterdir())
    assert not Upload.objects.exists()
