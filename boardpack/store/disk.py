"""Files that are whole or absent: rename, sync, remove, with errors in our words."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

from boardpack.store.errors import disk_error

#: Of a small file that is being written, until it takes its place.
NEW: Final = ".new"


def sync_folder(folder: Path) -> None:
    """Return when the names in `folder` are on the disk (Windows journals them by itself)."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise disk_error(error) from error


def sync_file(path: Path) -> None:
    """Return when the bytes of `path` are on the disk."""
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_error(error) from error


def replace(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`, which may be absent; after a crash it is either."""
    sync_file(source)
    rename(source, target)
    sync_folder(target.parent)


def rename(source: Path, target: Path) -> None:
    """Give `source`, whose bytes are on the disk, another name; to be synced by its folder."""
    try:
        source.replace(target)
    except OSError as error:
        raise disk_error(error) from error


def copy(source: Path, target: Path) -> None:
    """Let the bytes of `source` be at `target` as well, by a link where there are links."""
    try:
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
            sync_file(target)
    except OSError as error:
        raise disk_error(error) from error
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file that may be absent."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error) from error


def shred(path: Path) -> None:
    """Overwrite a small file, then remove it; it may be absent.

    On a disk that writes elsewhere than where it read (flash, copy on write) the old bytes may
    outlive this until the disk reuses them.
    """
    try:
        with path.open("rb+") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    except OSError as error:
        raise disk_error(error) from error
    remove(path)
    sync_folder(path.parent)


def write(path: Path, data: bytes) -> None:
    """Write a small file, readable by this account only: all of `data`, or what was there."""
    copy = path.with_name(path.name + NEW)
    try:
        descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        copy.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            copy.unlink(missing_ok=True)
        raise disk_error(error) from error
    sync_folder(path.parent)
