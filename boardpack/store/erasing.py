"""Removing a profile from this device: keys first, so that what is left is noise at any instant."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from boardpack.store import (
    aside,
    blobs,
    database,
    disk,
    index,
    keys,
    migrating,
    own,
    repairing,
    twice,
)
from boardpack.store.errors import disk_error

_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


def erase(folder: Path, profile: keys.Profile | None) -> None:
    """Destroy the key of the store, then its files; the store must be closed.

    Files that are not ours stay, and the folder with them.
    """
    if profile is not None:
        keys.forget(folder, profile)
    # What says that the profile exists goes last.
    for name in (keys.SEALED, keys.PROFILE):
        twice.remove(folder, name)
    copies = (database.DATABASE + migrating.COPY, database.DATABASE + repairing.REPAIRED)
    for name in (database.DATABASE, index.FILE, *copies):
        for suffix in _SUFFIXES:
            disk.remove(folder / (name + suffix))
    own.remove(folder)
    aside.remove(folder)
    disk.remove(folder / database.BALLAST)
    disk.remove(folder / database.LOCK)
    try:
        if (folder / blobs.FOLDER).is_dir():
            shutil.rmtree(folder / blobs.FOLDER)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise disk_error(error) from error
