"""Taking over what is whole of a damaged store (`cipher_integrity_check` found broken pages).

Every row that can still be read goes to a new store, the person's own first of all. The cursor
does not: everything of the server is read again, and mends what was lost. Files of documents stay.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boardpack.store import database, disk, journal, migrating
from boardpack.store.connection import Connection, Row, open_database
from boardpack.store.errors import DamagedStoreError, UnreadableStoreError

REPAIRED: Final = ".repaired"
_LEFT: Final = frozenset({"cursor"})
_log = logging.getLogger("boardpack.store")


@dataclass(frozen=True)
class Salvage:
    """How many rows were taken over, and which tables had rows that could not be read."""

    rows: int
    damaged: tuple[str, ...]


def repair(folder: Path, key: bytes) -> Salvage:
    """Put a whole store in the place of a damaged one.

    Raises:
        UnreadableStoreError: the pages that say where everything is are gone (the first few of
            the file, written at migrations only): nothing can be taken over.
        NewerStoreError: a newer boardpack wrote it.
        LockedByOtherError: another boardpack works on this profile.
        DiskFullError: no room for the new store.
    """
    path = folder / database.DATABASE
    copy = path.with_name(path.name + REPAIRED)
    lock = database.acquire(folder)
    try:
        disk.remove(copy)
        _fold(path, key)
        migrating.create(copy, key)
        salvage = _take_over(path, copy, key)
        for suffix in ("-wal", "-shm"):
            disk.remove(path.with_name(path.name + suffix))
        disk.replace(copy, path)
    finally:
        lock.release()
    _log.info("the store was repaired: %d rows taken over", salvage.rows)
    return salvage


def _fold(path: Path, key: bytes) -> None:
    """Bring the journal into the file as far as the damage lets us."""
    try:
        connection = open_database(path, key)
    except DamagedStoreError as error:
        raise UnreadableStoreError from error
    try:
        migrating.refuse_newer(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except DamagedStoreError:
        _log.info("the journal of the damaged store stays beside it")
    finally:
        connection.close()


def _take_over(path: Path, copy: Path, key: bytes) -> Salvage:
    target = open_database(copy, key)
    damaged: list[str] = []
    rows = 0
    try:
        # Rows arrive in any order: references are whole again once the server was read.
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute("BEGIN IMMEDIATE")
        for table in _tables(target):
            found = _Table(path, key, table)
            for row in found.rows():
                rows += _insert(target, table, row)
            if found.damaged:
                damaged.append(table)
        journal.write(target, "store_repaired", detail=", ".join(damaged))
        target.execute("COMMIT")
        migrating.settle(target)
    finally:
        target.close()
    return Salvage(rows, tuple(damaged))


def _tables(connection: Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return tuple(row["name"] for row in rows if row["name"] not in _LEFT)


class _Table:
    """The readable rows of one table: from the front up to the damage, then from the back."""

    def __init__(self, path: Path, key: bytes, name: str) -> None:
        self._path = path
        self._key = key
        self._name = name
        self.damaged = False

    def rows(self) -> Iterator[Row]:
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


def _insert(target: Connection, table: str, row: Row) -> int:
    known = {each["name"] for each in target.execute(f"PRAGMA table_info({table})")}
    names = [name for name in row.keys() if name in known]  # noqa: SIM118 a Row iterates values
    marks = ", ".join("?" for _ in names)
    return target.execute(
        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 ours
        tuple(row[name] for name in names),
    ).rowcount
