"""Several servers, one window: each account on its own, one secret, one agenda (ADR 0018).

One server runs in this process, the other is a real process; the claire has a device at both.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boardpack.cli.main import run
from boardpack.domain.records import RevocationReason
from boardpack.domain.waits import TooSoonError
from boardpack.messages import use_language
from boardpack.sealing.errors import WeakPassphraseError, WrongSecretError
from boardpack.services.account import ProfileKind
from boardpack.services.accounts import FOLDER
from boardpack.services.enrolment import AlreadyEnrolledError
from boardpack.services.errors import SittingUnknownError
from boardpack.services.program import Session
from boardpack.store import disk, keys, meta, own_log
from boardpack.store.attempts import FREE
from boardpack.store.database import DATABASE, Store
from boardpack.store.errors import DiskFullError, UnreadableStoreError
from sync.client.errors import OfflineError
from sync.server.actions.do_issue_code import do_issue_code
from sync.server.actions.do_revoke_device import Revocation, do_revoke_device
from sync.server.models import Device
from tests.gui.furnished import Furniture, make_profile, usual
from tests.helpers import cheap, local, pages, second_server
from tests.helpers.devices import SECRET, SimulatedDevice
from tests.helpers.second_server import PAPER, TITLE, Person, SecondServer
from tests.helpers.server import URL
from tests.helpers.world import IT, World
from tests.sync.conftest import MakeDevice

OTHER = "une autre phrase secrète"
WIPE = Revocation(wipe=True, reason=RevocationReason.LOST)
Harm = Callable[[Person, Path], None]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        made = SecondServer.start(tmp_path_factory.mktemp("second"))
    yield made
    made.served.stop()


@pytest.fixture(scope="module")
def furnished(second: SecondServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of Claire, who sits at a server that is down and at the second one."""
    folder = tmp_path_factory.mktemp("claire") / "profile"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        cheap.secrets(patch)
        furniture = Furniture()
        usual(furniture)
        make_profile(folder, furniture)
    second.give(folder)
    return folder


@pytest.fixture
def claire(furnished: Path, tmp_path: Path) -> Iterator[Person]:
    """A copy of it, open."""
    shutil.copytree(furnished, tmp_path / "claire")
    person = Person(tmp_path / "claire")
    person.restart()
    yield person
    person.program.lock()


@pytest.fixture
def mayor(world: World, device_of: MakeDevice, second: SecondServer) -> SimulatedDevice:
    """A device with an account at the server in this process, which tests command, and one there.

    Its line to the second server is `others[second.url]`.
    """
    device = device_of(world.mayor)
    device.synced()
    device.program.lock()
    second.give(device.folder)
    device.others[second.url] = second.line()
    device.restart()
    return device


def both(device: Person | SimulatedDevice) -> tuple[Session, Session]:
    first, other = device.program.sessions
    return first, other


def folders(device: Person | SimulatedDevice) -> tuple[Path, Path]:
    first, other = both(device)
    return first.context.store.folder, other.context.store.folder


