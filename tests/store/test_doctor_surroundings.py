"""`boardpack doctor` and what is around the profile: disk, lock, keyring; and its command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from boardpack.cli.main import run
from boardpack.domain import clock, ids
from boardpack.messages import use_language
from boardpack.sealing.errors import WrongSecretError
from boardpack.services.account import NotEnrolledError
from boardpack.services.health.doctor import Doctor
from boardpack.services.health.findings import Mend, Report
from boardpack.store import keys, meta, outbox
from boardpack.store.blobs import BlobStore
from boardpack.store.database import BALLAST, DATABASE, Store
from boardpack.store.twice import copy_of
from sync.protocol.messages import DeliberationSigned
from tests.helpers import cheap
from tests.helpers.local import sha256
from tests.helpers.small_disk import fill, mounted
from tests.store.test_damage import ENROLLED
from tests.store.test_keys import ROOT, UNLOCKED, environment, in_session, needs_keyring
from tests.store.test_outbox import note

SECRET = "quatre mots sans rapport"


@pytest.fixture(autouse=True)
def cheap_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap.secrets(monkeypatch)


def make(folder: Path) -> bytes:
    """Make a profile with an action that waits; return its key."""
    folder.mkdir(parents=True)
    profile, key = keys.create(folder, SECRET)
    keys.save_profile(folder, profile)
    store = Store.create(folder, key)
    with store.transaction() as connection:
        meta.save_enrolled(connection, ENROLLED)
        outbox.append(connection, note(), subject_id="n")
    store.close()
    return key


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    make(tmp_path / "profile")
    return tmp_path / "profile"


def codes(report: Report) -> list[str]:
    return [each.code for each in report.findings]


def test_a_whole_profile_has_no_findings(profile: Path) -> None:
    report = Doctor(profile).examine(SECRET)
    assert report == Report((), waiting=1)
    assert report.exit_code == 0
    assert Doctor(profile).repair(SECRET) == Report((), waiting=1, repaired=True)


def test_another_secret_is_refused_and_a_new_profile_is_not_enrolled(
    profile: Path, tmp_path: Path
) -> None:
    for look in (Doctor(profile).examine, Doctor(profile).repair):
        # Counted, as when unlocking: see tests/store/test_attempts.py.
        with pytest.raises(WrongSecretError):
            look("another phrase entirely")
    with pytest.raises(NotEnrolledError):
        Doctor(tmp_path / "nowhere").examine(SECRET)


def test_a_profile_in_use_is_named_and_left_alone(profile: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from boardpack.store import database;"
        "lock = database.acquire(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(profile)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    try:
        assert holder.stdout.readline() == "held\n"
        for report in (Doctor(profile).examine(SECRET), Doctor(profile).repair(SECRET)):
            assert codes(report) == ["store.locked_by_other"]
            assert report.exit_code == 3
    finally:
        holder.stdin.close()
        holder.wait(30)
        holder.stdout.close()
    assert Doctor(profile).examine(SECRET).findings == ()


def test_a_disk_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "60m") as place:
        make(place / "profile")
        remount = ["mount", "-o", "remount,ro", str(place)]
        subprocess.run(remount, check=True)
        try:
            for report in (
                Doctor(place / "profile").examine(SECRET),
                Doctor(place / "profile").repair(SECRET),
            ):
                assert codes(report) == ["store.disk_refused"]
                assert report.exit_code == 75
                assert report.waiting == 1
        finally:
            subprocess.run([*remount[:2], "remount,rw", str(place)], check=True)


def test_a_full_disk_is_named_and_its_leftovers_go(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "60m") as place:
        folder = place / "profile"
        make(folder)
        (folder / f"{DATABASE}.migrating").write_bytes(bytes(1_000_000))
        fill(place)
        report = Doctor(folder).examine(SECRET)
        assert sorted(codes(report)) == ["doctor.leftover", "store.disk_full"]
        report = Doctor(folder).repair(SECRET)
        assert [(each.code, each.mended) for each in report.findings] == [
            ("doctor.leftover", True),
            ("store.disk_full", False),
        ]
        assert report.exit_code == 75
        (place / "filler").unlink()
        (folder / BALLAST).unlink()
        assert Doctor(folder).repair(SECRET).exit_code == 0
        assert (folder / BALLAST).exists()


def test_an_action_whose_file_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    key = make(folder)
    store = Store.open(folder, key)
    blobs = BlobStore(store)
    signed = b"signed deliberation"
    event = DeliberationSigned(
        *(ids.new_id(), clock.now(), "deliberation", "Maire", "0" * 64, sha256(signed)),
        len(signed),
    )
    with store.transaction() as connection:
        blobs.keep(signed, sha256(signed))
        outbox.append(connection, event, subject_id="deliberation")
    blobs.source(sha256(signed)).path.unlink()
    store.close()
    report = Doctor(folder).examine(SECRET)
    assert codes(report) == ["doctor.file_missing"]
    report = Doctor(folder).repair(SECRET)
    assert [(each.code, each.mended) for each in report.findings] == [
        ("doctor.file_missing", True),
        ("doctor.action_file_missing", False),
    ]
    assert report.waiting == 2
    assert report.exit_code == 3


def test_a_file_that_only_the_log_knows_is_kept(tmp_path: Path) -> None:
    """Killed between the log and the commit of a publication: file and action are both there."""
    folder = tmp_path / "profile"
    key = make(folder)
    before = (folder / DATABASE).read_bytes()
    store = Store.open(folder, key)
    signed = b"signed deliberation"
    event = DeliberationSigned(
        *(ids.new_id(), clock.now(), "deliberation", "Maire", "0" * 64, sha256(signed)),
        len(signed),
    )
    blobs = BlobStore(store)
    with store.transaction() as connection:
        blobs.keep(signed, sha256(signed))
        outbox.append(connection, event, subject_id="deliberation")
    store.close()
    (folder / DATABASE).write_bytes(before)
    assert codes(Doctor(folder).examine(SECRET)) == ["doctor.actions_missing"]
    assert Doctor(folder).repair(SECRET).exit_code == 0
    store = Store.open(folder, key)
    assert BlobStore(store).read(sha256(signed)) == signed
    store.close()


def test_an_action_that_cannot_be_read_stays(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    key = make(folder)
    store = Store.open(folder, key)
    with store.transaction() as connection:
        connection.execute("UPDATE outbox SET event = x'7b'")
    store.close()
    for report in (Doctor(folder).examine(SECRET), Doctor(folder).repair(SECRET)):
        assert [(each.code, each.mend) for each in report.findings] == [
            ("doctor.action_unreadable", Mend.PERSON)
        ]
        assert report.waiting == 1


# The command line


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run doctor; return its exit code and what it printed."""

    def call(profile: Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(SECRET + "\n"))
        code = run(("doctor", "--profile", str(profile), "--unlock-from", "-", *arguments))
        return code, capsys.readouterr().out

    yield call
    use_language("fr")


