"""Who may order a wipe, what the order says, what a device that left may still hand in."""

from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from boardpack.domain import clock, ids
from boardpack.domain.people import Role
from boardpack.domain.records import RevocationReason
from sync.protocol import codec, notices
from sync.protocol.errors import RoleNeededError
from sync.protocol.messages import (
    PROTOCOL,
    ConvocationAcknowledged,
    DeliberationRefused,
    DeliberationSigned,
    DossierPublished,
    DrainReply,
    DrainRequest,
    Event,
    IdentitySealed,
    NoteSealed,
)
from sync.protocol.notices import BadStatementError, Erasure, Notice, Purpose
from sync.server import identity
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.actions.do_revoke_device import Revocation, do_revoke_device
from sync.server.models import AuditLine, Device, Receipt, SealedNote
from tests.helpers import world as worlds
from tests.helpers.server_state import contents
from tests.helpers.wire_device import ORIGIN, new_key, proof
from tests.helpers.world import IT, document, dossier

DRAIN = "/api/v1/drain"
ERASED = "/api/v1/erased"


def row_of(device) -> Device:
    return Device.objects.get(id=device.device_id)


def note(text: bytes = b"sealed") -> NoteSealed:
    return NoteSealed(ids.new_id(), clock.now(), ids.new_id(), text)


def drain(device, *events: Event, last: bool = True, key=None):
    body = codec.encode(DrainRequest(PROTOCOL, events, last))
    dpop = proof(key or device.key, "POST", ORIGIN + DRAIN, nonce=device.nonce)
    response = device.client.generic(
        "POST", DRAIN, body, content_type="application/json", headers={"DPoP": dpop}
    )
    device.nonce = response.get("DPoP-Nonce", device.nonce)
    return response


def answers(response) -> dict[str, str]:
    reply = codec.decode(response.content, DrainReply)
    return {each.event_id: each.code for each in reply.answers}


def notice_of(device) -> Notice:
    response = device.ask_token()
    assert response.status_code == 401, response.content
    return notices.read(response.json()["notice"], identity.public_jwk(), Notice)


# Who may order it


@pytest.mark.parametrize("role", [*Role, None])
def test_nobody_but_it_orders_a_wipe(world, role) -> None:
    victim = worlds.person(world.mayor).device
    who = world.stranger if role is None else world.deputy
    if role is not None:
        worlds.mandate(who, world.council, role, starts=worlds.START.replace(year=2021))
    before = contents()
    for given in (Revocation(wipe=True), Revocation(wipe=True, drain=True), Revocation()):
        with pytest.raises(RoleNeededError):
            do_revoke_device(worlds.person(who), victim, given)
    after = contents()
    own = {
        "Device",
        "Change",
        "Feed",
        "FeedHead",
        "AccessGrant",
        "AuditLine",
        "EnrolmentCode",
        "Official",
    }
    assert {k: v for k, v in after.items() if k not in own} == {
        k: v for k, v in before.items() if k not in own
    }
    victim.refresh_from_db()
    assert (victim.state, victim.wipe, victim.ordered_at) == ("active", False, None)


@pytest.mark.parametrize(
    ("given", "purpose"),
    [
        (Revocation(), Purpose.REVOKED),
        (Revocation(drain=True), Purpose.REVOKED),
        (Revocation(wipe=True, reason=RevocationReason.LOST), Purpose.WIPE),
        (Revocation(wipe=True, drain=True), Purpose.WIPE),
    ],
)
def test_a_revoked_device_is_told_in_the_servers_signed_word(
    world, device_of, given, purpose
) -> None:
    device = device_of(world.mayor)
    assert do_revoke_device(IT, row_of(device), given)
    notice = notice_of(device)
    assert notice.purpose is purpose
    assert (notice.server_id, notice.device_id) == (identity.state().id, device.device_id)
    assert (notice.drain, notice.reason) == (given.drain, given.reason.value)
    assert abs(notice.issued_at - clock.now().timestamp()) < 60
    line = AuditLine.objects.get(action="revoke_device")
    assert line.detail["wipe"] == int(given.wipe)


def test_a_replaced_device_is_told_so_and_may_hand_in(world, device_of) -> None:
    old = device_of(world.mayor)
    device_of(world.mayor)
    notice = notice_of(old)
    assert (notice.purpose, notice.drain) == (Purpose.RETIRED, True)


