"""Size of a file and room of an authority: said at the first chunk, by name, to who can act."""

from __future__ import annotations

import hashlib

import pytest

from boardpack.domain import clock, ids
from sync.protocol.messages import DeliberationsPlaced
from sync.server import quota
from sync.server.actions.do_place_deliberations import do_place_deliberations
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.models import Blob, Upload
from sync.server.quota import MB
from tests.helpers import world as worlds

DATA = bytes(range(256)) * 40


def begin(device, length: int, name: bytes = b""):
    """Send the first three bytes of a file of `length`."""
    path = "/api/v1/uploads/" + hashlib.sha256(name or str(length).encode()).hexdigest()
    headers = {"Upload-Offset": "0", "Upload-Length": str(length)}
    return device.call("PATCH", path, b"abc", headers=headers)


def limit(authority, **values: int | None) -> None:
    for name, value in values.items():
        setattr(authority, name, value)
    authority.save()


def test_a_file_over_the_servers_limit_is_refused_before_a_byte_is_kept(
    world, device_of, settings
) -> None:
    device = device_of(world.agent)
    settings.FILE_LIMIT_MB = 2
    assert begin(device, 2 * MB).status_code == 204
    response = begin(device, 2 * MB + 1)
    assert response.status_code == 413
    assert response.json() == {"code": "blob.too_large", "parameters": {"limit": 2 * MB}}
    assert Upload.objects.count() == 1


def test_the_console_sets_another_limit_for_an_authority(world, device_of) -> None:
    limit(world.town, file_limit_mb=1)
    assert begin(device_of(world.agent), MB + 1).json()["code"] == "blob.too_large"
    assert begin(device_of(world.other_agent), MB + 1).status_code == 204


def test_a_full_authority_takes_no_more_and_says_who_must_act(world, device_of) -> None:
    limit(world.town, quota_mb=3)
    device = device_of(world.agent)
    assert begin(device, 2 * MB).status_code == 204
    response = begin(device, 2 * MB, b"another")
    assert response.status_code == 507
    parameters = {"authority": world.town.name, "free": 1, "quota": 3}
    assert response.json() == {"code": "blob.quota", "parameters": parameters}
    assert Upload.objects.count() == 1
    assert begin(device, MB).status_code == 204
    assert begin(device_of(world.other_agent), 2 * MB).status_code == 204
    limit(world.town, quota_mb=0)
    assert begin(device, 2 * MB, b"another").status_code == 204


def test_an_upload_that_began_is_not_stopped(world, device_of) -> None:
    device = device_of(world.agent)
    assert device.upload(DATA[:100], chunk=60).status_code == 201
    path = f"/api/v1/uploads/{hashlib.sha256(DATA).hexdigest()}"
    headers = {"Upload-Offset": "0", "Upload-Length": str(len(DATA))}
    assert device.call("PATCH", path, DATA[:100], headers=headers).status_code == 204
    limit(world.town, file_limit_mb=1, quota_mb=1)
    Blob.objects.update(size=5 * MB)
    headers["Upload-Offset"] = "100"
    assert device.call("PATCH", path, DATA[100:], headers=headers).status_code == 201


def test_a_file_counts_once_however_many_name_it(world) -> None:
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, DATA)
    assert quota.used(world.town) == len(DATA)
    for _ in range(2):
        sent = worlds.dossier(world.council, worlds.document(version))
        do_publish_dossier(agent, worlds.published(sent))
    assert quota.used(world.town) == len(DATA)
    assert quota.used(world.agglomeration) == 0


def test_a_signatory_sends_for_the_authority_of_what_they_sign(world, device_of) -> None:
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, DATA)
    sitting = worlds.dossier(world.council, worlds.document(version))
    do_publish_dossier(agent, worlds.published(sitting))
    placed = worlds.deliberation(sitting, version, ("maire", world.mayor))
    event = DeliberationsPlaced(ids.new_id(), clock.now(), (placed,))
    do_place_deliberations(agent, event)
    limit(world.town, quota_mb=1)
    assert begin(device_of(world.mayor), 2 * MB).json()["code"] == "blob.quota"


@pytest.mark.parametrize(("given", "shown"), [(None, "0 MB"), (7, "0 / 7 MB")])
def test_the_console_shows_what_is_stored(console, world, given, shown) -> None:
    limit(world.town, quota_mb=given)
    page = console.get("/console/boardpack_server/authority/").content.decode()
    assert shown in page
