"""The person's own rows are kept twice; whichever copy suffers, the other has them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from boardpack.domain import clock, ids
from boardpack.store import aside, meta, outbox, own, own_log, positions, repairing, rows, sent
from boardpack.store.blobs import BlobStore
from boardpack.store.database import DATABASE, Store
from boardpack.store.errors import DiskFullError
from boardpack.store.own_log import OwnCipher
from boardpack.store.positions import StoredPosition
from sync.protocol.messages import Answer, DeliberationSigned
from tests.helpers.local import KEY, MAYOR, local, sha256
from tests.store.test_damage import ENROLLED
from tests.store.test_outbox import note

CIPHER = OwnCipher(KEY)


def act(store: Store, subject: str = "n", size: int = 100) -> str:
    """Do something as a person does."""
    event = note(size)
    with store.transaction() as connection:
        outbox.append(connection, event, subject_id=subject, content=b"clear")
    return event.event_id


def waiting(store: Store) -> list[str]:
    return [row.event_id for row in outbox.waiting(store.connection, 9999, 10**9)]


def logged(folder: Path) -> list[str]:
    """The actions that the log would give back."""
    found = own_log.read(folder / own_log.FILE, CIPHER)
    assert found is not None
    return [
        row.key[0]
        for row in own.latest(found.rows).values()
        if row.table == "outbox" and row.values is not None
    ]


def test_every_table_is_the_persons_own_or_given_by_the_server(store: Store) -> None:
    """A new table must say which: own ones are kept twice, the others come again."""
    known = set(own.OWN) | own.GIVEN
    assert set(rows.tables(store.connection)) == known
    for table, key in own.OWN.items():
        assert set(key) <= rows.columns(store.connection, table)


def test_an_action_is_in_the_log_when_it_is_acknowledged(store: Store, folder: Path) -> None:
    events = [act(store) for _ in range(5)]
    assert logged(folder) == events == waiting(store)


def test_nothing_of_the_log_is_readable_without_the_key(store: Store, folder: Path) -> None:
    act(store, "subject-in-clear")
    data = (folder / own_log.FILE).read_bytes()
    assert b"subject-in-clear" not in data
    assert b"outbox" not in data
    assert own_log.read(folder / own_log.FILE, OwnCipher(bytes(32))) is None


def test_what_was_rolled_back_is_not_in_the_log(store: Store, folder: Path) -> None:
    kept = act(store)

    def fail() -> None:
        with store.transaction() as connection:
            outbox.append(connection, note(), subject_id="n")
            raise EOFError

    with pytest.raises(EOFError):
        fail()
    assert logged(folder) == [kept] == waiting(store)
    assert logged(folder) == [kept]
    after = act(store)
    assert logged(folder) == [kept, after]


def test_a_log_that_cannot_be_written_stops_the_action(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = act(store)

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFullError):
            act(store)
    assert waiting(store) == [kept] == logged(folder)
    later = act(store)
    assert waiting(store) == [kept, later] == logged(folder)


def test_what_the_server_has_leaves_the_log_with_the_outbox(store: Store, folder: Path) -> None:
    first, second = act(store), act(store)
    with store.transaction() as connection:
        outbox.answered(connection, [Answer(first, accepted=True)])
        sent.settle(connection, clock.now())
    assert logged(folder) == [second]


def older_copy(store: Store, folder: Path) -> Path:
    """Return a copy of the database as it is now."""
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    copy = folder.with_name("older.db")
    shutil.copy(folder / DATABASE, copy)
    return copy


def test_an_older_copy_of_the_database_gets_back_what_was_done_since(
    store: Store, folder: Path
) -> None:
    first = act(store)
    copy = older_copy(store, folder)
    since = [act(store) for _ in range(20)]
    store.close()
    shutil.copy(copy, folder / DATABASE)
    again = Store.open(folder, KEY)
    assert again.put_back == 20
    assert waiting(again) == [first, *since]
    assert logged(folder) == [first, *since]
    again.close()


def test_an_older_copy_sends_again_what_the_server_had_taken(store: Store, folder: Path) -> None:
    first = act(store)
    copy = older_copy(store, folder)
    with store.transaction() as connection:
        outbox.answered(connection, [Answer(first, accepted=True)])
        sent.settle(connection, clock.now())
    last = act(store)
    store.close()
    shutil.copy(copy, folder / DATABASE)
    again = Store.open(folder, KEY)
    # The place of the first is free in the log, taken in the copy.
    assert waiting(again) == [first, last]
    again.close()


def test_actions_in_a_journal_that_was_cut_come_back(store: Store, folder: Path) -> None:
    store.connection.execute("PRAGMA wal_autocheckpoint = 0")
    events = [act(store) for _ in range(50)]
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    wal = copy / f"{DATABASE}-wal"
    with wal.open("r+b") as file:
        file.truncate(wal.stat().st_size - 50_000)
    torn = Store.open(copy, KEY)
    assert torn.put_back >= 1
    assert waiting(torn) == events
    torn.close()


@pytest.mark.parametrize("tail", [b"", b"half a frame"])
def test_an_action_logged_but_not_committed_counts(store: Store, folder: Path, tail: bytes) -> None:
    """Killed between the two: it was not acknowledged, and keeping it is harmless."""
    act(store)
    copy = older_copy(store, folder)
    second = act(store)
    store.close()
    shutil.copy(copy, folder / DATABASE)
    with (folder / own_log.FILE).open("ab") as file:
        file.write(tail)
    again = Store.open(folder, KEY)
    assert waiting(again)[-1] == second
    assert again.put_back == 1
    again.close()


def harm(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    match how:
        case "flipped":
            data[len(data) // 2] ^= 1
        case "beginning":
            data[:40] = bytes(40)
        case "cut":
            del data[-30:]
        case "empty":
            data.clear()
        case "noise":
            data[:] = os.urandom(len(data))
        case "gone":
            path.unlink()
            return
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["flipped", "beginning", "cut", "empty", "noise", "gone"])
def test_a_damaged_log_costs_nothing_while_the_database_is_whole(
    store: Store, folder: Path, how: str
) -> None:
    events = [act(store) for _ in range(9)]
    store.close()
    harm(folder / own_log.FILE, how)
    again = Store.open(folder, KEY)
    assert waiting(again) == events
    last = act(again)
    again.close()
    assert set(logged(folder)) >= {last}
    if how != "flipped":  # that one has its size: it is found by doctor
        assert logged(folder) == [*events, last]


def test_a_damaged_log_still_gives_what_follows_the_damage(store: Store, folder: Path) -> None:
    events = [act(store, size=500) for _ in range(9)]
    found = own_log.read(folder / own_log.FILE, CIPHER)
    assert found is not None
    assert (found.damaged, found.torn) == (0, 0)
    harm(folder / own_log.FILE, "flipped")
    found = own_log.read(folder / own_log.FILE, CIPHER)
    assert found is not None
    assert found.damaged == 1
    kept = logged(folder)
    assert len(kept) == 8
    assert kept == [each for each in events if each in kept]


def test_a_frame_of_another_place_or_another_log_does_not_open(store: Store, folder: Path) -> None:
    path = folder / own_log.FILE
    act(store)
    before = path.stat().st_size
    act(store)
    data = path.read_bytes()
    path.write_bytes(data + data[before:])
    found = own_log.read(path, CIPHER)
    assert found is not None
    assert (found.end, found.torn) == (len(data), len(data) - before)


def test_a_log_of_another_profile_is_set_aside(store: Store, folder: Path) -> None:
    events = [act(store)]
    store.close()
    other = Store.create(folder.with_name("other"), bytes(32))
    other.close()
    shutil.copy(folder.with_name("other") / own_log.FILE, folder / own_log.FILE)
    theirs = (folder / own_log.FILE).read_bytes()
    again = Store.open(folder, KEY)
    assert waiting(again) == events == logged(folder)
    assert [each.read_bytes() for each in aside.every(folder)] == [theirs]
    again.close()


def test_the_log_does_not_grow_for_ever(store: Store, folder: Path) -> None:
    for _ in range(400):
        event = act(store, size=2000)
        with store.transaction() as connection:
            outbox.answered(connection, [Answer(event, accepted=True)])
            sent.settle(connection, clock.now())
    assert (folder / own_log.FILE).stat().st_size < 1_000_000
    last = act(store)
    assert logged(folder) == [last] == waiting(store)


def test_a_full_disk_when_the_log_is_written_anew_costs_nothing(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise DiskFullError

    monkeypatch.setattr(own, "_SMALLEST", 1)
    with monkeypatch.context() as patch:
        patch.setattr(own_log, "write_anew", full)
        events = [act(store) for _ in range(20)]
    events.append(act(store))
    assert waiting(store) == events == logged(folder)
    store.close()
    again = Store.open(folder, KEY)
    assert (waiting(again), again.put_back) == (events, 0)
    again.close()


def signed(store: Store, blobs: BlobStore, content: bytes) -> str:
    """Sign a deliberation: the file is only here until it is sent."""
    event = DeliberationSigned(
        *(ids.new_id(), clock.now(), "deliberation", "Maire", "0" * 64, sha256(content)),
        *(len(content),),
    )
    with store.transaction() as connection:
        blobs.keep(content, sha256(content))
        outbox.append(connection, event, subject_id="deliberation")
    return event.event_id


def test_a_signed_file_survives_its_database(store: Store, folder: Path) -> None:
    with store.transaction() as connection:
        meta.save_enrolled(connection, ENROLLED)
    blobs = BlobStore(store)
    received = b"a file of the server"
    blobs.keep(received, sha256(received))
    event = signed(store, blobs, b"signed deliberation")
    store.close()
    (folder / DATABASE).write_bytes(b"")
    repairing.repair(folder, KEY)
    again = Store.open(folder, KEY)
    assert waiting(again) == [event]
    blobs = BlobStore(again)
    blobs.sweep()
    assert blobs.read(sha256(b"signed deliberation")) == b"signed deliberation"
    assert not blobs.has(sha256(received))
    again.close()


def test_a_key_that_is_destroyed_leaves_the_log(store: Store, folder: Path) -> None:
    blobs = BlobStore(store)
    signed(store, blobs, b"signed deliberation")
    name = sha256(b"signed deliberation")

    def keys() -> list[str]:
        found = own_log.read(folder / own_log.FILE, CIPHER)
        assert found is not None
        return [row.key[0] for row in found.rows if row.table == "blobs"]

    assert keys() == [name]
    before = (folder / own_log.FILE).stat().st_ino
    blobs.give_up(name)
    assert keys() == []
    assert (folder / own_log.FILE).stat().st_ino != before


def test_positions_do_not_wait_for_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    append: Callable[..., None] = own_log.OwnLog.append

    def seen(log: own_log.OwnLog, changed: object, *, sync: bool) -> None:
        synced.append(sync)
        append(log, changed, sync=sync)

    monkeypatch.setattr(own_log.OwnLog, "append", seen)
    with store.transaction() as connection:
        positions.keep(connection, StoredPosition("d", "0" * 64, 3, 0.5, 1.0, clock.now()))
    act(store)
    assert synced == [False, True]


def test_a_position_survives_its_database(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as device:
        at = StoredPosition("d", "0" * 64, 3, 0.5, 1.0, clock.now())
        with device.store.transaction() as connection:
            meta.save_enrolled(connection, ENROLLED)
            positions.keep(connection, at)
        folder = device.store.folder
    (folder / DATABASE).unlink()
    repairing.repair(folder, KEY)
    again = Store.open(folder, KEY)
    kept = positions.one(again.connection, "d")
    assert kept is not None
    assert kept.page == 3
    again.close()
