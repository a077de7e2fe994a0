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
from boardpack.store.own import OwnWork

DATABASE: Final = "store.db"
BALLAST: Final = "ballast"
BALLAST_BYTES: Final = 8 * 1024 * 1024
#: A transaction that begins with less free space than this gives up the ballast first.
LOW_WATER: Final = 2 * 1024 * 1024
LOCK: Final = "store.lock"

_log = logging.getLogger("boardpack.store")


class Store:
    """An open store. Close it; one process at a time holds it.

    Attributes:
        unclean: the last process that had it did not close it.
    """

    def __init__(self, folder: Path, key: bytes, lock: FileLock, *, unclean: bool) -> None:
        """Open a store of the present schema, under `lock`; call `create` or `open`."""
        path = folder / DATABASE
        self.folder = folder
        self.unclean = unclean
        self._key = key
        self._lock = lock
        self.connection = open_database(path, key)
        try:
            if self.unclean or damage.is_small(path):
                damage.check(self.connection)
            place_ballast(folder)
            self._own = OwnWork(self.connection, folder, key)
        except BaseException:
            self.connection.close()
            raise

    @property
    def put_back(self) -> int:
        """How many own actions the database had lost and has again since it was opened."""
        return self._own.put_back

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
            return cls(folder, key, lock, unclean=False)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, key: bytes) -> Self:
        """Open the store in `folder`, brought to the present schema.

        It is read wholly first when that costs little or it was not closed; later damage rises
        where it is met.

        Raises:
            MissingStoreError: there is none.
            LockedByOtherError: another boardpack works on this profile.
            NewerStoreError: a newer boardpack wrote it.
            UnreadableStoreError: the key does not open it.
            DamagedStoreError: some of its pages are damaged; see `boardpack.store.damage`.
        """
        if not (folder / DATABASE).is_file():
            raise errors.MissingStoreError
        if not (folder / DATABASE).stat().st_size:
            # SQLite would take it for a new one.
            raise errors.UnreadableStoreError
        lock = acquire(folder)
        try:
            unclean = damage.is_unclean(folder / DATABASE)
            migrating.migrate(folder / DATABASE, key)
            return cls(folder, key, lock, unclean=unclean)
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

    @contextmanager
    def beside(self) -> Generator[Connection]:
        """Open a connection of its own for long reading; any thread."""
        connection = open_database(self.folder / DATABASE, self._key)
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close the database and let another process have it. Harmless when done twice."""
        self._own.close()
        self.connection.close()
        self._lock.release()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All or nothing, on the disk when it ends. One inside another joins it.

        What it does of the person's own goes to `own.log` first (`boardpack.store.own`).

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
            self._own.seal()
            self.connection.execute("COMMIT")
        except BaseException:
            roll_back(self.connection)
            self._own.undone()
            raise
        self._own.committed()

    def renew_log(self) -> None:
        """Write the log of own work anew from the database."""
        self._own.renew()

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


def has_ballast(folder: Path) -> bool:
    """Whether the ballast is there, whole."""
    ballast = folder / BALLAST
    return ballast.exists() and ballast.stat().st_size == BALLAST_BYTES


def place_ballast(folder: Path) -> None:
    """Write the ballast while there is plenty of room; real bytes, so that they take space."""
    ballast = folder / BALLAST
    if errors.free_bytes(folder) < 4 * BALLAST_BYTES:
        return
    if has_ballast(folder):
        return
    try:
        ballast.write_bytes(os.urandom(BALLAST_BYTES))
    except OSError as error:
        raise errors.disk_error(error) from error
