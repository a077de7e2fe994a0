"""First start, and every later one: all of a device or nothing of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import segno
from PIL import Image

from boardpack import bootstrap
from boardpack.domain.refusals import (
    BadCodeError,
    DeviceAlreadyActiveError,
    TooManyTriesError,
)
from boardpack.sealing.errors import WeakPassphraseError, WrongSecretError
from boardpack.services import offers
from boardpack.services.account import NotEnrolledError, ProfileKind
from boardpack.services.enrolment import AlreadyEnrolledError, WrongServerError
from boardpack.services.errors import CannotReadError
from boardpack.services.offers import AddressNeededError, EnrolmentOffer, MalformedCodeError
from boardpack.services.qr import NoQrFoundError, NoQrReaderError
from boardpack.store import twice
from boardpack.store.errors import LockedByOtherError
from boardpack.store.keys import PROFILE
from sync.client.errors import BadAddressError, OfflineError
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.models import Device
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.server import URL, SimulatedServer
from tests.helpers.world import IT, World
from tests.sync.conftest import MakeDevice

OTHER = "une tout autre phrase"
FINGERPRINT = "A" * 43


@pytest.fixture
def device(world: World, new_device: MakeDevice) -> SimulatedDevice:
    return new_device(world.mayor)


def offer_for(device: SimulatedDevice) -> EnrolmentOffer:
    code = do_issue_code(IT, device.official)
    return device.program.enrolment.check_code(code.qr_content(URL))


def nothing_stays(device: SimulatedDevice) -> bool:
    return not device.folder.exists() or not any(device.folder.iterdir())


def test_a_scanned_code_makes_a_device(device: SimulatedDevice, world: World) -> None:
    assert device.program.profile_state().kind is ProfileKind.NEW
    session = device.program.enrolment.enrol(offer_for(device), SECRET, "Tablette de la mairie")
    assert session.me.official_id == world.mayor.id
    assert session.me.name == "Jeanne Martin"
    state = device.program.profile_state()
    assert (state.kind, state.official_name) == (ProfileKind.OPEN, "Jeanne Martin")
    assert state.authority_name in {"Ville de Saint-Aubin", "Agglomération du Val d’Or"}
    assert (state.server_url, state.keyring) == (URL, False)
    row = Device.objects.get(official=world.mayor)
    assert (row.name, row.state) == ("Tablette de la mairie", "active")


def test_the_locked_profile_says_whose_it_is_and_tells_no_secret(device: SimulatedDevice) -> None:
    device.enrol()
    device.program.lock()
    state = device.program.profile_state()
    assert (state.kind, state.official_name) == (ProfileKind.LOCKED, "Jeanne Martin")
    facts = json.loads((device.folder / PROFILE).read_text())
    assert set(facts) == {
        "profile_id",
        "holder",
        "official_name",
        "authority_name",
        "server_url",
    }


def test_the_language_is_kept_in_the_profile(device: SimulatedDevice) -> None:
    session = device.program.enrolment.enrol(offer_for(device), SECRET, language="en")
    assert session.preferences.get().language == "en"


@pytest.mark.parametrize(
    "typed", ["{0}", " {0} ", "{1}", "{2}"], ids=["as shown", "spaces", "small", "no dashes"]
)
def test_a_typed_code_makes_a_device(device: SimulatedDevice, typed: str) -> None:
    text = do_issue_code(IT, device.official).text
    typed = typed.format(text, text.lower(), text.replace("-", ""))
    offer = device.program.enrolment.check_code(typed, "actes.test/")
    assert offer == EnrolmentOffer(URL, text)
    device.program.enrolment.enrol(offer, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ABCD",
        "ABCD-EFGH-JKLO",
        "ABCD-EFGH-JKLM-NPQR",
        "boardpack:",
        "boardpack:https://x#ABCD-EFGH-JKLM",
        f"boardpack:#ABCD-EFGH-JKMN#{FINGERPRINT}",
        "boardpack:https://x#ABCD-EFGH-JKMN#short",
        "https://www.example.fr",
    ],
)
def test_what_is_no_code_is_refused_before_anything_happens(text: str) -> None:
    with pytest.raises(MalformedCodeError):
        offers.parse(text, "https://actes.test")


def test_a_code_without_an_address_asks_for_it() -> None:
    with pytest.raises(AddressNeededError):
        offers.parse("ABCD-EFGH-JKMN")


@pytest.mark.parametrize("url", ["http://actes.test", "ftp://actes.test", "https://", "x y"])
def test_an_address_that_is_none_is_refused_and_nothing_stays(
    device: SimulatedDevice, url: str
) -> None:
    with pytest.raises(BadAddressError):
        device.program.enrolment.enrol(EnrolmentOffer(url, "ABCD-EFGH-JKMN"), SECRET)
    assert nothing_stays(device)


def test_a_wrong_code_leaves_nothing(device: SimulatedDevice) -> None:
    with pytest.raises(BadCodeError):
        device.program.enrolment.enrol(EnrolmentOffer(URL, "ABCD-EFGH-JKMN"), SECRET)
    assert nothing_stays(device)
    assert device.program.profile_state().kind is ProfileKind.NEW
    device.enrol()


def test_too_many_wrong_codes_are_told_and_not_retried(
    device: SimulatedDevice, server: SimulatedServer
) -> None:
    for _ in range(10):
        with pytest.raises(BadCodeError):
            device.program.enrolment.enrol(EnrolmentOffer(URL, "ABCD-EFGH-JKMN"), SECRET)
    with pytest.raises(TooManyTriesError):
        device.program.enrolment.enrol(EnrolmentOffer(URL, "ABCD-EFGH-JKMN"), SECRET)
    assert len(server.requests("POST", "/oauth/register")) == 11


def test_a_second_device_asks_first_and_then_retires_the_first(
    device: SimulatedDevice, new_device: MakeDevice
) -> None:
    device.enrol()
    second = new_device(device.official)
    offer = offer_for(second)
    with pytest.raises(DeviceAlreadyActiveError) as caught:
        second.program.enrolment.enrol(offer, SECRET, "Nouvelle tablette")
    assert caught.value.parameters["name"] == "Tablette"
    assert caught.value.parameters["since"]
    assert nothing_stays(second)
    assert device.sync().code == ""
    second.program.enrolment.enrol(offer, SECRET, "Nouvelle tablette", replace=True)
    assert second.sync().code == ""
    assert device.sync().code == "device.retired"


@pytest.mark.parametrize("what", ["lost answer", "timeout", "offline"])
def test_a_registration_whose_answer_is_lost_is_made_once(
    device: SimulatedDevice, server: SimulatedServer, what: str
) -> None:
    server.fault(what, path="/oauth/register", times=2)
    device.enrol()
    assert Device.objects.filter(official=device.official).count() == 1
    assert device.sync().code == ""


def test_without_network_nothing_stays_and_the_code_stays_good(
    device: SimulatedDevice, server: SimulatedServer
) -> None:
    offer = offer_for(device)
    server.fault("offline", times=99)
    with pytest.raises(OfflineError):
        device.program.enrolment.enrol(offer, SECRET)
    assert nothing_stays(device)
    server.heal()
    device.program.enrolment.enrol(offer, SECRET)


def test_a_server_with_another_key_is_refused_and_nothing_stays(device: SimulatedDevice) -> None:
    code = do_issue_code(IT, device.official).text
    with pytest.raises(WrongServerError):
        device.program.enrolment.enrol(EnrolmentOffer(URL, code, FINGERPRINT), SECRET)
    assert nothing_stays(device)
    assert device.program.session is None


def test_a_weak_secret_is_refused_before_the_code_is_used(
    device: SimulatedDevice, server: SimulatedServer
) -> None:
    for weak in ("1234", "528491", "aaaaaaaaaaaaa"):
        with pytest.raises(WeakPassphraseError):
            device.program.enrolment.enrol(offer_for(device), weak)
    assert nothing_stays(device)
    assert server.requests() == []


def test_enrolling_an_enrolled_profile_is_refused_and_changes_nothing(
    device: SimulatedDevice,
) -> None:
    device.enrol()
    with pytest.raises(AlreadyEnrolledError):
        device.program.enrolment.enrol(offer_for(device), SECRET)
    assert device.sync().code == ""


def test_what_a_killed_enrolment_left_is_cleared_by_the_next(device: SimulatedDevice) -> None:
    device.enrol(replace=True)
    device.program.lock()
    twice.remove(device.folder, PROFILE)
    assert device.program.profile_state().kind is ProfileKind.NEW
    device.enrol(replace=True)
    assert device.sync().code == ""


def test_starting_over_erases_the_profile_for_another_enrolment(device: SimulatedDevice) -> None:
    device.enrol()
    device.program.lock()
    device.program.start_over()
    assert nothing_stays(device)
    assert device.program.profile_state().kind is ProfileKind.NEW
    device.program.start_over()
    device.enrol(replace=True)
    assert device.sync().code == ""


def test_starting_over_leaves_alone_what_another_boardpack_works_on(
    device: SimulatedDevice,
) -> None:
    device.enrol()
    with pytest.raises(LockedByOtherError):
        bootstrap.open_program(device.folder).start_over()
    assert device.sync().code == ""


def test_files_of_others_in_the_folder_stay(device: SimulatedDevice) -> None:
    device.folder.mkdir(parents=True)
    (device.folder / "mine.txt").write_text("mine")
    with pytest.raises(BadCodeError):
        device.program.enrolment.enrol(EnrolmentOffer(URL, "ABCD-EFGH-JKMN"), SECRET)
    assert [each.name for each in device.folder.iterdir()] == ["mine.txt"]


# Unlocking


def test_the_right_secret_opens_and_a_wrong_one_does_not(device: SimulatedDevice) -> None:
    device.enrol()
    device.program.lock()
    assert device.program.session is None
    with pytest.raises(WrongSecretError):
        device.program.unlock(OTHER)
    assert device.program.unlock(SECRET).me.name == "Jeanne Martin"
    assert device.program.unlock(SECRET) is device.program.session


def test_locking_twice_is_harmless_and_told_once(device: SimulatedDevice) -> None:
    told: list[str] = []
    device.program.subscribe_lock(lambda: told.append("locked"))
    device.enrol()
    device.program.lock()
    device.program.lock()
    assert told == ["locked"]


def test_the_secret_can_be_changed_open_or_locked(device: SimulatedDevice) -> None:
    device.enrol()
    device.program.change_secret(SECRET, OTHER)
    device.program.lock()
    with pytest.raises(WrongSecretError):
        device.program.unlock(SECRET)
    device.program.change_secret(OTHER, SECRET)
    device.program.unlock(SECRET)
    with pytest.raises(WeakPassphraseError):
        device.program.change_secret(SECRET, "short")


def test_a_second_program_on_the_profile_is_told_so(
    device: SimulatedDevice, server: SimulatedServer
) -> None:
    device.enrol()
    second = SimulatedDevice(server, device.folder, device.official)
    assert second.program.profile_state().kind is ProfileKind.LOCKED
    with pytest.raises(LockedByOtherError):
        second.program.unlock(SECRET)
    assert device.sync().code == ""


def test_unlocking_a_new_profile_says_that_it_was_never_enrolled(device: SimulatedDevice) -> None:
    with pytest.raises(NotEnrolledError):
        device.program.unlock(SECRET)


# Pictures of codes


def picture(folder: Path, text: str) -> Path:
    path = folder / "code.png"
    segno.make(text, error="m").save(str(path), scale=6)
    return path


def test_the_code_is_read_from_a_picture(device: SimulatedDevice, tmp_path: Path) -> None:
    content = do_issue_code(IT, device.official).qr_content(URL)
    offer = device.program.enrolment.read_qr(picture(tmp_path, content))
    assert offer == offers.parse(content)
    device.program.enrolment.enrol(offer, SECRET)


def test_a_picture_without_a_code_and_a_file_that_is_no_picture_say_so(
    device: SimulatedDevice, tmp_path: Path
) -> None:
    read = device.program.enrolment.read_qr
    with pytest.raises(MalformedCodeError):
        read(picture(tmp_path, "https://www.example.fr"))
    (tmp_path / "note.txt").write_text("no picture")
    with pytest.raises(CannotReadError):
        read(tmp_path / "note.txt")
    with pytest.raises(CannotReadError):
        read(tmp_path / "absent.png")
    Image.new("L", (50, 50), 255).save(tmp_path / "white.png")
    with pytest.raises(NoQrFoundError):
        read(tmp_path / "white.png")


def test_without_the_reader_of_pictures_the_code_can_be_typed(
    device: SimulatedDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(NoQrReaderError):
        device.program.enrolment.read_qr(picture(tmp_path, "x"))
