"""Opening, locking, committing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from boardpack.store import meta
from boardpack.store.database import BALLAST, BALLAST_BYTES, DATABASE, Store
from boardpack.store.errors import (
    LockedByOtherError,
    MissingStoreError,
    StoreExistsError,
    StoreStatementError,
    UnreadableStoreError,
)
from tests.helpers.local import KEY


class TroubleError(Exception):
    """Something fails in the middle."""


MARKER = b"Conseil municipal de Saint-Aubert"


def test_what_was_committed_is_there_after_reopening(store: Store, folder: Path) -> None:
    with store.transaction() as connection:
        meta.put(connection, "word", MARKER)
    store.close()
    again = Store.open(folder, KEY)
    assert meta.get(again.connection, "word") == MARKER
    again.close()


def test_nothing_stands_in_clear_in_any_file(store: Store, folder: Path) -> None:
    with store.transaction() as connection:
        meta.put(connection, "word", MARKER * 200)
    for when_open in (True, False):
        contents = [each.read_bytes() for each in folder.rglob("*") if each.is_file()]
        assert contents
        assert not any(MARKER[:12] in each for each in contents), when_open
        store.close()


def test_every_setting_that_durability_needs_is_on(store: Store) -> None:
    def setting(name: str) -> object:
        return store.connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert setting("journal_mode") == "wal"
    assert setting("synchronous") == 2
    assert setting("temp_store") == 2
    assert setting("secure_delete") == 1
    assert setting("foreign_keys") == 1
    assert setting("cipher_page_size") == "4096"


def test_another_key_says_so_and_changes_nothing(store: Store, folder: Path) -> None:
    store.close()
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(UnreadableStoreError):
        Store.open(folder, os.urandom(32))
    assert (folder / DATABASE).read_bytes() == before
    Store.open(folder, KEY).close()


def test_wrong_key_is_not_told_on_stderr(store: Store, folder: Path) -> None:
    store.close()
    program = (
        "import sys; from pathlib import Path; from boardpack.store.database import Store\n"
        "try: Store.open(Path(sys.argv[1]), bytes(32))\n"
        "except Exception as error: print(error.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert (done.stdout.strip(), done.stderr) == ("store.unreadable", "")


def test_a_second_opening_is_refused_in_this_process_and_in_another(
    store: Store, folder: Path
) -> None:
    with pytest.raises(LockedByOtherError):
        Store.open(folder, KEY)
    program = (
        "import sys; from pathlib import Path; from boardpack.store.database import Store\n"
        "try: Store.open(Path(sys.argv[1]), bytes(range(32)))\n"
        "except Exception as error: print(error.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "store.locked_by_other"
    store.close()
    Store.open(folder, KEY).close()


def test_creating_over_a_store_is_refused(store: Store, folder: Path) -> None:
    store.close()
    with pytest.raises(StoreExistsError):
        Store.create(folder, KEY)


def test_opening_an_empty_folder_says_that_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(MissingStoreError):
        Store.open(tmp_path, KEY)


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def fails() -> None:
        with store.transaction() as connection:
            meta.put(connection, "word", b"new")
            with store.transaction() as inner:
                meta.put(inner, "other", b"new")
            raise TroubleError

    with pytest.raises(TroubleError):
        fails()
    assert meta.get(store.connection, "word") is None
    assert meta.get(store.connection, "other") is None


def test_a_mistake_of_ours_is_a_bug_not_a_library_error(store: Store) -> None:
    with pytest.raises(StoreStatementError):
        store.connection.execute("SELECT * FROM nowhere")


def test_the_ballast_takes_its_room(store: Store, folder: Path) -> None:
    assert (folder / BALLAST).stat().st_blocks * 512 >= BALLAST_BYTES
    assert store.folder == folder


def test_the_folder_is_for_this_account_only(store: Store, folder: Path) -> None:
    if os.name != "posix":
        pytest.skip("POSIX permissions")
    assert folder.stat().st_mode & 0o077 == 0