def bytes_of(folder: Path) -> dict[str, str]:
    """Return the digest of every file of one account."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {
        str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in files
        if FOLDER not in each.relative_to(folder).parts and each.name != "store.lock"
    }


def codes(device: Person | SimulatedDevice) -> list[tuple[ProfileKind, str]]:
    return [(each.kind, each.code) for each in device.program.accounts()]


# One window


def test_one_agenda_over_both(claire: Person) -> None:
    first, other = both(claire)
    together = first.together
    assert together is other.together
    home = together.home()
    dates = [row.starts_at for row in home.next_sittings]
    assert dates == sorted(dates)
    assert {row.title for row in home.next_sittings} > {TITLE, "Conseil municipal de novembre"}
    assert {row.assembly.server for row in home.todo} == {first.server, other.server}
    assert together.sittings(past=False) == home.next_sittings
    assert together.sittings(past=True) == home.past_sittings
    # Each is opened by its own account, and by no other.
    for row in home.next_sittings:
        session = together.session(row.assembly.account)
        assert session is not None
        assert session.reading.sitting(row.sitting_id).row.title == row.title
        stranger = other if session is first else first
        with pytest.raises(SittingUnknownError):
            stranger.reading.sitting(row.sitting_id)
    found = together.search("du")
    assert [hit.assembly.account for hit in found.hits][:2] == [first.account, other.account]
    assert {hit.sitting_title for hit in together.search("Bourg").hits} == {TITLE}


def test_notes_of_both_are_one_list(claire: Person, tmp_path: Path) -> None:
    for session, text in zip(both(claire), ("ici", "là-bas"), strict=True):
        row = session.together.narrowed(frozenset({session.account})).sittings(past=False)[-1]
        view = session.reading.sitting(row.sitting_id)
        document = view.convocation or view.others[0]
        note = local.note(
            text,
            document_id=document.document_id,
            version_sha256=document.versions[0].sha256,
            sitting_id=row.sitting_id,
            author_id=session.me.official_id,
        )
        session.notes.save(note)
    together = claire.program.sessions[0].together
    assert {row.note.text for row in together.notes()} == {"ici", "là-bas"}
    assert together.export_notes(tmp_path / "notes.md") == 2
    assert "là-bas" in (tmp_path / "notes.md").read_text(encoding="utf-8")
    assert together.hidden() == 0


def test_the_server_is_named_where_two_assemblies_have_one_name(
    claire: Person, second: SecondServer
) -> None:
    names = {row.assembly.short_name for row in both(claire)[0].together.home().next_sittings}
    host = second.url.rpartition("/")[2]
    assert names == {"CM (127.0.0.1:9)", f"CM ({host})", "Bureau", "CAO"}


def test_each_is_somebody_there_and_acts_there(claire: Person) -> None:
    first, other = both(claire)
    assert (first.me.name, other.me.name) == ("Claire Dumas", "Jeanne Martin")
    # Secretariat of an assembly here, president there.
    assert (first.me.prepares, other.me.prepares, other.me.signs) == (True, False, True)
    there = other.reading.sittings()[0].sitting_id
    other.reading.acknowledge(there)
    assert [each.synchronizing.state().waiting for each in (first, other)] == [0, 1]
    assert not other.synchronizing.sync_once(pause=bool).code
    assert first.synchronizing.sync_once(pause=bool).code == OfflineError.code
    assert [each.synchronizing.state().waiting for each in (first, other)] == [0, 0]


# Nothing is shared but the secret


def test_a_key_of_one_opens_nothing_of_the_other(claire: Person) -> None:
    first, other = both(claire)
    here, there = folders(claire)
    known = [meta.enrolled(each.context.store.connection) for each in (first, other)]
    assert known[0] is not None
    assert known[1] is not None
    for name in ("server_id", "device_id", "identity", "recipient"):
        assert getattr(known[0], name) != getattr(known[1], name)
    assert known[0].device_key["d"] != known[1].device_key["d"]
    digest = hashlib.sha256(PAPER).hexdigest()
    source = other.context.blobs.source(digest)
    assert not first.context.blobs.has(digest)
    claire.program.lock()
    opened = {folder: keys.unlock(folder, _profile(folder), SECRET) for folder in (here, there)}
    assert len(set(opened.values())) == 2
    for folder, foreign in ((here, there), (there, here)):
        with pytest.raises(UnreadableStoreError):
            Store.open(folder, opened[foreign])
    assert source.path.is_relative_to(there)
    with pytest.raises(keys.errors.KeyringForeignError):
        keys.unlock(here, _profile(there), SECRET)


def _profile(folder: Path) -> keys.Profile:
    found = keys.read_profile(folder)
    assert found is not None
    return found


# What befalls one leaves the other alone


def _flip(device: Person, folder: Path) -> None:
    device.program.lock()
    path = folder / DATABASE
    for at in range(0, path.stat().st_size, 4096):
        pages.flip(path, at + 100)
    (folder / own_log.FILE).unlink()


def _lose_the_key(device: Person, folder: Path) -> None:
    device.program.lock()
    for name in (keys.SEALED, "keys.copy.sealed"):
        (folder / name).unlink()


def _forget_whose(device: Person, folder: Path) -> None:
    device.program.lock()
    for name in (keys.PROFILE, "profile.copy.json"):
        (folder / name).write_bytes(b"{")


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_flip, "store.unreadable"),
        (_lose_the_key, "store.keyring_lost"),
        (_forget_whose, "store.keyring_lost"),
    ],
)
def test_damage_of_one_keeps_no_other_from_opening(
    claire: Person, harm: Harm, code: str, place: int
) -> None:
    whole = folders(claire)[1 - place]
    harm(claire, folders(claire)[place])
    before = bytes_of(whole)
    assert claire.program.waiting() == 0
    claire.restart()
    kinds = [ProfileKind.OPEN, ProfileKind.OPEN]
    kinds[place] = ProfileKind.LOCKED
    assert [each[0] for each in codes(claire)] == kinds
    assert codes(claire)[place][1] == code
    assert codes(claire)[1 - place][1] == ""
    only = claire.program.session
    assert only is not None
    assert only.context.store.folder == whole
    assert {row.assembly.account for row in only.together.sittings()} == {only.account}
    claire.program.lock()
    assert set(bytes_of(whole)) == set(before)


def test_a_server_that_is_down_or_lies_costs_its_own_exchange_only(
    mayor: SimulatedDevice, second: SecondServer
) -> None:
    first, other = both(mayor)
    for what, code in (("offline", OfflineError.code), ("garbage", "sync.unreadable_message")):
        mayor.server.fault(what, times=100, path="/api/v1/exchange")
        assert first.synchronizing.sync_once(pause=mayor.waits.append).code == code
        assert other.synchronizing.sync_once(pause=mayor.waits.append).code == ""
        assert first.synchronizing.state().code == code
        assert other.synchronizing.state().code == ""
        mayor.server.heal()
    mayor.others[second.url].fault("offline", times=100)
    assert first.synchronizing.sync_once(pause=mayor.waits.append).code == ""
    assert other.synchronizing.sync_once(pause=mayor.waits.append).code == OfflineError.code


def test_an_order_to_erase_takes_one_account(mayor: SimulatedDevice) -> None:
    first, other = both(mayor)
    here, there = folders(mayor)
    do_revoke_device(IT, Device.objects.get(official=mayor.official, state="active"), WIPE)
    assert first.synchronizing.sync_once(pause=mayor.waits.append).code == "account.erased"
    assert other.synchronizing.sync_once(pause=mayor.waits.append).code == ""
    mayor.program.close(first.account)
    assert [row.title for row in other.together.home().next_sittings] == [TITLE]
    mayor.program.lock()
    before = bytes_of(there)
    assert not (here / DATABASE).exists()
    assert codes(mayor) == [(ProfileKind.ERASED, ""), (ProfileKind.LOCKED, "")]
    assert mayor.program.profile_state().kind is ProfileKind.LOCKED
    assert mayor.restart().account == other.account
    assert mayor.program.farewells.tell()
    mayor.program.farewells.forget()
    assert codes(mayor) == [(ProfileKind.OPEN, "")]
    mayor.program.lock()
    assert set(bytes_of(there)) == set(before)


@pytest.mark.parametrize("place", [0, 1])
def test_leaving_one_server_changes_nothing_of_the_other(claire: Person, place: int) -> None:
    gone, stays = folders(claire)[place], folders(claire)[1 - place]
    name = both(claire)[place].account
    claire.program.lock()
    before = bytes_of(stays)
    claire.program.leave(name)
    assert bytes_of(stays) == before
    assert not (gone / DATABASE).exists()
    assert not (gone / keys.SEALED).exists()
    assert len(codes(claire)) == 1
    assert claire.restart().context.store.folder == stays
    claire.program.lock()
    claire.program.start_over()
    assert claire.program.profile_state().kind is ProfileKind.NEW
    assert not any(each.is_file() for each in claire.folder.rglob("*"))


# One secret


def test_changing_the_secret_can_be_killed_anywhere(
    claire: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = disk.write
    for step in itertools.count(1):
        claire.program.lock()
        left = [step]

        def dies(path: Path, data: bytes, left: list[int] = left) -> None:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            write(path, data)

        with monkeypatch.context() as patch:
            patch.setattr(disk, "write", dies)
            try:
                claire.program.change_secret(SECRET, OTHER)
            except KeyboardInterrupt:
                pass
            else:
                break
        _comes_together(claire)
    assert step > 6
    _opens(claire, OTHER)


def _comes_together(claire: Person) -> None:
    """Each account opens with one of the two; the person's former secret ends what was begun."""
    claire.renew()
    former = [name for name in (SECRET, OTHER) if _admitted(claire, name)]
    assert sum(len(_admitted(claire, name)) for name in former) == 2
    if len(former) == 2:
        claire.program.unlock(SECRET)
        assert sorted(code for _, code in codes(claire)) == ["", "account.other_secret"]
        with pytest.raises(WrongSecretError):
            claire.program.unite("ni l’une ni l’autre", SECRET)
        claire.program.unite(OTHER, SECRET)
        assert len(claire.program.sessions) == 2
        claire.program.lock()
    else:
        claire.program.change_secret(former[0], SECRET)
    assert len(_admitted(claire, SECRET)) == 2