def test_an_order_may_follow_a_revocation_and_is_never_taken_back(world, device_of) -> None:
    device = device_of(world.mayor)
    assert do_revoke_device(IT, row_of(device))
    assert not do_revoke_device(IT, row_of(device))
    assert do_revoke_device(IT, row_of(device), Revocation(wipe=True))
    assert not do_revoke_device(IT, row_of(device), Revocation(wipe=True, drain=True))
    assert not do_revoke_device(IT, row_of(device))
    assert notice_of(device).purpose is Purpose.WIPE
    assert AuditLine.objects.filter(action="revoke_device").count() == 2


def test_the_notice_goes_to_the_device_alone(world, device_of) -> None:
    device = device_of(world.mayor)
    do_revoke_device(IT, row_of(device), Revocation(wipe=True))
    device.key = new_key()
    assert "notice" not in device.ask_token().json()
    assert "notice" not in device.call("GET", "/api/v1/blobs/" + "0" * 64).json()


# What passes for a statement


def test_a_statement_is_of_one_kind_by_one_key(world) -> None:
    key, other = new_key(), new_key()
    public = key.as_dict(private=False)
    notice = Notice(server_id="s", device_id="d", issued_at=1, purpose=Purpose.WIPE)
    erasure = Erasure(server_id="s", device_id="d", issued_at=1, erased_at=2)
    assert notices.read(notices.sign(notice, key), public, Notice) == notice
    assert notices.read(notices.sign(erasure, key), public, Erasure) == erasure
    payload = msgspec.json.encode(notice)
    header = {"alg": "ES256", "typ": "boardpack-notice+jws"}
    good = jws.serialize_compact(header, payload, key)
    assert notices.read(good, public, Notice) == notice
    head, body, signature = good.split(".")
    forged = [
        notices.sign(notice, other),
        notices.sign(erasure, key),
        jws.serialize_compact({"alg": "ES256"}, payload, key),
        jws.serialize_compact(header, b"[]", key),
        jws.serialize_compact(header, payload.replace(b'"wipe"', b'"burn"'), key),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body[:-2]}.{signature}",
        "eyJhbGciOiJub25lIiwidHlwIjoiYm9hcmRwYWNrLW5vdGljZStqd3MifQ." + body + ".",
        "",
        "é.é.é",
        "x" * 5000,
    ]
    for text in forged:
        with pytest.raises(BadStatementError):
            notices.read(text, public, Notice)


def test_a_shared_secret_is_no_signature(world) -> None:
    """What is public of the key, taken as an HMAC key: the classic confusion of JWS."""
    from joserfc.jwk import OctKey

    key = new_key()
    secret = OctKey.import_key({"kty": "oct", "k": key.as_dict(private=False)["x"]})
    notice = Notice(server_id="s", device_id="d", issued_at=1, purpose=Purpose.WIPE)
    header = {"alg": "HS256", "typ": "boardpack-notice+jws"}
    text = jws.serialize_compact(header, msgspec.json.encode(notice), secret)
    with pytest.raises(BadStatementError):
        notices.read(text, key.as_dict(private=False), Notice)


# Handing in


@pytest.fixture
def sitting(world):
    agent = worlds.person(world.agent)
    kept = worlds.keep(agent, b"%PDF-1.7 report")
    made = dossier(world.council, document(kept))
    do_publish_dossier(agent, worlds.published(made))
    return made


def test_a_replaced_device_hands_in_notes_and_receipts_once(world, device_of, sitting) -> None:
    old = device_of(world.mayor)
    new = device_of(world.mayor)
    mine, receipt = (
        note(),
        ConvocationAcknowledged(
            ids.new_id(), clock.now(), sitting.sitting_id, 1, sitting.manifest_sha256()
        ),
    )
    first = drain(old, mine, receipt, last=False)
    assert answers(first) == {mine.event_id: "", receipt.event_id: ""}
    assert SealedNote.objects.filter(official=world.mayor).count() == 1
    assert Receipt.objects.filter(device_id=old.device_id).count() == 1
    later = note()
    assert answers(drain(old, later)) == {later.event_id: ""}
    assert row_of(old).drained_at is not None
    too_late = note()
    again = answers(drain(old, mine, too_late))
    assert again == {mine.event_id: "", too_late.event_id: "device.not_handed_in"}
    assert SealedNote.objects.filter(official=world.mayor).count() == 2
    assert new.call("POST", "/api/v1/exchange", b"x").status_code == 400, "the new one works"


def test_nothing_of_anybody_goes_down(world, device_of, sitting) -> None:
    old = device_of(world.mayor)
    device_of(world.mayor)
    reply = msgspec.json.decode(drain(old, note()).content)
    assert set(reply) == {"protocol", "answers"}
    for path in ("/api/v1/exchange", "/api/v1/blobs/" + "0" * 64, "/api/v1/uploads/" + "0" * 64):
        dpop = proof(old.key, "GET", ORIGIN + path, nonce=old.nonce)
        assert old.client.get(path, headers={"DPoP": dpop}).status_code in {401, 405}


