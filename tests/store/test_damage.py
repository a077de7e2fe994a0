"""A damaged store is found, named, and repaired with everything that can still be read."""

from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.store import cursor, damage, journal, meta, outbox, own_log, repairing
from boardpack.store.blobs import BlobStore
from boardpack.store.connection import open_database
from boardpack.store.database import DATABASE, Store
from boardpack.store.errors import (
    DamagedStoreError,
    LockedByOtherError,
    MissingStoreError,
    UnreadableStoreError,
)
from boardpack.store.meta import Enrolled
from tests.helpers.local import KEY, MAYOR, Local, document, dossier, local, sha256, version
from tests.store.test_outbox import note

PAGE = 4096
ENROLLED = Enrolled(
    *("https://actes.test", "server", {}, "device", "Tablette", {"d": "secret"}, "mayor"),
    *("Élise Moreau", ("Saint-Aubert",), "identity", "recipient", clock.now()),
)


def break_page(path: Path, number: int) -> None:
    """Alter a few bytes in the middle of page `number`, counted from 1."""
    with path.open("r+b") as file:
        file.seek((number - 1) * PAGE + 100)
        file.write(b"\xff" * 8)


def pages_of(path: Path, table: str) -> list[int]:
    """Pages without which a table cannot be read to its end; found by breaking each in turn."""
    found = []
    whole = path.read_bytes()
    for page in range(2, len(whole) // PAGE + 1):
        break_page(path, page)
        try:
            connection = open_database(path, KEY)
        except DamagedStoreError:
            path.write_bytes(whole)  # a page of the schema
            continue
        try:
            connection.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall()  # noqa: S608 ours
        except DamagedStoreError:
            found.append(page)
        finally:
            connection.close()
        path.write_bytes(whole)
    return found


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, list[str]]:
    """A store with 300 waiting notes, a dossier and a file; closed."""
    with local(tmp_path, MAYOR) as device:
        _fill(device)
        events = [row.event_id for row in outbox.waiting(device.store.connection, 999, 10**9)]
    return tmp_path / MAYOR.official_id, events


def waiting(store: Store) -> list[str]:
    return [row.event_id for row in outbox.waiting(store.connection, 999, 10**9)]


def _fill(device: Local) -> None:
    device.hold(b"report")
    device.tell(dossier(document("report", version(b"report"))))
    with device.store.transaction() as connection:
        meta.put(connection, "account", b"mine")
        meta.save_enrolled(connection, ENROLLED)
        for number in range(300):
            outbox.append(connection, note(600), subject_id=f"n{number}", content=b"c" * 300)


def test_a_whole_store_has_no_findings(filled: tuple[Path, list[str]]) -> None:
    store = Store.open(filled[0], KEY)
    assert damage.examine(store.connection) == ()
    store.close()


def test_damage_is_named_at_opening(filled: tuple[Path, list[str]]) -> None:
    folder, _ = filled
    break_page(folder / DATABASE, 20)
    with pytest.raises(DamagedStoreError) as caught:
        Store.open(folder, KEY)
    assert caught.value.parameters["findings"] == 1
    assert "page 20" in str(caught.value.parameters["detail"])


