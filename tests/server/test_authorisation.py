"""The matrix: role × door × foreign object. A refusal changes nothing; what belongs to another
assembly is as if it did not exist.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.signature import Deliberation
from boardpack.domain.trust import KeyShare
from sync.protocol import codec
from sync.protocol.messages import (
    AssemblyKeyMade,
    AssemblyKeyShared,
    ConvocationAcknowledged,
    DeliberationRefused,
    DeliberationSigned,
    DeliberationsPlaced,
    DeltaSearch,
    DeltasFound,
    DocumentOpened,
    DossierCalledBack,
    DossierPublished,
    DossierReceived,
    DossierReleased,
    Event,
    IdentitySealed,
    NoteSealed,
    PositionSealed,
)
from sync.server.actions.do_revoke_device import do_revoke_device
from sync.server.jobs import worker
from sync.server.models import Device
from tests.helpers import trusted, world as worlds
from tests.helpers.exchanging import EXCHANGE, request
from tests.helpers.server_state import contents
from tests.helpers.trusted import SERVER, Office
from tests.helpers.wire_device import ORIGIN, WireDevice, ath, new_key, proof

OLD = bytes(range(256)) * 200
NEW = OLD[:20_000] + b"inserted" + OLD[20_000:]
NOWHERE = "0" * 64
MEMBERS = {"mayor", "deputy", "councillor", "agent"}
#: `stranger` has no mandate; `outsider` and `other_agent` have theirs in another authority.
FOREIGN = {"other_agent", "outsider", "stranger"}
EVERYBODY = sorted(MEMBERS | FOREIGN)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Council:
    """What the council's secretariat sent: two revisions, and a deliberation to sign."""

    dossier: Dossier
    deliberation: Deliberation

    @property
    def secrets(self) -> list[bytes]:
        """What nobody else may see in any answer."""
        document = self.dossier.documents[0]
        named = [self.dossier.sitting_id, self.deliberation.deliberation_id, document.document_id]
        return [each.encode() for each in (*named, sha256(OLD), sha256(NEW))]


@pytest.fixture
def council(world) -> Council:
    from tests.helpers.exchanging import send

    agent = worlds.person(world.agent)
    old = worlds.keep(agent, OLD)
    first = worlds.dossier(world.council, worlds.document(old))
    new = replace(worlds.keep(agent, NEW), number=2)
    document = replace(first.documents[0], versions=(old, new))
    second = replace(first, documents=(document,), revision=2)
    placed = worlds.deliberation(first, old, ("Maire", world.mayor), ("Adjointe", world.deputy))
    assert send(agent, worlds.published(first))[0].accepted
    placing = DeliberationsPlaced(ids.new_id(), clock.now(), (placed,))
    assert all(each.accepted for each in send(agent, worlds.published(second), placing))
    worker.run_waiting()
    return Council(second, placed)


def _new() -> dict[str, Any]:
    return {"event_id": ids.new_id(), "at": clock.now()}


def _corrected(council: Council, other: str) -> Event:
    sent = replace(council.dossier, revision=3, title="Autre titre")
    return worlds.published(replace(sent, assembly_id=other or sent.assembly_id))


def _placed(council: Council, other: str) -> Event:
    placed = replace(council.deliberation, deliberation_id=ids.new_id())
    if other:
        placed = replace(placed, assembly_id=other, sitting_id=other)
    return DeliberationsPlaced(**_new(), deliberations=(placed,))


def _proof(kind: type, council: Council, other: str) -> Event:
    sent = council.dossier
    facts = {"sitting_id": other or sent.sitting_id, "revision": 2}
    if kind is DocumentOpened:
        document = sent.documents[0]
        return kind(
            **_new(), **facts, document_id=document.document_id, sha256=document.current.sha256
        )
    return kind(**_new(), **facts, manifest_sha256=sent.manifest_sha256())


def _telling(kind: type, council: Council, other: str) -> Event:
    return kind(**_new(), sitting_id=other or council.dossier.sitting_id, revision=2)