def _admitted(claire: Person, secret: str) -> frozenset[str]:
    try:
        return claire.program.admit(secret)
    except WrongSecretError:
        return frozenset()


def _opens(claire: Person, secret: str) -> None:
    claire.renew()
    claire.program.unlock(secret)
    assert [code for _, code in codes(claire)] == ["", ""]
    assert TITLE in {row.title for row in both(claire)[0].together.sittings()}
    claire.program.lock()


def test_a_weak_new_secret_changes_nothing(claire: Person) -> None:
    claire.program.lock()
    with pytest.raises(WeakPassphraseError):
        claire.program.change_secret(SECRET, "court")
    _opens(claire, SECRET)


def test_several_accounts_give_no_more_attempts(claire: Person) -> None:
    claire.program.lock()
    for _ in range(FREE):
        with pytest.raises(WrongSecretError):
            claire.program.unlock(OTHER)
    with pytest.raises(TooSoonError):
        claire.program.unlock(OTHER)
    # Neither account judges the right one now, whichever is asked, after a restart too.
    claire.renew()
    assert claire.program.waiting() > 0
    with pytest.raises(TooSoonError):
        claire.program.unlock(SECRET)


def test_a_secret_that_opens_one_counts_no_miss_of_another(
    claire: Person,
) -> None:
    there = folders(claire)[1]
    claire.program.lock()
    keys.change_secret(there, _profile(there), SECRET, OTHER)
    for _ in range(2 * FREE):
        claire.restart()
        assert codes(claire)[1] == (ProfileKind.LOCKED, "account.other_secret")
    assert keys.attempts(there, _profile(there)).misses == 0