def test_what_binds_others_is_not_handed_in(world, device_of, sitting) -> None:
    agent = device_of(world.agent)
    do_revoke_device(IT, row_of(agent), Revocation(drain=True))
    before = contents()
    now = clock.now()
    events = (
        DossierPublished(ids.new_id(), now, dossier(world.council)),
        DeliberationSigned(ids.new_id(), now, ids.new_id(), "Maire", "0" * 64, "1" * 64, 3),
        DeliberationRefused(ids.new_id(), now, ids.new_id(), "Maire", "0" * 64, "Non"),
        IdentitySealed(ids.new_id(), now, worlds.RECIPIENT, b"sealed", "kid"),
    )
    found = answers(drain(agent, *events, last=False))
    assert set(found.values()) == {"device.not_handed_in"}
    assert contents() == before


@pytest.mark.parametrize("state", ["active", "revoked", "wiped", "stranger", "replayed"])
def test_the_door_is_closed_to_others(world, device_of, state) -> None:
    device = device_of(world.mayor)
    key = None
    if state in {"revoked", "wiped"}:
        do_revoke_device(IT, row_of(device), Revocation(wipe=state == "wiped"))
    elif state == "stranger":
        do_revoke_device(IT, row_of(device), Revocation(drain=True))
        key = new_key()
    elif state == "replayed":
        do_revoke_device(IT, row_of(device), Revocation(drain=True))
        dpop = proof(device.key, "POST", ORIGIN + DRAIN, nonce=device.nonce)
        body = codec.encode(DrainRequest(PROTOCOL, (), last=False))
        sent = [
            device.client.generic(
                "POST", DRAIN, body, content_type="application/json", headers={"DPoP": dpop}
            ).status_code
            for _ in range(2)
        ]
        assert sent == [200, 401]
        return
    response = drain(device, note(), key=key)
    assert response.status_code == 401, response.content
    assert SealedNote.objects.count() == 0
    codes = {"revoked": "device.revoked", "wiped": "device.revoked"}
    assert response.json()["code"] == codes.get(state, "device.not_authorised")


@pytest.mark.parametrize("body", [b"", b"x", b'{"protocol":9,"events":[]}', b'{"protocol":1}'])
def test_a_bad_request_hands_in_nothing(world, device_of, body) -> None:
    device = device_of(world.mayor)
    do_revoke_device(IT, row_of(device), Revocation(drain=True))
    dpop = proof(device.key, "POST", ORIGIN + DRAIN, nonce=device.nonce)
    response = device.client.generic(
        "POST", DRAIN, body, content_type="application/json", headers={"DPoP": dpop}
    )
    assert response.status_code in {400, 409}
    assert row_of(device).drained_at is None


# Hearing of the end


def erasure(device, key: ECKey | None = None, **changes: Any) -> str:
    said = {
        "server_id": identity.state().id,
        "device_id": device.device_id,
        "issued_at": 1,
        "erased_at": 2,
    } | changes
    return notices.sign(Erasure(**said), key or device.key)


def tell(device, text: str):
    return device.client.generic("POST", ERASED, text, content_type="application/jose")


@pytest.mark.parametrize("how", ["revoked", "replaced"])
def test_an_erased_device_is_on_record(world, device_of, how) -> None:
    device = device_of(world.mayor)
    if how == "revoked":
        do_revoke_device(IT, row_of(device), Revocation(wipe=True))
    else:
        device_of(world.mayor)
    for _ in range(2):
        response = tell(device, erasure(device))
        assert (response.status_code, response.json()) == (200, {"device_id": device.device_id})
    assert row_of(device).erased_at is not None
    assert AuditLine.objects.filter(action="erase_device").count() == 1


def test_nobody_else_says_that_a_device_is_erased(world, device_of) -> None:
    device = device_of(world.mayor)
    assert tell(device, erasure(device)).status_code == 401, "it is in use"
    do_revoke_device(IT, row_of(device), Revocation(wipe=True))
    wrong = [
        erasure(device, new_key()),
        erasure(device, device_id=ids.new_id()),
        erasure(device, server_id=ids.new_id()),
        notices.sign(
            Notice(
                server_id=identity.state().id,
                device_id=device.device_id,
                issued_at=1,
                purpose=Purpose.WIPE,
            ),
            device.key,
        ),
        "x",
        "a.b.c",
        "",
    ]
    for text in wrong:
        assert tell(device, text).status_code == 401, text
    assert tell(device, "x" * 5000).status_code == 400
    assert row_of(device).erased_at is None