def _signed(council: Council, other: str) -> Event:
    target = other or council.deliberation.deliberation_id
    return DeliberationSigned(
        **_new(),
        deliberation_id=target,
        field="Maire",
        base_sha256=sha256(OLD),
        signed_sha256=sha256(NEW),
        size=len(NEW),
    )


def _refused(council: Council, other: str) -> Event:
    return DeliberationRefused(
        **_new(),
        deliberation_id=other or council.deliberation.deliberation_id,
        field="Maire",
        base_sha256=sha256(OLD),
        reason="Erreur",
    )


def _key(council: Council, other: str) -> Event:
    if other:
        return AssemblyKeyMade(**_new(), key=Office(other, SERVER).key)
    key = trusted.office(council.dossier.assembly_id).replaced(council.dossier).key
    return AssemblyKeyMade(**_new(), key=key)


def _share(council: Council, other: str) -> Event:
    key_id = other or trusted.office(council.dossier.assembly_id).key.key_id
    return AssemblyKeyShared(**_new(), share=KeyShare(key_id, ("age1x",), b"sealed"))


#: Kind of event → who may, and how it is made about the council's things or about nothing.
EVENTS: dict[type, tuple[set[str], Callable[[Council, str], Event]]] = {
    DossierPublished: ({"agent"}, _corrected),
    # Members were told of it: no more to release, nor to call back; see test_telling.
    DossierReleased: (set(), lambda c, other: _telling(DossierReleased, c, other)),
    DossierCalledBack: (set(), lambda c, other: _telling(DossierCalledBack, c, other)),
    DeliberationsPlaced: ({"agent"}, _placed),
    DossierReceived: (MEMBERS, lambda c, other: _proof(DossierReceived, c, other)),
    ConvocationAcknowledged: (MEMBERS, lambda c, other: _proof(ConvocationAcknowledged, c, other)),
    DocumentOpened: (MEMBERS, lambda c, other: _proof(DocumentOpened, c, other)),
    # Its file is no signature: not even the mayor's is taken.
    DeliberationSigned: (set(), _signed),
    DeliberationRefused: ({"mayor"}, _refused),
    AssemblyKeyMade: ({"agent"}, _key),
    AssemblyKeyShared: ({"agent"}, _share),
}
#: Each keeps what is their own: there is no object of another to name.
OWN = (NoteSealed, IdentitySealed, PositionSealed)
#: May see the thing, and are told why they may not.
KNOWING = {
    AssemblyKeyShared: {"agent"},
    DeliberationSigned: {"mayor", "deputy", "agent"},
    DeliberationRefused: {"mayor", "deputy", "agent"},
}


def ask(device: WireDevice, *events: Event) -> Any:
    response = device.call("POST", EXCHANGE, request(*events))
    assert response.status_code == 200, response.content
    return codec.decode_reply(response.content)


def test_every_kind_of_event_is_in_the_matrix() -> None:
    assert set(EVENTS) | set(OWN) == set(get_args(Event))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("who", EVERYBODY)
