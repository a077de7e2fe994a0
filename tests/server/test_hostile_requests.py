"""Whatever a stranger or a broken device sends, the answer is ours and never a 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from boardpack.domain import clock, ids
from sync.protocol import codec
from sync.server.models import AppliedEvent, Device
from tests.helpers import world as worlds
from tests.helpers.exchanging import EXCHANGE
from tests.helpers.server_state import contents
from tests.helpers.wire_device import WireDevice

MOMENT = "2026-01-01T00:00:00Z"
GOOD = {
    "kind": "note_sealed",
    "event_id": ids.new_id(),
    "at": MOMENT,
    "note_id": ids.new_id(),
    "ciphertext": "AAAA",
}
EMPTY = {"protocol": 1, "epoch": "", "cursor": {}, "events": []}


def ours(response) -> str:
    """Return the code of a refusal, which must be a named one below 500."""
    assert 400 <= response.status_code < 500, (response.status_code, response.content)
    assert response["Content-Type"].startswith("application/json")
    body = response.json()
    assert set(body) <= {"code", "parameters", "error"}
    return body["code"]


def post(device, body: object):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return device.call("POST", EXCHANGE, data)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        EMPTY | {"protocol": "1"},
        EMPTY | {"protocol": None},
        EMPTY | {"protocol": 2},
        EMPTY | {"protocol": 10**400},
        EMPTY | {"cursor": []},
        EMPTY | {"cursor": {"x": -1}},
        EMPTY | {"cursor": {"x": 1.5}},
        EMPTY | {"cursor": {"x": "1"}},
        EMPTY | {"cursor": {"x": None}},
        EMPTY | {"epoch": 3},
        EMPTY | {"events": {}},
        EMPTY | {"events": [1]},
        EMPTY | {"events": [{}]},
        EMPTY | {"events": [{"kind": "note_sealed"}]},
        EMPTY | {"events": [{"event_id": 3}]},
        EMPTY | {"events": [{"event_id": "x"}] * 201},
        EMPTY | {"events": [GOOD, {"kind": "note_sealed"}]},
    ],
    ids=lambda body: repr(body)[:60],
)
def test_a_request_that_is_none_applies_nothing(world, device_of, body) -> None:
    device = device_of(world.mayor)
    before = contents()
    assert ours(post(device, body))
    assert contents() == before


@pytest.mark.parametrize("number", [10**6, 2**31, 2**53 - 1])
def test_a_cursor_beyond_the_server_is_refused(world, device_of, number, caplog) -> None:
    device = device_of(world.mayor)
    first = codec.decode_reply(post(device, EMPTY).content)
    cursor = dict.fromkeys(first.cursor, number)
    response = post(device, EMPTY | {"cursor": cursor, "epoch": first.epoch})
    assert (response.status_code, ours(response)) == (409, "sync.server_behind")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *((f"assembly:{'0' * 36}", each) for each in (-1, 2**53, 2**63, 2**64, 10**300)),
        ("assembly:x' OR 1=1", 1),
        ("\0", 1),
        ("", 0),
        (f"assembly:{'0' * 36}\n", 1),
    ],
)
def test_a_cursor_that_no_feed_can_have_is_refused(world, device_of, name, number) -> None:
    device = device_of(world.mayor)
    for epoch in ("", "x"):
        response = post(device, EMPTY | {"cursor": {name: number}, "epoch": epoch})
        assert (response.status_code, ours(response)) == (400, "server.bad_request")


def test_a_body_over_the_limit_is_refused(world, device_of, settings) -> None:
    device = device_of(world.mayor)
    for size in (32 * 1024 * 1024 + 1, 40 * 1024 * 1024):
        assert ours(device.call("POST", EXCHANGE, b" " * size)) == "server.too_much"


@pytest.mark.parametrize(
    "event",
    [
        {"event_id": "x"},
        {"event_id": "\0" * 36},
        {"event_id": "A" * 36},
        {"at": "2026-01-01T00:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"at": "yesterday"},
        {"at": 3},
        {"note_id": "x"},
        {"note_id": ""},
        {"ciphertext": "not base64 !"},
        {"ciphertext": 5},
        {"deleted": "yes"},
        {"kind": "unknown"},
        {"kind": None},
        {"kind": 5},
    ],
    ids=repr,
)
def test_a_broken_event_is_refused_by_name(world, device_of, event) -> None:
    device = device_of(world.mayor)
    before = contents()
    response = post(device, EMPTY | {"events": [GOOD | event]})
    assert response.status_code == 200, response.content
    (answer,) = codec.decode_reply(response.content).answers
    assert not answer.accepted
    assert answer.code in {"server.bad_event", "sync.unreadable_message"}
    assert contents() == before


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from([MOMENT, "0" * 64, ids.new_id(), "note_sealed", "dossier_published"]),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4)
    ),
    max_leaves=12,
)
KINDS = {
    "dossier_published": ("dossier",),
    "deliberations_placed": ("deliberations",),
    "dossier_received": ("sitting_id", "revision", "manifest_sha256"),
    "convocation_acknowledged": ("sitting_id", "revision", "manifest_sha256"),
    "document_opened": ("sitting_id", "revision", "document_id", "sha256"),
    "note_sealed": ("note_id", "ciphertext", "deleted"),
    "deliberation_signed": (
        "deliberation_id",
        "field",
        "base_sha256",
        "signed_sha256",
        "size",
    ),
    "deliberation_refused": ("deliberation_id", "field", "base_sha256", "reason"),
}
hostile_ids = st.sampled_from(["", "x", "\0", "0" * 64, "é" * 36, "../" * 12])
typed = {
    "sitting_id": hostile_ids | st.builds(ids.new_id),
    "document_id": hostile_ids | st.builds(ids.new_id),
    "deliberation_id": hostile_ids | st.builds(ids.new_id),
    "note_id": hostile_ids | st.builds(ids.new_id),
    "revision": st.integers(-(2**70), 2**70),
    "size": st.integers(-(2**70), 2**70),
    "ciphertext": st.sampled_from(["", "AAAA", "é", "A"]),
    "deleted": st.booleans(),
    "reason": st.text(max_size=50),
    "field": st.text(max_size=50),
}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    body: dict[str, Any] = {"kind": kind, "event_id": ids.new_id(), "at": MOMENT}
    for name in KINDS[kind]:
        body[name] = draw(typed.get(name, hostile_ids) | json_values)
    return body


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batch=st.lists(events(), min_size=1, max_size=5))
def test_hostile_events_are_answered_one_by_one(world, mayor, batch) -> None:
    response = post(mayor, EMPTY | {"events": batch})
    assert response.status_code == 200, response.content
    answers = codec.decode_reply(response.content).answers
    assert [each.event_id for each in answers] == [each["event_id"] for each in batch]
    assert "server.defect" not in {each.code for each in answers}, batch


@hypothesis_settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=json_values)
def test_hostile_bodies_are_answered(world, mayor, body) -> None:
    for given_body in (body, EMPTY | {"cursor": body}, EMPTY | {"events": [body]}):
        response = post(mayor, given_body)
        if response.status_code != 200:
            ours(response)


@hypothesis_settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=st.dictionaries(
        st.sampled_from(["client_name", "jwks", "token_endpoint_auth_method", "boardpack"]),
        json_values,
    )
)
def test_hostile_registrations_are_refused(world, body) -> None:
    device = WireDevice()
    response = device.client.post(
        "/oauth/register",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": "Bearer AAAA-BBBB-CCCC"},
    )
    assert ours(response) in {
        "server.bad_request",
        "device.bad_registration",
        "device.bad_code",
        "device.too_many_tries",
    }
    assert not Device.objects.exists()


@pytest.fixture
def mayor(world, device_of, settings) -> WireDevice:
    return device_of(world.mayor)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/"),
        ("DELETE", EXCHANGE),
        ("GET", EXCHANGE),
        ("PUT", "/api/v1/uploads/" + "0" * 64),
        ("POST", "/api/v1/blobs/" + "0" * 64),
        ("GET", "/oauth/token"),
        ("GET", "/.well-known/nothing"),
    ],
)
def test_unknown_paths_and_methods_are_refused_in_our_words(world, client, method, path) -> None:
    assert ours(client.generic(method, path)) in {"access.unknown", "server.bad_request"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", EXCHANGE),
        ("GET", "/api/v1/blobs/" + "0" * 64),
        ("PATCH", "/api/v1/uploads/" + "0" * 64),
    ],
)
@pytest.mark.parametrize(
    "value",
    ["", "Bearer x", "DPoP", "DPoP ", "DPoP \0", "DPoP " + "x" * 10_000, "DPoP é", "Basic eDp5"],
)
def test_without_a_token_nothing_answers(world, client, method, path, value) -> None:
    response = client.generic(method, path, headers={"Authorization": value, "DPoP": "x"})
    assert response.status_code == 401
    assert ours(response) == "device.not_authorised"


def test_a_device_cannot_answer_for_another(world) -> None:
    """Event identifiers count within one person: nobody can use up another's."""
    from sync.protocol.messages import NoteSealed
    from tests.helpers.exchanging import send

    event = NoteSealed(ids.new_id(), clock.now(), ids.new_id(), b"mine")
    assert send(worlds.person(world.deputy), event)[0].accepted
    assert send(worlds.person(world.mayor), event)[0].accepted
    assert AppliedEvent.objects.filter(event_id=event.event_id).count() == 2
