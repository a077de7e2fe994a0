"""The store's version and the numbered steps that raise it, forward only.

Steps run on a copy, each in one transaction; the copy is verified, then takes the store's place in
one rename. A failure leaves the store as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from boardpack.store import damage, disk, errors
from boardpack.store.connection import Connection, open_database, roll_back

COPY: Final = ".migrating"
_log = logging.getLogger("boardpack.store")


@cache
def steps() -> Mapping[int, str]:
    """Return the SQL of each step by its number (`migrations/0001_….sql` is 1)."""
    folder = files("boardpack.store") / "migrations"
    found = {
        int(each.name[:4]): each.read_text(encoding="utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


def version(connection: Connection) -> int:
    """Return the number of the last step that the store went through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: Connection, plan: Mapping[int, str] | None = None) -> None:
    """Raise when a newer boardpack wrote the store.

    Raises:
        NewerStoreError: with both numbers.
    """
    found, known = version(connection), max(plan or steps())
    if found > known:
        raise errors.NewerStoreError(found=found, known=known)


def create(path: Path, key: bytes, plan: Mapping[int, str] | None = None) -> None:
    """Make a store at `path`, complete or not at all."""
    copy = _clean_copy(path)
    connection = open_database(copy, key)
    try:
        _run(connection, plan or steps())
        settle(connection)
    finally:
        connection.close()
    disk.replace(copy, path)


def migrate(path: Path, key: bytes, plan: Mapping[int, str] | None = None) -> None:
    """Bring the store at `path` to the last step of `plan`.

    Raises:
        NewerStoreError: it went further than we know.
        UnreadableStoreError: the key does not open it.
        DamagedStoreError: it is damaged: repair it first.
        DiskFullError: no room for the copy.
    """
    plan = plan or steps()
    copy = _clean_copy(path)
    original = open_database(path, key)
    try:
        refuse_newer(original, plan)
        found, known = version(original), max(plan)
        if found == known:
            return
        _log.info("migrating the store from %d to %d", found, known)
        damage.check(original)
        _migrate_copy(original, copy, key, plan)
        # Leaving WAL folds its file into the original, so none is there to be replayed later
        # over the copy that takes its place.
        original.execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        original.close()
    disk.replace(copy, path)


def _migrate_copy(original: Connection, copy: Path, key: bytes, plan: Mapping[int, str]) -> None:
    target = open_database(copy, key)
    try:
        with original.translating():
            original.backup(target)
        _run(target, plan)
        damage.check(target)
        settle(target)
    finally:
        target.close()


def _run(connection: Connection, plan: Mapping[int, str]) -> None:
    done = version(connection)
    for number, sql in plan.items():
        if number <= done:
            continue
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except BaseException:
            roll_back(connection)
            raise


def settle(connection: Connection) -> None:
    """Fold the journal into the file, so that one rename carries all once it is closed."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _clean_copy(path: Path) -> Path:
    """Return the name of the copy, after removing what an interrupted run left."""
    copy = path.with_name(path.name + COPY)
    for suffix in ("", "-wal", "-shm", "-journal"):
        disk.remove(copy.with_name(copy.name + suffix))
    return copy
