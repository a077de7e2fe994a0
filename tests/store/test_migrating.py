"""Steps forward: on a copy, all or nothing, never back."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardpack.store import meta, migrating
from boardpack.store.connection import open_database
from boardpack.store.database import DATABASE, Store
from boardpack.store.errors import DamagedStoreError, NewerStoreError, StoreStatementError
from tests.helpers.local import KEY

OLD_STORES = Path(__file__).parent / "old_stores"
LAST = max(migrating.steps())
GOOD = {
    **migrating.steps(),
    LAST + 1: "CREATE TABLE later (a TEXT); INSERT INTO later VALUES ('x');",
}
BAD = {**GOOD, LAST + 2: "CREATE TABLE more (a TEXT); INSERT INTO nowhere VALUES (1);"}


@pytest.fixture
def path(store: Store, folder: Path) -> Path:
    with store.transaction() as connection:
        meta.put(connection, "word", b"kept")
    store.close()
    return folder / DATABASE


def test_a_step_is_taken_and_everything_else_kept(path: Path) -> None:
    migrating.migrate(path, KEY, GOOD)
    connection = open_database(path, KEY)
    assert connection.execute("SELECT a FROM later").fetchone()["a"] == "x"
    assert meta.get(connection, "word") == b"kept"
    assert migrating.version(connection) == LAST + 1
    connection.close()
    assert {each.name for each in path.parent.iterdir()} == {
        DATABASE,
        "ballast",
        "own.log",
        "store.lock",
    }


def test_a_failing_step_leaves_the_store_as_it_was(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreStatementError):
        migrating.migrate(path, KEY, BAD)
    assert path.read_bytes() == before
    Store.open(path.parent, KEY).close()


def test_what_an_interrupted_migration_left_is_swept(path: Path) -> None:
    copy = path.with_name(path.name + ".migrating")
    copy.write_bytes(b"half")
    copy.with_name(copy.name + "-wal").write_bytes(b"half")
    migrating.migrate(path, KEY, GOOD)
    assert not list(path.parent.glob("*.migrating*"))


def test_a_newer_store_is_refused_with_both_numbers(path: Path) -> None:
    migrating.migrate(path, KEY, GOOD)
    before = path.read_bytes()
    with pytest.raises(NewerStoreError) as caught:
        Store.open(path.parent, KEY)
    assert caught.value.parameters == {"found": LAST + 1, "known": LAST}
    assert path.read_bytes() == before


def test_a_damaged_store_is_not_migrated(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 3 + 50)
        file.write(b"xxxxxxxx")
    before = path.read_bytes()
    with pytest.raises(DamagedStoreError):
        migrating.migrate(path, KEY, GOOD)
    assert path.read_bytes() == before


def test_the_steps_are_numbered_without_a_gap() -> None:
    assert list(migrating.steps()) == list(range(1, LAST + 1))


def test_every_schema_that_was_released_has_an_old_store() -> None:
    """From the first release on: one file a version, opened and read by this test."""
    for old in sorted(OLD_STORES.glob("*.db")):
        assert int(old.stem.split("-")[0]) in migrating.steps()