# Coming


def test_one_more_server_takes_the_secret_of_the_profile(
    claire: Person, second: SecondServer
) -> None:
    claire.program.leave(both(claire)[1].account)
    here = claire.folder / FOLDER
    enrolment = claire.program.enrolment
    offer = enrolment.check_code(second.code(second_server.AGENT), second.url)
    with pytest.raises(WrongSecretError):
        enrolment.enrol(offer, OTHER)
    assert len(codes(claire)) == 1
    with pytest.raises(OfflineError):
        enrolment.enrol(replace(offer, server_url="http://127.0.0.1:1"), SECRET)
    assert not here.exists()
    # What an enrolment that was killed left is worth nothing.
    (here / "left").mkdir(parents=True)
    (here / "left" / DATABASE).write_bytes(b"half")
    session = enrolment.enrol(offer, SECRET, replace=True)
    assert session is both(claire)[1]
    assert [each.name for each in here.iterdir()] == [session.account]
    assert session.me.name == "Zoé Durand"
    assert not session.synchronizing.sync_once(pause=bool).code
    assert session.me.prepares
    claire.restart()
    assert [kind for kind, _ in codes(claire)] == [ProfileKind.OPEN] * 2


def test_a_server_is_enrolled_at_once_only(mayor: SimulatedDevice) -> None:
    code = do_issue_code(IT, mayor.official)
    scanned = mayor.program.enrolment.check_code(code.qr_content("https://alias.test"))
    typed = mayor.program.enrolment.check_code(code.qr_content(URL))
    for offer in (typed, scanned):
        with pytest.raises(AlreadyEnrolledError):
            mayor.program.enrolment.enrol(offer, SECRET)
    assert len(codes(mayor)) == 2


