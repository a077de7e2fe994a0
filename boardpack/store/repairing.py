"""Putting a whole store in the place of a damaged, unreadable or lost one.

Every row that can still be read goes to a new database, and the damaged one is set aside. The
cursor does not go over: everything of the server is read again, and mends what was lost. Files of
documents stay. At the next opening `boardpack.store.own` reads the person's own work into it from
`own.log`: it is whole whatever became of the database.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boardpack.store import aside, database, disk, journal, meta, migrating, own, own_log, rows
from boardpack.store.connection import Row, open_database
from boardpack.store.errors import DamagedStoreError, MissingStoreError, UnreadableStoreError

REPAIRED: Final = ".repaired"
_LEFT: Final = frozenset({"cursor"})
_SUFFIXES: Final = ("-wal", "-shm")
_log = logging.getLogger("boardpack.store")


@dataclass(frozen=True)
class Salvage:
    """What a repair came to.

    Attributes:
        rows: how many were taken over from the damaged database.
        damaged: tables with rows that could not be read; "*" when nothing could.
        aside: the former database, under its new name.
    """

    rows: int
    damaged: tuple[str, ...]
    aside: Path | None = None


def repair(folder: Path, key: bytes) -> Salvage:
    """Put a whole store in the place of a damaged, unreadable or lost one.

    Raises:
        UnreadableStoreError: neither the database nor `own.log` opens with this key: nothing can
            be taken over, and nothing was changed.
        NewerStoreError: a newer boardpack wrote it.
        LockedByOtherError: another boardpack works on this profile.
        DiskFullError: no room for the new store.
    """
    path = folder / database.DATABASE
    copy = path.with_name(path.name + REPAIRED)
    lock = database.acquire(folder)
    try:
        for suffix in ("", *_SUFFIXES):
            disk.remove(copy.with_name(copy.name + suffix))
        readable = _fold(path, key)
        if not readable:
            _refuse_without_log(folder, key)
        migrating.create(copy, key)
        salvage = _take_over(path, copy, key) if readable else Salvage(0, ("*",))
        former = _set_aside(path)
        disk.replace(copy, path)
    finally:
        lock.release()
    _log.info("the store was repaired: %d rows taken over", salvage.rows)
    return Salvage(salvage.rows, salvage.damaged, former)


def _fold(path: Path, key: bytes) -> bool:
    """Bring the journal into the file as far as the damage lets us; tell whether it opens."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        connection = open_database(path, key)
    except (DamagedStoreError, UnreadableStoreError):
        return False
    try:
        migrating.refuse_newer(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except DamagedStoreError:
        _log.info("the journal of the damaged store stays beside it")
    finally:
        connection.close()
    return True


def _refuse_without_log(folder: Path, key: bytes) -> None:
    """Raise unless the log knows whose device this is: then all else comes from the server."""
    found = own_log.read(folder / own_log.FILE, own_log.OwnCipher(key))
    account = ("meta", (meta.ENROLLED,))
    if found is None or account not in own.latest(found.rows):
        missing = not (folder / database.DATABASE).exists()
        raise MissingStoreError if missing else UnreadableStoreError


def _set_aside(path: Path) -> Path | None:
    """Keep the former database and its journal aside; it stands until it is replaced."""
    former = aside.keep(path) if path.exists() else None
    for suffix in _SUFFIXES:
        beside = path.with_name(path.name + suffix)
        if suffix == "-wal" and beside.exists() and beside.stat().st_size:
            aside.put(beside)
        disk.remove(beside)
    return former


def _take_over(path: Path, copy: Path, key: bytes) -> Salvage:
    target = open_database(copy, key)
    damaged: list[str] = []
    taken = 0
    try:
        # Rows arrive in any order: references are whole again once the server was read.
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("BEGIN IMMEDIATE")
        for table in rows.tables(target):
            if table in _LEFT:
                continue
            found = _Table(path, key, table)
            for row in found.read():
                taken += rows.insert(target, table, rows.values(row))
            if found.damaged:
                damaged.append(table)
        # The server tells them again with what they belong to.
        rows.drop_orphans(target)
        # Another file than the one that the log was written for: it is read wholly at opening.
        meta.delete(target, own.POINTER)
        journal.write(target, "store_repaired", detail=", ".join(damaged))
        target.execute("COMMIT")
        migrating.settle(target)
    finally:
        target.close()
    return Salvage(taken, tuple(damaged))


class _Table:
    """The readable rows of one table: from the front up to the damage, then from the back."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self._path = path
        self._key = key
        self._name = name
        self.damaged = False

    def read(self) -> Iterator[Row]:
        seen: set[int] = set()
        for direction in ("ASC", "DESC"):
            yield from self._scan(direction, seen)
            if not self.damaged:
                return

    def _scan(self, direction: str, seen: set[int]) -> Iterator[Row]:
        # A new connection each time: after a page failed, the old one is good for nothing.
        connection = open_database(self._path, self._key)
        try:
            for row in connection.execute(
                f"SELECT rowid AS salvaged, * FROM {self._name} ORDER BY rowid {direction}"  # noqa: S608 our own names
            ):
                if row["salvaged"] in seen:
                    return
                seen.add(row["salvaged"])
                yield row
        except DamagedStoreError:
            self.damaged = True
        finally:
            connection.close()
