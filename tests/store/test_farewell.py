"""A profile that is erased: killed at any step, either nothing happened or the key is gone."""

from __future__ import annotations

import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.store import database, farewell, keys
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.errors import KeyringLostError
from tests.helpers import cheap, warm, wiped
from tests.helpers.local import sha256

PHRASE = "quatre mots sans rapport"
CONTENT = b"%PDF-1.7 un rapport"


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small profile."""
    cheap.secrets(monkeypatch)
    monkeypatch.setattr(database, "BALLAST_BYTES", 16)
    folder = tmp_path / "profile"
    folder.mkdir()
    made, key = keys.create(folder, PHRASE)
    keys.save_profile(folder, made)
    store = Store.create(folder, key)
    BlobStore(store).keep(CONTENT, sha256(CONTENT))
    store.close()
    return folder


def left(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def intact(folder: Path) -> bool:
    """Whether the person can go on as if nothing had been ordered."""
    found = keys.read_profile(folder)
    assert found is not None
    store = Store.open(folder, keys.unlock(folder, found, PHRASE))
    try:
        return BlobStore(store).read(sha256(CONTENT)) == CONTENT
    finally:
        store.close()


def test_an_erased_profile_leaves_a_note_that_tells_no_secret(profile: Path) -> None:
    before = {each.name: each.read_bytes() for each in profile.iterdir() if each.is_file()}
    wiped.wipe(profile)
    assert left(profile) == [farewell.FILE]
    note = farewell.read(profile)
    assert note is not None
    assert (note.complete, note.profile) == (True, None)
    assert before["keys.sealed"][60:90] not in (profile / farewell.FILE).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.slow
def test_killed_at_any_step_nothing_happened_or_the_key_is_gone(
    profile: Path, tmp_path: Path
) -> None:
    """Every step that the interpreter tells of (open, rename, remove…) is a place to die."""
    context = warm.context()
    outcomes = {"intact": 0, "gone": 0}
    for step in range(1, 1000):
        copy = tmp_path / f"copy{step}"
        shutil.copytree(profile, copy)
        process = context.Process(target=wiped.die_at, args=(copy, step))
        process.start()
        process.join()
        ended, exitcode = process.exitcode == 0, process.exitcode
        process.close()
        if ended:
            break
        assert exitcode == -signal.SIGKILL
        begun = farewell.read(copy) is not None
        if (copy / keys.SEALED).exists() and _opens(copy):
            outcomes["intact"] += 1
            assert intact(copy)
        else:
            outcomes["gone"] += 1
            assert begun, "the key never goes without the note that says why"
        if begun:
            farewell.finish(copy)
            assert left(copy) == [farewell.FILE], step
        shutil.rmtree(copy)
    else:
        pytest.fail("it never ends")
    assert outcomes["intact"] > 3
    assert outcomes["gone"] > 10


def _opens(folder: Path) -> bool:
    found = keys.read_profile(folder)
    try:
        assert found is not None
        keys.unlock(folder, found, PHRASE)
    except Exception:  # noqa: BLE001 overwritten, cut: whatever it is, no key comes out
        return False
    return True


def test_what_another_process_has_open_is_left_to_it(profile: Path) -> None:
    found = keys.read_profile(profile)
    assert found is not None
    store = Store.open(profile, keys.unlock(profile, found, PHRASE))
    farewell.begin(profile, wiped.note(found))
    with pytest.raises(KeyringLostError):
        keys.unlock(profile, found, PHRASE)
    note = farewell.finish(profile)
    assert note is not None
    assert not note.complete
    assert (profile / database.DATABASE).exists()
    store.close()
    farewell.finish(profile)
    assert left(profile) == [farewell.FILE]


def test_a_profile_without_a_note_is_never_touched(
    profile: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = left(profile)
    assert farewell.finish(profile) is None
    (profile / farewell.FILE).write_text("{")
    assert farewell.finish(profile) is None
    assert "cannot be read" in caplog.text
    (profile / farewell.FILE).unlink()
    assert left(profile) == before
    assert intact(profile)


def test_a_note_can_be_let_go(profile: Path) -> None:
    wiped.wipe(profile)
    farewell.forget(profile)
    assert not any(profile.iterdir())
    assert farewell.read(profile) is None


def test_the_note_is_what_was_said(profile: Path) -> None:
    said = replace(wiped.note(keys.Profile("x", keys.Holder.FILE)), at=clock.now(), told=True)
    farewell.save(profile, said)
    assert farewell.read(profile) == said