Command = Callable[..., tuple[int, str]]


def test_the_command_names_mends_and_ends_as_documented(command: Command, profile: Path) -> None:
    assert command(profile, "--language", "en") == (
        0,
        "Nothing is wrong with this profile.\n1 action waits to be sent: it is there.\n",
    )
    (profile / DATABASE).unlink()
    code, out = command(profile, "--language", "en")
    assert code == 3
    assert "There is no data in this place." in out
    assert "[store.missing]" in out
    code, out = command(profile, "--repair", "--language", "en")
    assert code == 0
    assert "Mended." in out
    assert "1 action waits" in out


def test_the_command_tells_programs(command: Command, profile: Path) -> None:
    (profile / DATABASE).write_bytes(b"")
    code, out = command(profile, "--json", "--repair")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    assert set(found) == {"server", "findings", "repaired", "waiting", "files", "aside"}
    assert (found["repaired"], found["waiting"], found["files"]) == (True, 1, 0)
    assert len(found["aside"]) == 1
    only = found["findings"][0]
    assert set(only) == {
        *("finding", "subject", "parameters", "mend", "mended", "title", "safe", "do"),
    }
    assert (only["finding"], only["mend"], only["mended"]) == ("store.unreadable", "here", True)


def test_what_is_known_without_the_secret_is_told_without_asking(
    command: Command, profile: Path
) -> None:
    (profile / keys.SEALED).unlink()
    (profile / copy_of(keys.SEALED)).unlink()
    code, out = command(profile, "--json", "--repair")
    assert code == 3
    assert [each["finding"] for each in json.loads(out)["findings"]] == ["store.keyring_lost"]


@needs_keyring
@pytest.mark.skipif(os.name != "posix", reason="D-Bus")
@pytest.mark.parametrize(
    ("start", "code"),
    [
        (UNLOCKED, "store.keyring_lost"),
        ("gnome-keyring-daemon --start --components=secrets >/dev/null; ", "store.keyring_locked"),
    ],
)
def test_a_keyring_that_lost_the_key_or_is_locked_is_named(
    home: Path, start: str, code: str
) -> None:
    actions = ("create", "forget") if code == "store.keyring_lost" else ("create",)
    in_session(home, UNLOCKED, *actions)
    words = (
        f"{start}{sys.executable} -m boardpack doctor --json --repair --profile"
        f" {home.parent / 'profile'}"
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", words],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)["findings"]
    assert code in [each["finding"] for each in found]
