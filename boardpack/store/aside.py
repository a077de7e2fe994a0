"""Setting a file aside: what cannot be used any more, and may hold somebody's work.

Such a file keeps its bytes, sealed as they were, under a name that says when. It goes when an
assembly is left (what it gave must not stay in a corner) and when the profile is erased.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from boardpack.domain import clock
from boardpack.store import disk
from boardpack.store.errors import disk_error

#: Stands between a file's name and the moment.
MARK: Final = ".aside-"


def name_for(path: Path) -> Path:
    """Return where a file would be set aside now; nothing is there."""
    moment = clock.now().strftime("%Y%m%dT%H%M%S")
    number = 0
    while True:
        found = path.with_name(f"{path.name}{MARK}{moment}{f'-{number}' if number else ''}")
        if not found.exists():
            return found
        number += 1


def put(path: Path) -> Path:
    """Set a file aside; return its new name.

    Raises:
        DiskRefusedError: the disk refuses.
    """
    target = name_for(path)
    try:
        path.rename(target)
    except OSError as error:
        raise disk_error(error) from error
    disk.sync_folder(path.parent)
    return target


def keep(path: Path) -> Path:
    """Keep the bytes of a file aside while it still stands; return the other name.

    Raises:
        DiskFullError, DiskRefusedError: the disk refuses.
    """
    target = name_for(path)
    disk.copy(path, target)
    return target


def every(folder: Path) -> tuple[Path, ...]:
    """Return what was set aside in a profile."""
    return tuple(sorted(each for each in folder.rglob(f"*{MARK}*") if each.is_file()))


def remove(folder: Path) -> None:
    """Remove all that was set aside."""
    for path in every(folder):
        disk.remove(path)
