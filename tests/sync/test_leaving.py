"""A device that the server does not want any more: obeys the signed word only, key first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.records import RevocationReason
from boardpack.services.account import ProfileKind
from boardpack.services.errors import ErasedError, InUseError, MandateOverError
from boardpack.services.leaving import DRAIN_TRIES
from boardpack.store import farewell, keys
from boardpack.store.errors import KeyringLostError
from sync.protocol import notices
from sync.protocol.messages import (
    MAX_EVENTS,
    ConvocationAcknowledged,
    DeliberationRefused,
    NoteSealed,
    PositionSealed,
)
from sync.protocol.notices import Notice, Purpose
from sync.server import identity
from sync.server.access import today_in
from sync.server.actions.do_revoke_device import Revocation, do_revoke_device
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import AuditLine, Device, Mandate, Receipt, SealedNote, Token
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.server import page
from tests.helpers.world import IT, World, document, dossier, version
from tests.sync.conftest import MakeDevice

TOKEN = "/oauth/token"
DRAIN = "/api/v1/drain"
ERASED = "/api/v1/erased"

WIPE = Revocation(wipe=True, reason=RevocationReason.LOST)
DRAIN_FIRST = Revocation(wipe=True, drain=True, reason=RevocationReason.LEFT)


@pytest.fixture
def sitting(world: World, device_of: MakeDevice) -> Dossier:
    """A sitting that the secretariat sent."""
    agent = device_of(world.agent)
    contents = [b"%PDF-1.7 rapport", b"%PDF-1.7 annexe"]
    made = dossier(world.council, *(document(version(each)) for each in contents))
    agent.publish(made, *contents)
    agent.synced()
    return made


@pytest.fixture
def mayor(world: World, sitting: Dossier, device_of: MakeDevice) -> SimulatedDevice:
    """The mayor's device, which has it."""
    device = device_of(world.mayor)
    device.synced()
    assert device.files()
    return device


def row_of(device: SimulatedDevice) -> Device:
    return Device.objects.get(official=device.official, name="Tablette", state="active")


def acknowledge(device: SimulatedDevice, of: Dossier) -> str:
    event = ConvocationAcknowledged(
        ids.new_id(), clock.now(), of.sitting_id, of.revision, of.manifest_sha256()
    )
    return device.act(event, subject_id=of.sitting_id, sitting_id=of.sitting_id)


def left(device: SimulatedDevice) -> list[str]:
    return sorted(each.name for each in device.folder.rglob("*") if each.is_file())


def key_is_gone(device: SimulatedDevice, profile: keys.Profile) -> bool:
    try:
        keys.unlock(device.folder, profile, SECRET)
    except KeyringLostError:
        return True
    return False


def profile_of(device: SimulatedDevice) -> keys.Profile:
    profile = keys.read_profile(device.folder)
    assert profile is not None
    return profile


def says(device: SimulatedDevice, notice: str) -> None:
    """Let a page refuse the device's token, with this notice."""
    body = {"code": "device.revoked", "parameters": {"name": "x"}, "notice": notice}

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.path != TOKEN:
            return None
        return page(401, json.dumps(body).encode(), {"Content-Type": "application/json"})

    Token.objects.all().delete()
    device.server.line.instead = answer


def speak_again(device: SimulatedDevice) -> None:
    device.server.line.instead = None


def untouched(device: SimulatedDevice, files: int) -> None:
    """Nothing was erased and the device works on."""
    assert len(device.files()) == files
    device.restart()
    assert len(device.files()) == files
    assert farewell.read(device.folder) is None


# The signed order (fault test 11, first half)


def test_a_wipe_order_is_obeyed_and_told(mayor: SimulatedDevice, sitting: Dossier) -> None:
    device = row_of(mayor)
    profile = profile_of(mayor)
    mayor.write_note(sitting, "Jamais remise")
    do_revoke_device(IT, device, WIPE)
    report = mayor.sync()
    assert report.code == "account.erased"
    assert report.error is not None
    assert report.error.exit_code == 3
    assert key_is_gone(mayor, profile), "before anything else"
    mayor.program.lock()
    assert left(mayor) == [farewell.FILE]
    assert b"%PDF" not in (mayor.folder / farewell.FILE).read_bytes()
    state = mayor.program.profile_state()
    assert state.kind is ProfileKind.ERASED
    erased = mayor.program.farewells.find()
    assert erased is not None
    assert (erased.ordered, erased.reason, erased.complete, erased.told) == (
        True,
        "lost",
        True,
        False,
    )
    assert mayor.program.farewells.tell()
    device.refresh_from_db()
    assert device.erased_at is not None
    assert SealedNote.objects.count() == 0, "it was not allowed to hand in"
    with pytest.raises(ErasedError):
        mayor.program.unlock(SECRET)
    mayor.program.farewells.forget()
    assert mayor.program.profile_state().kind is ProfileKind.NEW


