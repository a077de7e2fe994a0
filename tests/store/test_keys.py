"""The store's key: wrapped by the secret, held by the system's keyring or by a file (D5).

Each case runs in a process of its own, in a D-Bus session of its own, against a real gnome-keyring.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boardpack.sealing.errors import DamagedSealError, WeakPassphraseError, WrongSecretError
from boardpack.store import keys, twice
from boardpack.store.errors import KeyringLostError
from tests.helpers.keyring_script import OTHER, PHRASE, SECRET

ROOT = Path(__file__).parents[2]
SCRIPT = "tests/helpers/keyring_script.py"

needs_keyring = pytest.mark.skipif(
    not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="gnome-keyring and dbus-run-session are not installed",
)

#: How the daemon is started in the session: with the password of the login keyring, or without.
UNLOCKED = "printf 'password\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; "
LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null; "


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "PYTHONPATH": str(ROOT)}


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def in_session(home: Path, start: str, *actions: str) -> dict[str, Any]:
    """Run actions in a D-Bus session where `start` ran first."""
    words = " ".join([sys.executable, SCRIPT, str(home.parent / "profile"), *actions])
    return answer(
        subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", start + words],
            cwd=ROOT,
            env=environment(home),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    )


def without_session(home: Path, *actions: str) -> dict[str, Any]:
    """Run actions where no D-Bus is reached."""
    return answer(
        subprocess.run(
            [sys.executable, SCRIPT, home.parent / "profile", *actions],
            cwd=ROOT,
            env=environment(home),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    )


@needs_keyring
def test_an_unlocked_keyring_holds_the_key_and_a_pin_is_enough(home: Path) -> None:
    made = in_session(home, UNLOCKED, "look", "create")
    assert made["keyring"] is True
    assert made["holder"] == "keyring"
    assert made["files"] == ["profile.copy.json", "profile.json"], "nothing of the key is there"
    again = in_session(home, UNLOCKED, "unlock")
    assert again == {"key": made["key"], "name": "Élise Moreau"}


@needs_keyring
def test_a_wrong_pin_is_told_from_a_lost_key(home: Path) -> None:
    in_session(home, UNLOCKED, "create")
    assert in_session(home, UNLOCKED, f"unlock:{OTHER}")["code"] == "sealing.wrong_secret"
    assert in_session(home, UNLOCKED, "forget", "unlock")["code"] == "store.keyring_lost"


@needs_keyring
def test_the_pin_can_be_changed(home: Path) -> None:
    made = in_session(home, UNLOCKED, "create")
    assert in_session(home, UNLOCKED, "change")["key"] == made["key"]
    assert in_session(home, UNLOCKED, "unlock")["code"] == "sealing.wrong_secret"
    assert in_session(home, UNLOCKED, f"unlock:{OTHER}")["key"] == made["key"]


@needs_keyring
def test_a_locked_keyring_says_so_and_loses_nothing(home: Path) -> None:
    made = in_session(home, UNLOCKED, "create")
    assert in_session(home, LOCKED, "unlock") == {
        "action": "unlock",
        "code": "store.keyring_locked",
    }
    assert in_session(home, UNLOCKED, "unlock")["key"] == made["key"]


@needs_keyring
def test_enrolling_with_a_locked_keyring_says_so_and_leaves_nothing(home: Path) -> None:
    assert in_session(home, LOCKED, "create")["code"] == "store.keyring_locked"
    assert list((home.parent / "profile").iterdir()) == []


@needs_keyring
def test_a_profile_of_a_keyring_that_is_not_reached_says_so_and_loses_nothing(home: Path) -> None:
    made = in_session(home, UNLOCKED, "create")
    assert without_session(home, "unlock")["code"] == "store.keyring_absent"
    assert in_session(home, UNLOCKED, "unlock")["key"] == made["key"]


@needs_keyring
def test_another_profiles_key_is_named_and_costs_no_try(home: Path) -> None:
    in_session(home, UNLOCKED, "create", "exchange")
    for _ in range(2):
        assert in_session(home, UNLOCKED, "unlock")["code"] == "store.keyring_foreign"


@needs_keyring
def test_misses_are_counted_in_the_keyring_over_restarts(home: Path) -> None:
    made = in_session(home, UNLOCKED, "create")
    assert in_session(home, UNLOCKED, "miss") == {"action": "miss", "code": "store.too_soon"}
    assert in_session(home, UNLOCKED, "unlock")["code"] == "store.too_soon"
    assert sorted(each.name for each in (home.parent / "profile").iterdir()) == [
        *("profile.copy.json", "profile.json"),
    ]
    assert made["files"] == ["profile.copy.json", "profile.json"]


@needs_keyring
def test_an_erased_profile_leaves_nothing_in_the_keyring(home: Path) -> None:
    folder = home.parent / "profile"
    in_session(home, UNLOCKED, "create")
    name = json.loads((folder / keys.PROFILE).read_bytes())["profile_id"]
    (folder / "name").write_text(name)
    assert in_session(home, UNLOCKED, "held") == {"held": True}
    done = in_session(home, UNLOCKED, "wipe", "held")
    assert (done["complete"], done["held"]) == (True, False)
    assert done["files"] == ["farewell.json", "name"]


@needs_keyring
def test_a_locked_keyring_puts_off_only_its_own_part_of_erasing(home: Path) -> None:
    folder = home.parent / "profile"
    in_session(home, UNLOCKED, "create")
    name = json.loads((folder / keys.PROFILE).read_bytes())["profile_id"]
    (folder / "name").write_text(name)
    done = in_session(home, LOCKED, "wipe")
    assert (done["complete"], done["files"]) == (False, ["farewell.json", "name"])
    done = in_session(home, UNLOCKED, "held", "wipe")
    assert (done["held"], done["complete"]) == (True, True)
    assert in_session(home, UNLOCKED, "held") == {"held": False}


def test_without_a_keyring_a_passphrase_holds_the_key_in_a_file(home: Path) -> None:
    made = without_session(home, "look", "create")
    assert made["keyring"] is False
    assert made["holder"] == "file"
    assert made["files"] == [
        *("keys.copy.sealed", "keys.sealed", "profile.copy.json", "profile.json"),
    ]
    assert without_session(home, f"unlock:{PHRASE}")["key"] == made["key"]
    assert without_session(home, f"unlock:{SECRET}")["code"] == "sealing.wrong_secret"


# In this process there is no keyring (tests/conftest.py)


def test_without_a_keyring_a_pin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphraseError):
        keys.create(tmp_path, SECRET)
    assert list(tmp_path.iterdir()) == []


def test_the_files_tell_neither_key_nor_secret(tmp_path: Path) -> None:
    profile, key = keys.create(tmp_path, PHRASE)
    keys.save_profile(tmp_path, profile)
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert key not in data
        assert key.hex().encode() not in data
        assert PHRASE.encode() not in data
        if os.name == "posix":
            assert path.stat().st_mode & 0o077 == 0


def test_a_lost_and_a_damaged_key_file_are_told_apart(tmp_path: Path) -> None:
    profile, _ = keys.create(tmp_path, PHRASE)
    files = [tmp_path / keys.SEALED, tmp_path / twice.copy_of(keys.SEALED)]
    for each in files:
        damaged(each)
    with pytest.raises(DamagedSealError):
        keys.unlock(tmp_path, profile, PHRASE)
    for each in files:
        each.unlink()
    with pytest.raises(KeyringLostError):
        keys.unlock(tmp_path, profile, PHRASE)


def damaged(path: Path) -> None:
    """Flip a bit of the wrapped key."""
    data = bytearray(path.read_bytes())
    data[70] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [damaged, Path.unlink])
@pytest.mark.parametrize("name", [keys.SEALED, twice.copy_of(keys.SEALED)])
def test_a_copy_of_the_key_file_opens_as_well_and_mends_the_other(
    tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    profile, key = keys.create(tmp_path, PHRASE)
    assert keys.look_at_holder(tmp_path, profile)
    harm(tmp_path / name)
    assert not keys.look_at_holder(tmp_path, profile)
    with pytest.raises(WrongSecretError):
        keys.unlock(tmp_path, profile, "another phrase entirely")
    assert keys.unlock(tmp_path, profile, PHRASE) == key
    assert keys.look_at_holder(tmp_path, profile)


def test_the_key_of_another_profile_gives_way_to_the_copy(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    profile, key = keys.create(here, PHRASE)
    keys.create(there, PHRASE)
    shutil.copy(there / keys.SEALED, here / keys.SEALED)
    assert keys.unlock(here, profile, PHRASE) == key


def test_no_copy_opens_with_a_former_passphrase_and_none_is_left(tmp_path: Path) -> None:
    profile, _ = keys.create(tmp_path, PHRASE)
    keys.change_secret(tmp_path, profile, PHRASE, "a new and long phrase")
    assert keys.look_at_holder(tmp_path, profile)
    keys.forget(tmp_path, profile)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [keys.PROFILE, twice.copy_of(keys.PROFILE)])
@pytest.mark.parametrize("data", [b"", b"{", None])
def test_a_copy_of_the_profile_says_whose_it_is(
    tmp_path: Path, name: str, data: bytes | None
) -> None:
    profile, _ = keys.create(tmp_path, PHRASE)
    keys.save_profile(tmp_path, profile)
    assert twice.is_whole(tmp_path, keys.PROFILE)
    if data is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(data)
    assert keys.read_profile(tmp_path) == profile
    assert not twice.is_whole(tmp_path, keys.PROFILE)


def test_a_changed_passphrase_opens_and_the_old_one_does_not(tmp_path: Path) -> None:
    profile, key = keys.create(tmp_path, PHRASE)
    with pytest.raises(WrongSecretError):
        keys.change_secret(tmp_path, profile, "another phrase entirely", "a new and long phrase")
    keys.change_secret(tmp_path, profile, PHRASE, "a new and long phrase")
    assert keys.unlock(tmp_path, profile, "a new and long phrase") == key
    with pytest.raises(WrongSecretError):
        keys.unlock(tmp_path, profile, PHRASE)


def test_a_new_profile_is_not_there_and_an_unreadable_one_is_lost(tmp_path: Path) -> None:
    assert keys.read_profile(tmp_path) is None
    (tmp_path / keys.PROFILE).write_text("{")
    with pytest.raises(KeyringLostError):
        keys.read_profile(tmp_path)