def test_events_about_the_council(world, device_of, council, who, kind) -> None:
    may, make = EVENTS[kind]
    device = device_of(getattr(world, who))
    ask(device)
    before = contents()
    (answer,) = ask(device, make(council, "")).answers
    assert answer.accepted is (who in may), answer
    if answer.accepted:
        assert contents() != before
        return
    assert contents() == before
    knowing = KNOWING.get(kind, MEMBERS)
    (unknown,) = ask(device, make(council, ids.new_id())).answers
    assert (unknown.accepted, unknown.code) == (False, "access.unknown")
    assert contents() == before
    if who in knowing:
        assert answer.code != "access.unknown"
    else:
        assert (answer.code, answer.parameters) == (unknown.code, unknown.parameters)


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_nobody_writes_over_what_is_anothers(world, device_of, kind) -> None:
    """The very same identifiers, sent by another person: each has their own, unseen."""
    key = "age1" + "p" * 58 if kind is IdentitySealed else ids.new_id()

    def made(text: bytes) -> Event:
        if kind is NoteSealed:
            return NoteSealed(**_new(), note_id=key, ciphertext=text)
        if kind is PositionSealed:
            return PositionSealed(**_new(), position_id=key, ciphertext=text)
        return IdentitySealed(**_new(), recipient=key, ciphertext=text, kid="0" * 16)

    mayor, outsider = device_of(world.mayor), device_of(world.outsider)
    assert ask(mayor, made(b"the mayor's")).answers[0].accepted
    ask(outsider, made(b"the outsider's"))
    seen = {who: ask(device).changes for who, device in (("m", mayor), ("o", outsider))}
    assert any(b"dGhlIG1heW9yJ3M" in bytes(each.body) for each in seen["m"])
    assert not any(b"dGhlIG1heW9yJ3M" in bytes(each.body) for each in seen["o"])
    assert not any(b"dGhlIG91dHNpZGVyJ3M" in bytes(each.body) for each in seen["m"])


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_members_are_told_of_the_councils_things(world, device_of, council, who) -> None:
    device = device_of(getattr(world, who))
    text = device.call("POST", EXCHANGE, request()).content
    told = [each in text for each in council.secrets]
    assert any(told) is (who in MEMBERS)


def _blob(sha: str) -> str:
    return f"/api/v1/blobs/{sha}"


def _delta(new: str, base: str) -> str:
    return f"/api/v1/deltas/{new}?from={base}&kind=recipe"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("who", EVERYBODY)
def test_files_of_the_council(world, device_of, council, who, method) -> None:
    device = device_of(getattr(world, who))
    before = contents()
    doors = {
        _blob(sha256(NEW)): _blob(NOWHERE),
        _delta(sha256(NEW), sha256(OLD)): _delta(NOWHERE, sha256(OLD)),
    }
    for path, nothing in doors.items():
        response = device.call(method, path)
        if who in MEMBERS:
            assert response.status_code == 200, path
            continue
        unknown = device.call(method, nothing)
        assert response.status_code == unknown.status_code == 404
        told = [each.content.replace(sha256(NEW).encode(), b"") for each in (response, unknown)]
        assert told[0] == told[1].replace(NOWHERE.encode(), b"")
    assert contents() == before


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_may_help_to_get_a_file_of_the_council(world, device_of, council, who) -> None:
    device = device_of(getattr(world, who))
    asked = DeltaSearch((sha256(NEW), NOWHERE), (sha256(OLD),), ("recipe",), "")
    response = device.call("POST", "/api/v1/deltas/search", codec.encode(asked))
    found = codec.decode(response.content, DeltasFound).found
    assert bool(found[0].offers) is (who in MEMBERS)
    if who in FOREIGN:
        assert (found[0].offers, found[0].retry_after) == (found[1].offers, found[1].retry_after)


@pytest.mark.parametrize("who", EVERYBODY)
def test_uploads_of_a_file_that_the_council_has(world, device_of, council, who) -> None:
    """Who may send, and cannot read it, is asked for its bytes as if nobody had them."""
    device = device_of(getattr(world, who))
    path = f"/api/v1/uploads/{sha256(NEW)}"
    before = contents()
    head = device.call("HEAD", path)
    headers = {"Upload-Offset": "7", "Upload-Length": str(len(NEW))}
    patch = device.call("PATCH", path, b"abc", headers=headers)
    if who in {"mayor", "deputy", "agent"}:
        assert (head.status_code, head["Upload-Complete"]) == (200, "?1")
    elif who == "other_agent":
        assert (head.status_code, head["Upload-Offset"]) == (200, "0")
        assert "Upload-Complete" not in head
        assert patch.status_code == 409
    else:
        assert (head.status_code, patch.status_code) == (403, 403)
        assert patch.json()["code"] == "blob.not_allowed"
    assert contents() == before


