"""POST /oauth/token and the proof at every call: only the device's own key comes in."""

from datetime import timedelta

import pytest

from boardpack.domain import clock
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.models import Device, Token
from tests.helpers.wire_device import ORIGIN, TOKEN, ath, new_key, proof, public
from tests.helpers.world import IT, World

BLOB = "/api/v1/blobs/" + "0" * 64
EXCHANGE = "/api/v1/exchange"


def test_a_token_lives_ten_minutes_and_is_kept_as_a_digest(world, device_of, later) -> None:
    device = device_of(world.mayor)
    assert device.call("GET", BLOB).status_code == 404
    assert device.token not in str(Token.objects.values())
    later(timedelta(minutes=10, seconds=1))
    response = device.call("GET", BLOB)
    assert response.status_code == 401
    assert response.json() == {"code": "device.not_authorised", "parameters": {"reason": "token"}}


def test_a_stolen_token_with_another_key_is_refused(world, device_of) -> None:
    device = device_of(world.mayor)
    device.key = new_key()
    response = device.call("GET", BLOB)
    assert response.status_code == 401
    assert response.json()["parameters"] == {"reason": "dpop_key"}
    assert "DPoP" in response["WWW-Authenticate"]


def test_a_proof_without_a_fresh_nonce_is_asked_again(world, device_of) -> None:
    device = device_of(world.mayor)
    for nonce in ("", None, "1.0", "9" * 11 + ".x", device.nonce[:-1] + "_", 7):
        stale = proof(device.key, "GET", ORIGIN + BLOB, ath=ath(device.token), nonce=nonce)
        response = device.call("GET", BLOB, dpop=stale)
        assert response.status_code == 401
        assert response.json()["code"] == "device.nonce_needed"
        assert 'error="use_dpop_nonce"' in response["WWW-Authenticate"]
        assert response["DPoP-Nonce"]
    assert device.call("GET", BLOB).status_code == 404


def test_a_nonce_ages(world, device_of, later) -> None:
    device = device_of(world.mayor)
    later(timedelta(minutes=5, seconds=2))
    assert device.call("GET", BLOB).json()["code"] == "device.nonce_needed"


def test_a_tablet_whose_clock_is_hours_wrong_comes_in(world, device_of) -> None:
    device = device_of(world.mayor)
    past = int((clock.now() - timedelta(hours=20)).timestamp())
    dpop = proof(device.key, "POST", ORIGIN + TOKEN, nonce=device.nonce, iat=past)
    assertion = device.assertion(iat=past, exp=past + 60)
    assert device.ask_token(dpop=dpop, client_assertion=assertion).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "POST"},
        {"htu": ORIGIN + "/api/v1/blobs/" + "1" * 64},
        {"htu": "http://elsewhere/api/v1/blobs/" + "0" * 64},
        {"htu": None},
        {"htu": "http://[::1"},
        {"ath": "x"},
        {"ath": None},
        {"jti": None},
        {"jti": 3},
    ],
)
def test_a_proof_of_another_call_is_refused(world, device_of, claims) -> None:
    device = device_of(world.mayor)
    given = {"ath": ath(device.token), "nonce": device.nonce} | claims
    wrong = proof(device.key, "GET", ORIGIN + BLOB, **given)
    assert device.call("GET", BLOB, dpop=wrong).status_code == 401


@pytest.mark.parametrize("dpop", ["x", "a.b.c", "é.é.é", "e30.e30.AAAA", "." * 10, "x" * 5000])
def test_what_is_no_proof_is_refused(world, device_of, dpop) -> None:
    device = device_of(world.mayor)
    assert device.call("GET", BLOB, dpop=dpop).status_code == 401


def test_a_proof_with_a_symmetric_or_private_key_is_refused(world, device_of) -> None:
    from joserfc import jwt
    from joserfc.jwk import OctKey

    device = device_of(world.mayor)
    claims = {"htm": "GET", "htu": ORIGIN + BLOB, "jti": "1", "nonce": device.nonce}
    secret = OctKey.generate_key(256)
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": secret.as_dict(private=True)}
    forged = jwt.encode(header, claims, secret, algorithms=["HS256"])
    assert device.call("GET", BLOB, dpop=forged).status_code == 401
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": device.key.as_dict(private=True)}
    leaky = jwt.encode(header, claims, device.key, algorithms=["ES256"])
    assert device.call("GET", BLOB, dpop=leaky).status_code == 401
    header = {"typ": "JWT", "alg": "ES256", "jwk": public(device.key)}
    other = jwt.encode(header, claims, device.key, algorithms=["ES256"])
    assert device.call("GET", BLOB, dpop=other).status_code == 401