def test_damage_is_not_told_on_stderr(
    filled: tuple[Path, list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    break_page(filled[0] / DATABASE, 20)
    with pytest.raises(DamagedStoreError):
        Store.open(filled[0], KEY)
    assert capfd.readouterr().err == ""


def test_the_rows_of_a_broken_page_of_the_outbox_come_back_from_the_log(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    pages = pages_of(folder / DATABASE, "outbox")
    break_page(folder / DATABASE, pages[len(pages) // 2])
    salvage = repairing.repair(folder, KEY)
    assert salvage.damaged == ("outbox",)
    store = Store.open(folder, KEY)
    assert waiting(store) == events, "all of them, in the order of writing"
    # A page of 4 KiB holds three of these rows.
    assert 1 <= store.put_back <= 4
    assert meta.get(store.connection, "account") == b"mine"
    assert BlobStore(store).read(sha256(b"report")) == b"report"
    assert [each.action for each in journal.latest(store.connection, 1)] == ["store_repaired"]
    store.close()


def test_without_the_log_only_the_rows_of_the_broken_page_are_lost(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    pages = pages_of(folder / DATABASE, "outbox")
    break_page(folder / DATABASE, pages[len(pages) // 2])
    (folder / own_log.FILE).unlink()
    repairing.repair(folder, KEY)
    store = Store.open(folder, KEY)
    kept = waiting(store)
    assert len(events) - 4 <= len(kept) < len(events)
    assert kept == [each for each in events if each in kept]
    store.close()


def test_damage_among_the_servers_records_costs_no_action(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    break_page(folder / DATABASE, pages_of(folder / DATABASE, "officials")[0])
    repairing.repair(folder, KEY)
    store = Store.open(folder, KEY)
    assert waiting(store) == events
    # Everything of the server is read again, from the start.
    assert cursor.load(store.connection).feeds == {}
    store.close()


@pytest.mark.parametrize("page", range(2, 40, 3))
def test_whichever_page_breaks_the_repaired_store_is_whole(
    filled: tuple[Path, list[str]], page: int
) -> None:
    folder, events = filled
    break_page(folder / DATABASE, page)
    try:
        Store.open(folder, KEY).close()
    except DamagedStoreError:
        repairing.repair(folder, KEY)
    store = Store.open(folder, KEY)
    assert waiting(store) == events
    store.close()


def schema_page(path: Path) -> int:
    """A page after the first without which nothing opens."""
    whole = path.read_bytes()
    for page in range(2, len(whole) // PAGE + 1):
        break_page(path, page)
        try:
            open_database(path, KEY).close()
        except DamagedStoreError:
            return page
        finally:
            path.write_bytes(whole)
    raise AssertionError


def destroy(path: Path, how: str) -> None:
    match how:
        case "first page":
            break_page(path, 1)
        case "schema":
            break_page(path, schema_page(path))
        case "salt":
            path.write_bytes(bytes(16) + path.read_bytes()[16:])
        case "empty":
            path.write_bytes(b"")
        case "gone":
            path.unlink()


DESTROYED = ["first page", "schema", "salt", "empty", "gone"]


@pytest.mark.parametrize("how", DESTROYED)
def test_a_store_of_which_nothing_opens_is_made_anew_from_the_log(
    filled: tuple[Path, list[str]], how: str
) -> None:
    folder, events = filled
    path = folder / DATABASE
    destroy(path, how)
    left = path.read_bytes() if path.exists() else None
    with pytest.raises((UnreadableStoreError, DamagedStoreError, MissingStoreError)):
        Store.open(folder, KEY)
    salvage = repairing.repair(folder, KEY)
    assert salvage.damaged == ("*",)
    if left is not None:
        assert salvage.aside is not None
        assert salvage.aside.read_bytes() == left
    store = Store.open(folder, KEY)
    assert waiting(store) == events
    assert meta.enrolled(store.connection) == ENROLLED
    assert cursor.load(store.connection).feeds == {}
    store.close()


@pytest.mark.parametrize("how", DESTROYED)
def test_without_database_and_log_nothing_is_touched(
    filled: tuple[Path, list[str]], how: str
) -> None:
    folder, _ = filled
    destroy(folder / DATABASE, how)
    (folder / own_log.FILE).unlink()
    before = {each: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    with pytest.raises((UnreadableStoreError, MissingStoreError)):
        repairing.repair(folder, KEY)
    assert {each: each.read_bytes() for each in folder.iterdir() if each.is_file()} == before


def test_the_log_of_another_key_is_no_help_and_is_left_alone(
    filled: tuple[Path, list[str]],
) -> None:
    folder, _ = filled
    with pytest.raises(UnreadableStoreError):
        repairing.repair(folder, bytes(32))
    store = Store.open(folder, KEY)
    assert len(waiting(store)) == 300
    store.close()


def large(folder: Path) -> None:
    """Let a store grow beyond what is read wholly at opening; close it."""
    store = Store.open(folder, KEY)
    with store.transaction() as connection:
        for number in range(1000):
            meta.put(connection, f"filler{number:04}", os.urandom(6000))
    store.close()
    assert not damage.is_small(folder / DATABASE)


def test_a_large_store_opens_unread_and_damage_rises_where_it_is_met(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    page = pages_of(folder / DATABASE, "outbox")[5]
    large(folder)
    break_page(folder / DATABASE, page)
    store = Store.open(folder, KEY)
    assert meta.get(store.connection, "account") == b"mine"
    with pytest.raises(DamagedStoreError):
        waiting(store)
    store.close()
    store = Store.open(folder, KEY)
    with store.beside() as connection:
        found = damage.examine_in_use(connection)
    assert len(found) == 1
    store.close()
    repairing.repair(folder, KEY)
    store = Store.open(folder, KEY)
    assert waiting(store) == events
    store.close()


def test_a_large_store_that_was_not_closed_is_read_wholly(
    filled: tuple[Path, list[str]],
) -> None:
    folder, _ = filled
    large(folder)
    copy = folder.with_name("copy")
    store = Store.open(folder, KEY)
    with store.transaction() as connection:
        meta.put(connection, "word", b"x")
    shutil.copytree(folder, copy)
    store.close()
    assert damage.is_unclean(copy / DATABASE)
    break_page(copy / DATABASE, 900)
    with pytest.raises(DamagedStoreError):
        Store.open(copy, KEY)


def test_a_whole_store_is_never_called_damaged_while_it_is_written(store: Store) -> None:
    """Checkpoints write the pages that the other connection reads."""
    store.connection.execute("PRAGMA wal_autocheckpoint = 5")
    stop = threading.Event()
    found: list[str] = []

    def look() -> None:
        with store.beside() as connection:
            while not stop.is_set():
                found.extend(damage.examine_in_use(connection))

    with ThreadPoolExecutor(1) as other:
        looking = other.submit(look)
        for number in range(400):
            with store.transaction() as connection:
                meta.put(connection, f"word{number % 50}", os.urandom(9000))
        stop.set()
        looking.result()
    assert found == []


def test_a_torn_journal_loses_its_end_and_nothing_else(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "profile", KEY)
    store.connection.execute("PRAGMA wal_autocheckpoint = 0")
    for number in range(50):
        outbox.append(store.connection, note(), subject_id=f"n{number}")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (DATABASE, f"{DATABASE}-wal"):
        (copy / name).write_bytes((tmp_path / "profile" / name).read_bytes())
    store.close()
    wal = copy / f"{DATABASE}-wal"
    with wal.open("r+b") as file:
        file.truncate(wal.stat().st_size - 5000)
    torn = Store.open(copy, KEY)
    assert torn.unclean
    kept = [row.subject_id for row in outbox.waiting(torn.connection)]
    assert kept == [f"n{number}" for number in range(len(kept))]
    assert 45 <= len(kept) < 50
    torn.close()


def test_a_store_in_use_is_not_repaired(store: Store, folder: Path) -> None:
    assert store.folder == folder
    with pytest.raises(LockedByOtherError):
        repairing.repair(folder, KEY)