def test_before_that_it_hands_in_what_waits_where_it_may(
    mayor: SimulatedDevice, sitting: Dossier
) -> None:
    device = row_of(mayor)
    for number in range(3):
        mayor.write_note(sitting, f"Remarque {number}")
    acknowledge(mayor, sitting)
    do_revoke_device(IT, device, DRAIN_FIRST)
    before = len(mayor.server.requests("POST", DRAIN))
    assert mayor.sync().code == "account.erased"
    assert SealedNote.objects.filter(official=mayor.official).count() == 3
    assert Receipt.objects.filter(device_id=device.id, kind="acknowledged").count() == 1
    device.refresh_from_db()
    assert device.drained_at is not None
    drained = mayor.server.requests("POST", DRAIN)[before:]
    assert [each.status for each in drained] == [200]
    order = [each.path for each in mayor.server.line.seen][-2:]
    assert order == [TOKEN, DRAIN]


def test_while_the_line_fails_the_order_waits(mayor: SimulatedDevice, sitting: Dossier) -> None:
    mayor.write_note(sitting, "À remettre")
    do_revoke_device(IT, row_of(mayor), DRAIN_FIRST)
    for what in ("offline", "captive", "gateway", "busy", "garbage", "redirect"):
        mayor.server.fault(what, path=DRAIN, times=99, value=1)
        assert mayor.sync().code == "device.revoked", what
        assert mayor.files(), "it is not obeyed yet"
        mayor.server.heal()
    assert mayor.sync().code == "account.erased"
    assert SealedNote.objects.count() == 1


