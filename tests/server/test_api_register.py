"""POST /oauth/register: a one-time code makes one device, once."""

from datetime import timedelta

import pytest

from sync.server import identity
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.models import AuditLine, Change, Device, EnrolmentCode, Official
from tests.helpers.wire_device import WireDevice, new_key
from tests.helpers.world import IT, World


def test_a_code_enrols_a_device(world: World) -> None:
    device = WireDevice()
    response = device.register(do_issue_code(IT, world.mayor).text)
    assert response.status_code == 201
    facts = response.json()
    row = Device.objects.get()
    assert facts["client_id"] == row.id
    assert facts["official_id"] == world.mayor.id
    assert facts["official_name"] == "Jeanne Martin"
    assert facts["authority_names"] == ["Agglomération du Val d’Or", "Ville de Saint-Aubin"]
    assert facts["server_key"] == identity.public_jwk()
    assert facts["server_id"] == identity.state().id
    assert facts["retired"] == ""
    assert Official.objects.get(id=world.mayor.id).recipient.startswith("age1")
    assert AuditLine.objects.filter(action="enrol_device", subject_id=row.id).count() == 1


def test_a_code_typed_carelessly_works(world: World) -> None:
    text = do_issue_code(IT, world.mayor).text
    assert WireDevice().register(f" {text.lower().replace('-', ' ')} ").status_code == 201


def test_a_used_code_is_refused(world: World) -> None:
    code = do_issue_code(IT, world.mayor).text
    assert WireDevice().register(code).status_code == 201
    response = WireDevice().register(code, replace=True)
    assert response.status_code == 401
    assert response.json()["code"] == "device.bad_code"
    assert Device.objects.count() == 1


def test_a_registration_whose_answer_was_lost_may_be_sent_again(world: World) -> None:
    code = do_issue_code(IT, world.mayor).text
    device = WireDevice()
    first = device.register(code).json()
    assert device.register(code).json() == first
    assert Device.objects.count() == 1


def test_an_expired_code_is_refused(world: World, later) -> None:
    code = do_issue_code(IT, world.mayor).text
    later(timedelta(hours=48, seconds=1))
    response = WireDevice().register(code)
    assert response.json()["code"] == "device.bad_code"
    assert not Device.objects.exists()


def test_a_newer_code_replaces_the_older_one(world: World) -> None:
    older = do_issue_code(IT, world.mayor).text
    newer = do_issue_code(IT, world.mayor).text
    assert WireDevice().register(older).json()["code"] == "device.bad_code"
    assert WireDevice().register(newer).status_code == 201


def test_codes_are_kept_only_as_keyed_hashes(world: World) -> None:
    text = do_issue_code(IT, world.mayor).text
    row = EnrolmentCode.objects.get()
    assert text.replace("-", "") not in str(vars(row))
    assert len(row.code_hash) == 64


def test_an_active_device_is_named_before_it_retires(world: World) -> None:
    WireDevice().register(do_issue_code(IT, world.mayor).text, name="Ancienne tablette")
    code = do_issue_code(IT, world.mayor).text
    response = WireDevice().register(code)
    assert response.status_code == 409
    assert response.json()["code"] == "device.already_active"
    assert response.json()["parameters"]["name"] == "Ancienne tablette"
    assert Device.objects.get().state == "active"
    second = WireDevice()
    response = second.register(code, name="Nouvelle", replace=True)
    assert response.status_code == 201
    assert response.json()["retired"] == "Ancienne tablette"
    states = dict(Device.objects.values_list("name", "state"))
    assert states == {"Ancienne tablette": "retired", "Nouvelle": "active"}
    kinds = Change.objects.filter(feed=f"official:{world.mayor.id}", kind="device")
    assert kinds.count() == 2


def test_too_many_wrong_codes_make_the_address_wait(world: World, later) -> None:
    good = do_issue_code(IT, world.mayor).text
    for _ in range(10):
        assert WireDevice().register("AAAA-BBBB-CCCC").status_code == 401
    response = WireDevice().register(good)
    assert response.status_code == 429
    assert response.json()["code"] == "device.too_many_tries"
    assert response["Retry-After"] == "60"
    later(timedelta(seconds=61))
    assert WireDevice().register(good).status_code == 201


def test_a_key_of_another_device_is_refused(world: World) -> None:
    key = new_key()
    WireDevice(key=key).register(do_issue_code(IT, world.mayor).text)
    response = WireDevice(key=key).register(do_issue_code(IT, world.deputy).text)
    assert response.status_code == 400
    assert response.json()["code"] == "device.bad_registration"


@pytest.mark.parametrize(
    "body",
    [
        {"client_name": ""},
        {"client_name": "x" * 101},
        {"client_name": "a\0b"},
        {"client_name": 3},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
        {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}]}},
        {"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": 3, "y": None}]}},
        {"jwks": {"keys": [new_key().as_dict(private=True)]}},
        {"token_endpoint_auth_method": "none"},
        {"boardpack": {}},
        {"boardpack": {"recipient": "AGE-SECRET-KEY-1", "replace": False}},
        {"boardpack": None},
    ],
)
def test_nonsense_is_refused_and_the_code_still_counts(world: World, body: dict) -> None:
    code = do_issue_code(IT, world.mayor).text
    response = WireDevice().register(code, **body)
    assert response.status_code == 400, response.content
    assert response.json()["code"] in {"device.bad_registration", "server.bad_request"}
    assert not Device.objects.exists()
    assert WireDevice().register(code).status_code == 201


@pytest.mark.parametrize("code", ["", "é", "\x7f", "x" * 5000, "AAAA-BBBB-CCC'"])
def test_hostile_codes_are_refused(world: World, code: str) -> None:
    assert WireDevice().register(code).status_code == 401