def test_a_write_cannot_be_replayed_and_a_read_may(world, device_of) -> None:
    device = device_of(world.mayor)
    given = {"ath": ath(device.token), "nonce": device.nonce}
    write = proof(device.key, "POST", ORIGIN + EXCHANGE, **given)
    body = b'{"protocol":1,"epoch":"","cursor":{},"events":[]}'
    assert device.call("POST", EXCHANGE, body, dpop=write).status_code == 200
    response = device.call("POST", EXCHANGE, body, dpop=write)
    assert response.status_code == 401
    assert response.json()["parameters"] == {"reason": "replay"}
    read = proof(device.key, "GET", ORIGIN + BLOB, **given)
    assert device.call("GET", BLOB, dpop=read).status_code == 404
    assert device.call("GET", BLOB, dpop=read).status_code == 404


def test_revocation_counts_at_once(world, device_of) -> None:
    device = device_of(world.mayor)
    do_revoke_device(IT, Device.objects.get())
    response = device.call("GET", BLOB)
    assert response.status_code == 401
    response = device.ask_token()
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_client"
    assert response.json()["code"] == "device.revoked"
    assert not Token.objects.exists()


def test_the_replaced_device_learns_that_it_was_retired(world, device_of) -> None:
    first = device_of(world.mayor)
    second = device_of(world.mayor)
    assert first.call("GET", BLOB).status_code == 401
    response = first.ask_token()
    assert response.json()["code"] == "device.retired"
    assert second.call("GET", BLOB).status_code == 404


def test_an_assertion_counts_once(world, device_of) -> None:
    device = device_of(world.mayor)
    assertion = device.assertion()
    assert device.ask_token(client_assertion=assertion).status_code == 200
    response = device.ask_token(client_assertion=assertion)
    assert response.status_code == 401
    assert response.json()["parameters"] == {"reason": "replay"}


def test_an_assertion_is_not_used_up_by_a_missing_nonce(world, device_of) -> None:
    device = device_of(world.mayor)
    assertion = device.assertion()
    device.nonce = ""
    response = device.ask_token(client_assertion=assertion)
    assert response.status_code == 400
    assert response.json()["error"] == "use_dpop_nonce"
    assert device.ask_token(client_assertion=assertion).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"sub": None},
        {"sub": 3},
        {"sub": "a\0b", "iss": "a\0b"},
        {"aud": "https://elsewhere"},
        {"aud": None},
        {"aud": [1]},
        {"exp": 1000},
        {"exp": None},
        {"exp": "soon"},
        {"jti": None},
    ],
)
def test_a_wrong_assertion_is_refused(world, device_of, claims) -> None:
    device = device_of(world.mayor)
    response = device.ask_token(client_assertion=device.assertion(**claims))
    assert response.status_code == 401, response.content
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize("audience", [ORIGIN, [ORIGIN + TOKEN, "x"]])
def test_the_issuer_is_a_good_audience_too(world, device_of, audience) -> None:
    device = device_of(world.mayor)
    assert device.ask_token(client_assertion=device.assertion(aud=audience)).status_code == 200


def test_an_assertion_by_another_key_is_refused(world, device_of) -> None:
    device = device_of(world.mayor)
    device.key = new_key()
    response = device.ask_token()
    assert response.status_code == 401
    assert response.json()["code"] == "device.not_authorised"


def test_assertion_and_proof_must_be_by_one_key(world, device_of) -> None:
    device = device_of(world.mayor)
    other = proof(new_key(), "POST", ORIGIN + TOKEN, nonce=device.nonce)
    assert device.ask_token(dpop=other).json()["parameters"] == {"reason": "dpop_key"}


@pytest.mark.parametrize(
    "fields",
    [
        {"grant_type": "password"},
        {"client_assertion_type": "x"},
        {"client_assertion": ""},
        {"client_assertion": "x.y.z"},
        {"client_assertion": "W10.W10.AAAA"},
    ],
)
def test_other_grants_and_broken_assertions_are_refused(world, device_of, fields) -> None:
    device = device_of(world.mayor)
    assert device.ask_token(**fields).status_code in {400, 401}


def test_metadata_names_the_endpoints(world: World, client) -> None:
    facts = client.get("/.well-known/oauth-authorization-server").json()
    assert facts["issuer"] == ORIGIN
    assert facts["token_endpoint"] == ORIGIN + TOKEN
    assert facts["registration_endpoint"] == ORIGIN + "/oauth/register"
    assert facts["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


def test_the_public_address_is_the_one_that_proofs_name(world, device_of, settings) -> None:
    device = device_of(world.mayor)
    settings.PUBLIC_URL = "https://seances.example.fr"
    given = {"ath": ath(device.token), "nonce": device.nonce}
    there = proof(device.key, "GET", "https://SEANCES.example.fr:443" + BLOB, **given)
    assert device.call("GET", BLOB, dpop=there).status_code == 404
    assert device.call("GET", BLOB).status_code == 401
