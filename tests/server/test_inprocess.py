"""The door of the simulators gives what HTTP gives: the same answers, bytes and refusals."""

import hashlib

import pytest

from boardpack.domain.refusals import BlobUnknownError, DeviceRetiredError, DeviceRevokedError
from sync.protocol import codec
from sync.protocol.errors import NotAuthorisedError, WrongOffsetError
from sync.server import inprocess
from sync.server.actions.do_revoke_device import do_revoke_device
from tests.helpers import world as worlds
from tests.helpers.exchanging import EXCHANGE, request

DATA = b"%PDF-1.7 " * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_an_exchange_in_process_is_the_exchange_of_http(world, device_of) -> None:
    device = device_of(world.agent)
    over_http = codec.decode_reply(device.call("POST", EXCHANGE, request()).content)
    beside = codec.decode_reply(inprocess.handle_exchange(device.device_id, request()))
    assert beside.changes == over_http.changes
    assert beside.cursor == over_http.cursor


def test_files_go_up_and_down(world) -> None:
    agent = worlds.person(world.agent).device.id
    assert inprocess.upload(agent, SHA256, 0, len(DATA), DATA[:100]).offset == 100
    assert inprocess.uploaded(agent, SHA256).offset == 100
    with pytest.raises(WrongOffsetError):
        inprocess.upload(agent, SHA256, 50, len(DATA), DATA[50:])
    assert inprocess.upload(agent, SHA256, 100, len(DATA), DATA[100:]).complete
    assert inprocess.get_blob(agent, SHA256) == DATA
    assert inprocess.get_blob(agent, SHA256, 10, 20) == DATA[10:30]
    dossier = worlds.dossier(world.council, worlds.document(worlds.version(DATA)))
    body = request(worlds.published(dossier))
    assert codec.decode_reply(inprocess.handle_exchange(agent, body)).answers[0].accepted
    assert inprocess.get_blob(worlds.person(world.mayor).device.id, SHA256) == DATA
    with pytest.raises(BlobUnknownError):
        inprocess.get_blob(worlds.person(world.outsider).device.id, SHA256)


def test_devices_that_may_not_are_refused(world, device_of) -> None:
    with pytest.raises(NotAuthorisedError):
        inprocess.handle_exchange("nobody", request())
    retired = device_of(world.mayor).device_id
    device_of(world.mayor)
    with pytest.raises(DeviceRetiredError):
        inprocess.handle_exchange(retired, request())
    person = worlds.person(world.deputy)
    do_revoke_device(worlds.IT, person.device)
    with pytest.raises(DeviceRevokedError):
        inprocess.handle_exchange(person.device.id, request())
