"""Opening a database only to look at it: not a byte of it changes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from boardpack.store import damage
from boardpack.store.connection import Connection, open_database
from boardpack.store.errors import DamagedStoreError, UnreadableStoreError, disk_error


@contextmanager
def look(path: Path, key: bytes) -> Generator[Connection]:
    """Open the database at `path`: as it stands, or a sealed copy of it and of its journal.

    Raises:
        UnreadableStoreError, DamagedStoreError: it does not open.
        DiskFullError, DiskRefusedError: no room for the copy.
    """
    if not path.stat().st_size:
        # SQLite would take it for a new one.
        raise UnreadableStoreError
    if not damage.is_unclean(path):
        with _opened(path, key, as_it_stands=True) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="boardpack-look-") as folder:
        copy = Path(folder) / path.name
        try:
            shutil.copyfile(path, copy)
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
        except OSError as error:
            raise disk_error(error) from error
        with _opened(copy, key) as connection:
            yield connection


def opens_without_journal(path: Path, key: bytes) -> bool:
    """Whether the file opens when its journal is left out of sight."""
    try:
        with _opened(path, key, as_it_stands=True):
            return True
    except (UnreadableStoreError, DamagedStoreError):
        return False


@contextmanager
def _opened(path: Path, key: bytes, *, as_it_stands: bool = False) -> Generator[Connection]:
    connection = open_database(path, key, as_it_stands=as_it_stands)
    try:
        yield connection
    finally:
        connection.close()
