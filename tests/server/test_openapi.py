"""The description that the server publishes says what the server does."""

import json
import re
from collections.abc import Iterator

import msgspec
import pytest
from django.urls import resolve
from django.urls.exceptions import Resolver404

from sync.server.actions.do_issue_code import do_issue_code
from sync.server.api.application import MESSAGES
from tests.helpers import world as worlds
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.wire_device import WireDevice

METHODS = {"get", "head", "post", "patch", "put", "delete"}


@pytest.fixture
def schema(db, client) -> dict:
    return client.get("/api/v1/openapi.json").json()


def operations(schema):
    return {
        (method, path): operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_it_names_every_door(schema) -> None:
    assert set(operations(schema)) == {
        ("get", "/api/v1/health"),
        ("post", "/oauth/register"),
        ("post", "/oauth/token"),
        ("get", "/.well-known/oauth-authorization-server"),
        ("post", "/api/v1/exchange"),
        ("post", "/api/v1/drain"),
        ("post", "/api/v1/erased"),
        ("get", "/api/v1/blobs/{sha256}"),
        ("head", "/api/v1/blobs/{sha256}"),
        ("post", "/api/v1/deltas/search"),
        ("get", "/api/v1/stream"),
        ("get", "/api/v1/deltas/{new}"),
        ("head", "/api/v1/deltas/{new}"),
        ("head", "/api/v1/uploads/{sha256}"),
        ("patch", "/api/v1/uploads/{sha256}"),
    }


def test_every_door_that_it_names_exists(schema) -> None:
    for _, path in operations(schema):
        try:
            resolve(re.sub(r"\{\w+\}", "0" * 64, path))
        except Resolver404:
            pytest.fail(path)


def test_every_reference_resolves(schema) -> None:
    text = json.dumps(schema)
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names <= set(schema["components"]["schemas"])
    assert {"ExchangeRequest", "ExchangeReply", "Problem"} <= names


def test_the_messages_are_those_of_the_protocol(schema) -> None:
    _, found = msgspec.json.schema_components(MESSAGES, ref_template="#/components/schemas/{name}")
    for name, described in found.items():
        assert schema["components"]["schemas"][name] == json.loads(json.dumps(described)), name


def test_calls_of_devices_ask_for_their_proof(schema) -> None:
    for (_, path), operation in operations(schema).items():
        # A device that left has no token: its own key speaks at these doors.
        left = {"/api/v1/health", "/api/v1/drain", "/api/v1/erased"}
        guarded = path.startswith("/api/v1/") and path not in left
        assert bool(operation.get("security")) is guarded, path


def _answers_about_deltas(device: WireDevice, sha256: str) -> Iterator[tuple[str, str, int]]:
    search, delta = "/api/v1/deltas/search", "/api/v1/deltas/{new}"
    asked = {"wanted": [sha256], "held": [], "kinds": ["recipe"]}
    for body in (asked, {"wanted": 3}, asked | {"held": ["x"] * 2001}):
        yield "post", search, device.call("POST", search, json.dumps(body).encode()).status_code
    for method in ("GET", "HEAD"):
        for query in (f"?from={sha256}&kind=recipe", "?kind=other", ""):
            path = f"/api/v1/deltas/{sha256}{query}"
            yield method, delta, device.call(method, path).status_code


def _answers(world, device_of) -> Iterator[tuple[str, str, int]]:
    """Yield door → status of many real calls, good and bad."""
    yield "post", "/oauth/register", WireDevice().register("AAAA").status_code
    yield "post", "/oauth/register", WireDevice().register("AAAA", jwks=3).status_code
    code = do_issue_code(worlds.IT, world.deputy).text
    yield "post", "/oauth/register", WireDevice().register(code).status_code
    code = do_issue_code(worlds.IT, world.deputy).text
    yield "post", "/oauth/register", WireDevice().register(code).status_code
    device = device_of(world.agent)
    yield "post", "/oauth/token", device.ask_token().status_code
    yield "post", "/oauth/token", device.ask_token(grant_type="x").status_code
    yield "post", "/oauth/token", device.ask_token(client_assertion="x").status_code
    device.nonce = ""
    yield "post", "/oauth/token", device.ask_token().status_code
    yield "post", EXCHANGE, device.call("POST", EXCHANGE, request()).status_code
    yield "post", EXCHANGE, device.call("POST", EXCHANGE, b"x").status_code
    newer = request().replace(b'"protocol":1', b'"protocol":9')
    yield "post", EXCHANGE, device.call("POST", EXCHANGE, newer).status_code
    blob, upload = "/api/v1/blobs/{sha256}", "/api/v1/uploads/{sha256}"
    data = b"a file"
    yield "patch", upload, device.upload(data, chunk=3).status_code
    sha256 = worlds.version(data).sha256
    for method in ("GET", "HEAD"):
        path = f"/api/v1/blobs/{sha256}"
        yield method, blob, device.call(method, path).status_code
        yield method, blob, device.call(method, path, headers={"Range": "bytes=1-"}).status_code
        yield method, blob, device.call(method, path, headers={"Range": "bytes=9-"}).status_code
        yield method, blob, device.call(method, path[:-1]).status_code
    yield from _answers_about_deltas(device, sha256)
    path = "/api/v1/uploads/" + "0" * 64
    yield "head", upload, device.call("HEAD", path).status_code
    for offset, length in (("0", "3"), ("9", "9"), ("x", "9"), ("0", "9" * 15)):
        headers = {"Upload-Offset": offset, "Upload-Length": length}
        yield "patch", upload, device.call("PATCH", path, b"abc", headers=headers).status_code
    stranger = device_of(world.stranger)
    yield "patch", upload, stranger.upload(data).status_code
    yield "head", upload, stranger.call("HEAD", path).status_code
    stranger.token = "x"
    yield "get", blob, stranger.call("GET", f"/api/v1/blobs/{sha256}").status_code


def test_every_answer_is_one_that_it_names(schema, world, device_of) -> None:
    named = operations(schema)
    seen = set()
    for method, path, status in _answers(world, device_of):
        seen.add(status)
        assert str(status) in named[method.lower(), path]["responses"], (method, path, status)
    assert {200, 201, 204, 206, 400, 401, 403, 404, 409, 413, 416, 422} - seen <= {204}
