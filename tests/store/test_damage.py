"""A damaged store is found, named, and repaired with everything that can still be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from boardpack.store import cursor, damage, journal, meta, outbox, repairing
from boardpack.store.blobs import BlobStore
from boardpack.store.connection import open_database
from boardpack.store.database import DATABASE, Store
from boardpack.store.errors import DamagedStoreError, LockedByOtherError, UnreadableStoreError
from tests.helpers.local import KEY, MAYOR, Local, document, dossier, local, sha256, version
from tests.store.test_outbox import note

PAGE = 4096


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


def _fill(device: Local) -> None:
    device.hold(b"report")
    device.tell(dossier(document("report", version(b"report"))))
    with device.store.transaction() as connection:
        meta.put(connection, "account", b"mine")
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


def test_repair_keeps_all_but_the_rows_of_the_broken_page(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    pages = pages_of(folder / DATABASE, "outbox")
    break_page(folder / DATABASE, pages[len(pages) // 2])
    salvage = repairing.repair(folder, KEY)
    assert salvage.damaged == ("outbox",)
    store = Store.open(folder, KEY)
    kept = [row.event_id for row in outbox.waiting(store.connection, 999, 10**9)]
    # A page of 4 KiB holds three of these rows.
    assert len(events) - 4 <= len(kept) < len(events)
    assert kept == [each for each in events if each in kept], "in the order of writing"
    assert meta.get(store.connection, "account") == b"mine"
    assert BlobStore(store).read(sha256(b"report")) == b"report"
    assert [each.action for each in journal.latest(store.connection, 1)] == ["store_repaired"]
    store.close()


def test_damage_among_the_servers_records_costs_no_action(
    filled: tuple[Path, list[str]],
) -> None:
    folder, events = filled
    break_page(folder / DATABASE, pages_of(folder / DATABASE, "officials")[0])
    repairing.repair(folder, KEY)
    store = Store.open(folder, KEY)
    assert [row.event_id for row in outbox.waiting(store.connection, 999, 10**9)] == events
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
    assert len(outbox.waiting(store.connection, 999, 10**9)) >= len(events) - 120
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


@pytest.mark.parametrize("which", ["first", "schema"])
def test_without_its_first_pages_a_store_is_unreadable_and_left_alone(
    filled: tuple[Path, list[str]], which: str
) -> None:
    folder, _ = filled
    page = 1 if which == "first" else schema_page(folder / DATABASE)
    break_page(folder / DATABASE, page)
    before = (folder / DATABASE).read_bytes()
    with pytest.raises((UnreadableStoreError, DamagedStoreError)):
        Store.open(folder, KEY)
    with pytest.raises(UnreadableStoreError):
        repairing.repair(folder, KEY)
    assert (folder / DATABASE).read_bytes() == before


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
    kept = [row.subject_id for row in outbox.waiting(torn.connection)]
    assert kept == [f"n{number}" for number in range(len(kept))]
    assert 45 <= len(kept) < 50
    torn.close()


def test_a_store_in_use_is_not_repaired(store: Store, folder: Path) -> None:
    assert store.folder == folder
    with pytest.raises(LockedByOtherError):
        repairing.repair(folder, KEY)