def test_a_disk_that_is_full_while_one_is_added_harms_nothing(
    claire: Person, second: SecondServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claire.program.leave(both(claire)[1].account)
    offer = claire.program.enrolment.check_code("ABCD-EFGH-JKMN", second.url)

    def full(path: Path, data: bytes) -> None:
        if FOLDER in path.parts:
            raise DiskFullError
        write(path, data)

    write = disk.write
    monkeypatch.setattr(disk, "write", full)
    with pytest.raises(DiskFullError):
        claire.program.enrolment.enrol(offer, SECRET)
    assert not (claire.folder / FOLDER).exists()
    assert [code for _, code in codes(claire)] == [""]


# The command line

Command = Callable[..., tuple[int, list[Any], str]]


@pytest.fixture
def command(
    claire: Person, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command on the profile of both; return code, JSON documents, errors."""
    claire.program.lock()

    def call(*arguments: str, typed: tuple[str, ...] = (SECRET,)) -> tuple[int, list[Any], str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed) + "\n"))
        code = run((*arguments, "--json", "--profile", str(claire.folder)))
        out, err = capsys.readouterr()
        use_language("fr")
        return code, [json.loads(line) for line in out.splitlines()], err

    return call


UNLOCK = ("--unlock-from", "-")
DOWN = "127.0.0.1:9"


def test_commands_work_over_all_accounts(command: Command, second: SecondServer) -> None:
    host = second.url.rpartition("/")[2]
    code, found, err = command("sync", *UNLOCK)
    assert (code, [each["server"] for each in found]) == (75, [DOWN, host])
    assert [each["report"]["code"] for each in found] == ["client.offline", ""]
    assert json.loads(err)["server"] == DOWN
    code, [rows], _ = command("sittings", *UNLOCK)
    assert (code, {row["assembly"]["server"] for row in rows}) == (0, {DOWN, host})
    there = next(row["sitting_id"] for row in rows if row["title"] == TITLE)
    code, [shown], _ = command("show", there, *UNLOCK)
    assert (code, shown["row"]["title"]) == (0, TITLE)
    code, [shown], _ = command("show", "next", "--acknowledge", *UNLOCK)
    assert (code, shown["row"]["assembly"]["server"]) == (0, DOWN)
    code, found, _ = command("status", *UNLOCK)
    assert [each["sync"]["waiting"] for each in found] == [1, 0]
    code, found, _ = command("status", "--locked")
    assert [each["server"] for each in found] == [DOWN, host]
    code, [result], _ = command("search", "du", *UNLOCK)
    assert {hit["assembly"]["server"] for hit in result["hits"]} == {DOWN, host}
    assert command("notes", *UNLOCK)[:2] == (0, [[]])
    code, found, _ = command("doctor", *UNLOCK)
    assert (code, [each["server"] for each in found]) == (0, [DOWN, host])


def test_commands_can_be_narrowed_to_one_server(command: Command, second: SecondServer) -> None:
    host = second.url.rpartition("/")[2]
    for name in (host, second.url, "ville de bourg"):
        code, found, _ = command("sync", "--server", name, *UNLOCK)
        assert (code, [each["server"] for each in found]) == (0, [host])
    code, _, err = command("sittings", "--server", "ailleurs", *UNLOCK)
    assert (code, json.loads(err)["error"]) == (3, "cli.server_unknown")
    code, _, err = command("recovery", "new", *UNLOCK)
    assert (code, json.loads(err)["error"]) == (3, "cli.server_needed")
    assert command("recovery", "new", "--server", host, *UNLOCK)[0] == 0
    assert len(command("recovery", *UNLOCK)[1]) == 2


def test_commands_tell_what_does_not_open_and_go_on(command: Command, claire: Person) -> None:
    _lose_the_key(claire, claire.folder)
    code, [rows], err = command("sittings", *UNLOCK)
    assert (code, [row["title"] for row in rows]) == (3, [TITLE])
    assert json.loads(err)["error"] == "store.keyring_lost"
    assert json.loads(err)["server"] == DOWN
    code, _, err = command("show", "next", *UNLOCK)
    assert (code, json.loads(err)["server"]) == (0, DOWN)
    code, _, err = command("sittings", "--server", DOWN, *UNLOCK)
    assert code == 3
    code, found, _ = command("doctor", *UNLOCK)
    assert code == 3
    assert [bool(each["findings"]) for each in found] == [True, False]


def test_the_command_line_changes_the_secret_of_all_and_ends_a_change(
    command: Command, claire: Person
) -> None:
    assert command("pin", *UNLOCK, "--other-from", "-", typed=(SECRET, OTHER))[0] == 0
    assert command("sittings", *UNLOCK)[0] == 3
    assert command("sittings", *UNLOCK, typed=(OTHER,))[0] == 0
    keys.change_secret(claire.folder, _profile(claire.folder), OTHER, SECRET)
    code, [rows], err = command("sittings", *UNLOCK, typed=(OTHER,))
    assert (code, len(rows), json.loads(err)["error"]) == (3, 1, "account.other_secret")
    code, found, _ = command("doctor", *UNLOCK, typed=(OTHER,))
    assert [each["finding"] for each in found[0]["findings"]] == ["account.other_secret"]
    code, [told], _ = command("pin", "unite", *UNLOCK, "--other-from", "-", typed=(OTHER, SECRET))
    assert (code, told) == (0, {"other_secret": []})
    assert command("sittings", *UNLOCK, typed=(OTHER,))[0] == 0


def test_starting_over_at_one_server_leaves_the_others(command: Command, claire: Person) -> None:
    code, _, err = command(
        *("enrol", "http://127.0.0.1:9", "--code-from", "-", "--start-over", "--server", DOWN),
        *UNLOCK,
        typed=("ABCD-EFGH-JKMN", OTHER),
    )
    assert (code, json.loads(err)["error"]) == (3, WrongSecretError.code)
    assert len(codes(claire)) == 2
    code, _, err = command(
        *("enrol", "http://127.0.0.1:9", "--code-from", "-", "--start-over", "--server", DOWN),
        *UNLOCK,
        typed=("ABCD-EFGH-JKMN", SECRET),
    )
    assert code == 75
    assert [each.server != DOWN for each in claire.program.accounts()] == [True]
