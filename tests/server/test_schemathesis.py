"""schemathesis against the published OpenAPI, over a real server: no 5xx, no undocumented answer.

Every operation gets requests that fit its description and requests that do not, with a good proof,
a proof of another key, and none. Names of files and of what the server holds are mixed in, since
random ones never get past "not found".
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings, strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.openapi.checks import UndefinedStatusCode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.helpers.serving import Served
from tests.helpers.socket_device import SocketDevice
from tests.helpers.wire_device import ath, new_key, proof
from tests.helpers.world import version

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DATA = bytes(range(256)) * 50
#: Ranges, and values that are none; nothing that a client library would not send.
RANGES = st.one_of(
    st.sampled_from(["bytes=5-", "bytes=0-0", "bytes=-3", "bytes=99999999-", "bytes=0-1,4-5"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)


@schemathesis.serializer("application/jose")
def statement(_: Any, value: Any) -> bytes:
    """A signed statement is one line of text."""
    return str(value).encode()


@pytest.fixture
def agent(served: Served) -> SocketDevice:
    device = SocketDevice(served, served.command("enrol", "zoe@bourg.fr")["code"])
    device.publish(DATA)
    return device


def headers_of(device: SocketDevice, case: Any, who: str) -> dict[str, str]:
    """Return what authorises a call: good, of another key, or nothing."""
    if who == "nobody":
        return {}
    key = device.key if who == "device" else new_key()
    address = device.server.url + case.formatted_path
    return {
        "Authorization": f"DPoP {device.token}",
        "DPoP": proof(key, case.method, address, ath=ath(device.token), nonce=device.nonce),
    }


def attack(operation: Any, device: SocketDevice, examples: int) -> set[int]:
    """Send `examples` requests of an operation; return the statuses seen."""
    seen: set[int] = set()
    names = st.sampled_from([version(DATA).sha256, "0" * 64, "x"])
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    # An operation with nothing to get wrong has no negative requests.
    hostile = operation.body or list(operation.iter_parameters())
    cases = st.one_of([operation.as_strategy(each) for each in (modes if hostile else modes[:1])])

    @hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases, known=st.booleans(), name=names, who=st.sampled_from(WHO), more=RANGES)
    def send(case: Any, *, known: bool, name: str, who: str, more: str) -> None:
        if known:
            for parameter in ("sha256", "new"):
                if parameter in (case.path_parameters or {}):
                    case.path_parameters[parameter] = name
            if "from" in (case.query or {}):
                case.query["from"] = name
        given_headers = headers_of(device, case, who) | ({"Range": more} if known else {})
        response = case.call(base_url=device.server.url, headers=given_headers, timeout=60)
        seen.add(response.status_code)
        device.nonce = response.headers.get("dpop-nonce", [device.nonce])[0]
        case.validate_response(response, checks=CHECKS)

    send()
    return seen


#: Mostly who may: refusals are all alike.
WHO = ("device", "device", "device", "stranger", "nobody")


def run_all(device: SocketDevice, examples: int) -> dict[str, set[int]]:
    status, document, _ = device.server.call("GET", "/api/v1/openapi.json")
    assert status == 200
    schema = schemathesis.openapi.from_dict(json.loads(document))
    return {
        operation.label: attack(operation, device, examples)
        for operation in (each.ok() for each in schema.get_all_operations())
    }


@pytest.mark.slow
def test_every_answer_is_documented_and_none_is_a_defect(agent) -> None:
    seen = run_all(agent, examples=10)
    assert {200, 401, 400, 404} <= set().union(*seen.values())
    assert agent.server.command("check", "--deep")["problems"] == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_answer_is_documented_at_length(agent) -> None:
    run_all(agent, examples=100)
    assert agent.server.command("check", "--deep")["problems"] == []


def test_the_search_would_find_an_undocumented_answer(agent) -> None:
    """Proof that the net holds: with one answer struck from the description, it is found."""
    _, document, _ = agent.server.call("GET", "/api/v1/openapi.json")
    described = json.loads(document)
    del described["paths"]["/api/v1/blobs/{sha256}"]["get"]["responses"]["404"]
    schema = schemathesis.openapi.from_dict(described)
    operation = schema["/api/v1/blobs/{sha256}"]["GET"]
    with pytest.raises((UndefinedStatusCode, BaseExceptionGroup)) as caught:
        attack(operation, agent, 40)
    assert "404" in str(caught.value) or "404" in repr(caught.value.exceptions)