def test_an_order_once_heard_is_obeyed_without_network(
    mayor: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.write_note(sitting, "À remettre")
    profile = profile_of(mayor)
    do_revoke_device(IT, row_of(mayor), DRAIN_FIRST)
    mayor.server.fault("offline", path=DRAIN, times=1)
    assert mayor.sync().code == "device.revoked"
    mayor.server.fault("offline", times=10**6)
    codes = []
    while len(codes) <= DRAIN_TRIES and "account.erased" not in codes:
        mayor.restart()
        codes.append(mayor.sync().code)
    assert codes[-1] == "account.erased"
    assert len(codes) == DRAIN_TRIES + 1
    assert key_is_gone(mayor, profile)


def test_a_note_whose_answer_was_lost_is_handed_in_once(
    mayor: SimulatedDevice, sitting: Dossier
) -> None:
    mayor.write_note(sitting, "Une seule fois")
    do_revoke_device(IT, row_of(mayor), DRAIN_FIRST)
    mayor.server.fault("lost answer", path=DRAIN)
    mayor.sync()
    assert mayor.sync().code == "account.erased"
    assert SealedNote.objects.count() == 1


# Everything else erases nothing (fault test 11, second half)

Forge = Callable[[SimulatedDevice], str]


def genuine(device: SimulatedDevice, **changes: Any) -> Notice:
    facts = {
        "purpose": Purpose.WIPE,
        "server_id": identity.state().id,
        "device_id": row_of(device).id,
        "issued_at": int(clock.now().timestamp()),
    } | changes
    return Notice(**facts)


def _by_another_key(device: SimulatedDevice) -> str:
    return notices.sign(genuine(device), ECKey.generate_key("P-256"))


def _by_the_device(device: SimulatedDevice) -> str:
    account = device.session.leaving._enrolled
    return notices.sign(genuine(device), ECKey.import_key(dict(account.device_key)))


def _for_another_device(device: SimulatedDevice) -> str:
    return notices.sign(genuine(device, device_id=ids.new_id()), identity.server_key())


def _of_another_server(device: SimulatedDevice) -> str:
    return notices.sign(genuine(device, server_id=ids.new_id()), identity.server_key())


def _cut(device: SimulatedDevice) -> str:
    return notices.sign(genuine(device), identity.server_key())[:-4]


FORGERIES: list[Forge] = [
    lambda _device: "",
    lambda _device: "x",
    lambda _device: "a.b.c",
    _by_another_key,
    _by_the_device,
    _for_another_device,
    _of_another_server,
    _cut,
]


def test_a_forged_order_erases_nothing(mayor: SimulatedDevice) -> None:
    count = len(mayor.files())
    for forge in FORGERIES:
        says(mayor, forge(mayor))
        assert mayor.sync().code == "device.revoked", forge
        assert mayor.session.leaving.end() is None, forge
        speak_again(mayor)
        untouched(mayor, count)
    mayor.synced()


def test_the_very_order_would_have_erased_it(mayor: SimulatedDevice) -> None:
    """The test above would notice: the same page with the server's own word is obeyed."""
    says(mayor, notices.sign(genuine(mayor), identity.server_key()))
    assert mayor.sync().code == "account.erased"
    speak_again(mayor)


PAGES: list[dict[str, Any]] = [
    {"what": "captive"},
    {"what": "bare", "value": 401},
    {"what": "bare", "value": 403},
]


@pytest.mark.parametrize("path", [TOKEN, "/api/v1/exchange", "/"])
def test_a_bare_refusal_or_a_portal_erases_nothing(mayor: SimulatedDevice, path: str) -> None:
    count = len(mayor.files())
    for each in PAGES:
        Token.objects.all().delete()
        mayor.server.fault(**each, path=path, times=99)
        assert mayor.sync().code
        mayor.server.heal()
        untouched(mayor, count)


def test_an_old_order_does_not_count_for_a_new_life(
    mayor: SimulatedDevice, sitting: Dossier
) -> None:
    old = row_of(mayor)
    do_revoke_device(IT, old, WIPE)
    order = notices.sign(genuine_of(old), identity.server_key())
    assert mayor.sync().code == "account.erased"
    mayor.program.lock()
    mayor.program.farewells.tell()
    mayor.enrol()
    mayor.synced()
    count = len(mayor.files())
    assert count
    says(mayor, order)
    assert mayor.sync().code == "device.revoked"
    speak_again(mayor)
    untouched(mayor, count)


def genuine_of(row: Device) -> Notice:
    return Notice(
        purpose=Purpose.WIPE, server_id=identity.state().id, device_id=row.id, issued_at=1
    )


def test_revoked_only_keeps_everything(mayor: SimulatedDevice, sitting: Dossier) -> None:
    mayor.write_note(sitting, "Reste ici")
    count = len(mayor.files())
    do_revoke_device(IT, row_of(mayor))
    assert mayor.sync().code == "device.revoked"
    end = mayor.session.leaving.end()
    assert end is not None
    assert (end.replaced, end.handed_in) == (False, False)
    assert mayor.waiting() == 1
    untouched(mayor, count)


# Telling the server


def test_what_the_server_did_not_hear_is_told_again(mayor: SimulatedDevice) -> None:
    device = row_of(mayor)
    do_revoke_device(IT, device, WIPE)
    mayor.sync()
    mayor.program.lock()
    farewells = mayor.program.farewells
    for what in ("offline", "captive", "busy", "gateway", "bare"):
        mayor.server.fault(what, path=ERASED, value=403)
        assert not farewells.tell(), what
    device.refresh_from_db()
    assert device.erased_at is None
    mayor.server.fault("lost answer", path=ERASED)
    assert not farewells.tell()
    assert farewells.tell()
    assert farewells.tell(), "once is enough"
    assert len(mayor.server.requests("POST", ERASED)) == 7
    assert AuditLine.objects.filter(action="erase_device").count() == 1


# A replaced device


@pytest.fixture
def replaced(mayor: SimulatedDevice, new_device: MakeDevice) -> SimulatedDevice:
    """The mayor's new device; `mayor` retires."""
    other = new_device(mayor.official)
    other.enrol(replace=True)
    other.synced()
    return other


def test_a_replaced_device_hands_in_once_and_stays_readable(
    mayor: SimulatedDevice, sitting: Dossier, new_device: MakeDevice
) -> None:
    mayor.write_note(sitting, "Écrite hors ligne")
    acknowledge(mayor, sitting)
    refusal = DeliberationRefused(ids.new_id(), clock.now(), ids.new_id(), "Maire", "0" * 64, "Non")
    mayor.act(refusal, subject_id=refusal.deliberation_id)
    other = new_device(mayor.official)
    other.enrol(replace=True)
    assert mayor.session.leaving.end() is None
    assert mayor.sync().code == "device.retired"
    end = mayor.session.leaving.end()
    assert end is not None
    assert (end.replaced, end.handed_in) == (True, True)
    assert mayor.waiting() == 0
    (rejected,) = mayor.session.synchronizing.rejected()
    assert rejected.code == "device.not_handed_in"
    assert len(mayor.session.notes.all()) == 1, "still to be read here"
    other.synced()
    assert len(other.state()["note"]) == 1
    before = len(mayor.server.requests("POST", DRAIN))
    mayor.sync()
    assert len(mayor.server.requests("POST", DRAIN)) == before, "once"
    assert mayor.files()


def test_a_place_among_what_waits_does_not_close_the_door_before_the_last_note(
    mayor: SimulatedDevice, sitting: Dossier, new_device: MakeDevice
) -> None:
    """As many notes as a batch takes, and a place before them: two batches."""
    mayor.act(PositionSealed(ids.new_id(), clock.now(), ids.new_id(), b"age"), subject_id="place")
    for _ in range(MAX_EVENTS):
        sealed = NoteSealed(ids.new_id(), clock.now(), ids.new_id(), b"age")
        mayor.act(sealed, subject_id=sealed.note_id)
    new_device(mayor.official).enrol(replace=True)
    assert mayor.sync().code == "device.retired"
    assert mayor.waiting() == 0
    assert SealedNote.objects.count() == MAX_EVENTS


def test_a_replaced_device_erases_itself_when_its_person_asks(
    mayor: SimulatedDevice, replaced: SimulatedDevice
) -> None:
    profile = profile_of(mayor)
    with pytest.raises(InUseError):
        mayor.session.leaving.erase()
    assert mayor.sync().code == "device.retired"
    mayor.session.leaving.erase()
    assert key_is_gone(mayor, profile)
    mayor.program.lock()
    erased = mayor.program.farewells.find()
    assert erased is not None
    assert (erased.ordered, erased.complete) == (False, True)
    assert mayor.program.farewells.tell()
    row = Device.objects.get(official=mayor.official, state="retired")
    assert row.erased_at is not None
    assert not replaced.sync().code


def test_a_server_restored_from_before_takes_the_device_back(mayor: SimulatedDevice) -> None:
    device = row_of(mayor)
    do_revoke_device(IT, device)
    mayor.sync()
    assert mayor.session.leaving.end() is not None
    Device.objects.filter(id=device.id).update(state="active", ended_at=None, ordered_at=None)
    assert not mayor.sync().code
    assert mayor.session.leaving.end() is None


def test_the_farewell_tells_no_secret(mayor: SimulatedDevice) -> None:
    do_revoke_device(IT, row_of(mayor), WIPE)
    account = mayor.session.leaving._enrolled
    mayor.sync()
    mayor.program.lock()
    text = (mayor.folder / farewell.FILE).read_text()
    assert account.identity not in text
    assert account.device_key["d"] not in text
    assert account.official_name not in text
    assert json.loads(text)["profile"] is None


# A mandate that ends


def ended(device: SimulatedDevice, world: World, *, immediate: bool = False) -> None:
    row = Mandate.objects.get(official=device.official, assembly=world.council)
    row.ends, row.immediate = today_in(world.council.timezone), immediate
    do_save_mandate(IT, row)


def test_a_mandate_that_ends_offers_the_notes_then_leaves(
    mayor: SimulatedDevice, sitting: Dossier, world: World, tmp_path: Path
) -> None:
    mayor.write_note(sitting, "Écrite avant la fin")
    mayor.synced()
    ended(mayor, world)
    mayor.synced()
    assert mayor.files(), "still here, under lock"
    document_id = sitting.documents[0].document_id
    with pytest.raises(MandateOverError):
        mayor.session.reading.open_document(document_id)
    mayor.restart()
    with pytest.raises(MandateOverError):
        mayor.session.reading.open_document(document_id)
    endings = mayor.session.leaving.endings
    (row,) = endings.rows()
    assert (row.assembly.assembly_id, row.notes) == (world.council.id, 1)
    notes = mayor.session.notes
    assert notes.export(tmp_path / "notes.md", assembly_id=world.council.id) == 1
    assert "Écrite avant la fin" in (tmp_path / "notes.md").read_text(encoding="utf-8")
    assert mayor.sync().code == "", "and nothing of it is fetched any more"
    endings.erase(world.council.id)
    assert mayor.files() == {}
    assert len(mayor.state()["note"]) == 1


def test_a_mandate_given_again_opens_what_is_there(
    mayor: SimulatedDevice, sitting: Dossier, world: World
) -> None:
    ended(mayor, world)
    mayor.synced()
    row = Mandate.objects.get(official=mayor.official, assembly=world.council)
    row.ends = None
    do_save_mandate(IT, row)
    before = len(mayor.server.requests("GET", "/api/v1/blobs/"))
    mayor.synced()
    assert mayor.session.leaving.endings.rows() == ()
    assert mayor.session.reading.open_document(sitting.documents[0].document_id).handle
    assert len(mayor.server.requests("GET", "/api/v1/blobs/")) == before, "nothing again"
    assert mayor.state() == mayor.server.state_for(world.mayor)


def test_a_mandate_taken_for_a_cause_leaves_nothing(
    mayor: SimulatedDevice, sitting: Dossier, world: World
) -> None:
    mayor.write_note(sitting, "À moi")
    mayor.synced()
    ended(mayor, world, immediate=True)
    mayor.synced()
    assert mayor.files() == {}
    assert mayor.session.leaving.endings.rows() == ()
    assert len(mayor.state()["note"]) == 1
