"""The encrypted store of one profile: open, lock, transactions, version.

Everything in `store.db` is written by one thread, the store lane (D16). Every commit is on the
disk when it returns (`synchronous=FULL`, D3).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from filelock import FileLock, Timeout

from boardpack.store import damage, errors, migrating
from boardpack.store.connection import Connection, open_database, roll_back

DATABASE: Final = "store.db"
BALLAST: Final = "ballast"
BALLAST_BYTES: Final = 8 * 1024 * 1024
#: A transaction that begins with less free space than this gives up the ballast first.
LOW_WATER: Final = 2 * 1024 * 1024
LOCK: Final = "store.lock"

_log = logging.getLogger("boardpack.store")


class Store:
    """An open store. Close it; one process at a time holds it."""

    def __init__(self, folder: Path, connection: Connection, lock: FileLock) -> None:
        """Keep what `create` or `open` made; call those."""
        self.folder = folder
        self.connection = connection
        self._lock = lock

    @classmethod
    def create(cls, folder: Path, key: bytes) -> Self:
        """Make a new store in `folder`; it appears whole or not at all.

        Raises:
            StoreExistsError: the folder has one.
            LockedByOtherError: another boardpack works on this profile.
            DiskFullError: no room.
        """
        cls.make_folder(folder)
        lock = acquire(folder)
        try:
            _refuse_existing(folder)
            migrating.create(folder / DATABASE, key)
            return cls._opened(folder, key, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, key: bytes) -> Self:
        """Open the store in `folder`, brought to the present schema, after looking for damage.

        Raises:
            MissingStoreError: there is none.
            LockedByOtherError: another boardpack works on this profile.
            NewerStoreError: a newer boardpack wrote it.
            UnreadableStoreError: the key does not open it.
            DamagedStoreError: some of its pages are damaged; see `boardpack.store.damage`.
        """
        if not (folder / DATABASE).is_file():
            raise errors.MissingStoreError
        lock = acquire(folder)
        try:
            migrating.migrate(folder / DATABASE, key)
            return cls._opened(folder, key, lock)
        except BaseException:
            lock.release()
            raise

    @staticmethod
    def make_folder(folder: Path) -> None:
        """Make a profile's folder, for this account of the system only."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.name == "posix":
                folder.chmod(0o700)
        except OSError as error:
            raise errors.disk_error(error) from error

    @classmethod
    def _opened(cls, folder: Path, key: bytes, lock: FileLock) -> Self:
        connection = open_database(folder / DATABASE, key)
        try:
            damage.check(connection)
            _place_ballast(folder)
        except BaseException:
            connection.close()
            raise
        return cls(folder, connection, lock)

    def close(self) -> None:
        """Close the database and let another process have it. Harmless when done twice."""
        self.connection.close()
        self._lock.release()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All or nothing, on the disk when it ends. One inside another joins it.

        Raises:
            DiskFullError: no room although the ballast was given up.
        """
        if self.connection.in_transaction:
            yield self.connection
            return
        self.make_room()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self.connection.execute("COMMIT")
        except BaseException:
            roll_back(self.connection)
            raise

    def make_room(self) -> None:
        """Give up the ballast when the disk is almost full, so that the outbox can be written."""
        ballast = self.folder / BALLAST
        if errors.free_bytes(self.folder) < LOW_WATER and ballast.exists():
            ballast.unlink()
            _log.warning("the disk is almost full: the ballast was released")


def _refuse_existing(folder: Path) -> None:
    if (folder / DATABASE).exists():
        raise errors.StoreExistsError


def acquire(folder: Path) -> FileLock:
    """Take the profile for this process.

    Raises:
        LockedByOtherError: another one has it.
    """
    lock = FileLock(folder / LOCK, timeout=0, thread_local=False, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise errors.LockedByOtherError from error
    except OSError as error:
        raise errors.disk_error(error) from error
    return lock


def _place_ballast(folder: Path) -> None:
    """Write the ballast while there is plenty of room; real bytes, so that they take space."""
    ballast = folder / BALLAST
    if errors.free_bytes(folder) < 4 * BALLAST_BYTES:
        return
    if ballast.exists() and ballast.stat().st_size == BALLAST_BYTES:
        return
    try:
        ballast.write_bytes(os.urandom(BALLAST_BYTES))
    except OSError as error:
        raise errors.disk_error(error) from error