#: Every door of the description: method, path, body; who may not come in at all.
GUARDED = {
    ("POST", EXCHANGE): request(),
    ("GET", "/api/v1/blobs/{sha256}"): b"",
    ("HEAD", "/api/v1/blobs/{sha256}"): b"",
    ("GET", "/api/v1/deltas/{new}"): b"",
    ("HEAD", "/api/v1/deltas/{new}"): b"",
    ("POST", "/api/v1/deltas/search"): codec.encode(DeltaSearch((), (), (), "")),
    ("HEAD", "/api/v1/uploads/{sha256}"): b"",
    ("PATCH", "/api/v1/uploads/{sha256}"): b"abc",
    ("GET", "/api/v1/stream"): b"",
}
#: Doors that check by themselves: a code, an assertion, a proof of a device that left.
UNGUARDED = {
    ("POST", "/oauth/register"),
    ("POST", "/oauth/token"),
    ("POST", "/api/v1/drain"),
    ("POST", "/api/v1/erased"),
}
PUBLIC = {("GET", "/api/v1/health"), ("GET", "/.well-known/oauth-authorization-server")}


def test_every_door_is_in_the_matrix(db, client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    doors = {(method.upper(), path) for path, found in paths.items() for method in found}
    assert doors == set(GUARDED) | UNGUARDED | PUBLIC


def _concrete(path: str) -> str:
    path = path.replace("{sha256}", sha256(NEW))
    return _delta(sha256(NEW), sha256(OLD)) if "{new}" in path else path


def _revoked(world, device: WireDevice) -> None:
    do_revoke_device(worlds.IT, Device.objects.get(id=device.device_id))


def _retired(world, device: WireDevice) -> None:
    from sync.server.actions.do_issue_code import do_issue_code

    assert WireDevice().register(do_issue_code(worlds.IT, world.mayor).text, replace=True)


def _nobody(world, device: WireDevice) -> None:
    device.token = "guessed"


def _thief(world, device: WireDevice) -> None:
    """A token that was seen, without the device's key."""
    device.key = new_key()


@pytest.mark.parametrize("door", GUARDED, ids=" ".join)
@pytest.mark.parametrize("become", [_revoked, _retired, _nobody, _thief])
def test_who_is_no_device_of_ours_comes_in_nowhere(world, device_of, council, become, door) -> None:
    method, path = door
    device = device_of(world.mayor)
    become(world, device)
    before = contents()
    headers = {"Upload-Offset": "0", "Upload-Length": "3"} if method == "PATCH" else {}
    response = device.call(method, _concrete(path), GUARDED[door], headers=headers)
    assert response.status_code == 401, response.content
    bare = device.client.generic(method, _concrete(path), GUARDED[door], headers=headers)
    assert bare.status_code == 401
    assert contents() == before
    for answer in (response, bare):
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert not any(each in content for each in council.secrets[:3])


@pytest.mark.parametrize("door", sorted(UNGUARDED), ids=" ".join)
def test_doors_that_check_by_themselves_take_no_strangers(world, device_of, council, door) -> None:
    method, path = door
    active = device_of(world.mayor)
    stranger = new_key()
    before = contents()
    bodies = {
        "/oauth/register": json.dumps({"client_name": "x", "jwks": {"keys": []}}).encode(),
        "/oauth/token": b"grant_type=client_credentials",
        "/api/v1/drain": b"{}",
        "/api/v1/erased": b"x.y.z",
    }
    form = "application/x-www-form-urlencoded" if path == "/oauth/token" else "application/json"
    for key in (stranger, active.key):
        dpop = proof(key, method, ORIGIN + path, ath=ath(active.token), nonce=active.nonce)
        response = active.client.generic(
            method,
            path,
            bodies[path],
            content_type=form,
            headers={"DPoP": dpop, "Authorization": "Bearer AAAA-BBBB-CCCC"},
        )
        assert 400 <= response.status_code < 500, response.content
        assert contents() == before
