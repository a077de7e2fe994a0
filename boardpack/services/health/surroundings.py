"""Looking at the folder of a profile: its disk, its lock, what was left in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from boardpack.services.health.errors import BallastError, LeftoverError
from boardpack.services.health.findings import Finding, Mend, found, raised
from boardpack.store import (
    blobs,
    database,
    disk,
    errors,
    keys,
    migrating,
    own_log,
    repairing,
    twice,
)
from boardpack.store.errors import DiskFullError, DiskRefusedError, LockedByOtherError

_SUFFIXES: Final = ("", "-wal", "-shm", "-journal")


def look(folder: Path) -> list[Finding]:
    """Return what is wrong around the database."""
    findings = [found(LeftoverError, Mend.HERE, path.name) for path in leftovers(folder)]
    writable = is_writable(folder)
    free = errors.free_bytes(folder)
    if not writable:
        findings.append(found(DiskRefusedError, Mend.PERSON, reason="read-only"))
    if free < blobs.RESERVE:
        findings.append(found(DiskFullError, Mend.PERSON))
    elif writable and not database.has_ballast(folder):
        findings.append(found(BallastError, Mend.HERE))
    return findings


def is_writable(folder: Path) -> bool:
    """Whether this account may write there, and the disk lets it."""
    try:
        probe = os.statvfs(folder) if hasattr(os, "statvfs") else None
    except OSError:
        return False
    mounted_read_only = probe is not None and bool(probe.f_flag & os.ST_RDONLY)
    return os.access(folder, os.W_OK) and not mounted_read_only


def leftovers(folder: Path) -> tuple[Path, ...]:
    """Return copies that nothing reads: the file that they were made for stands."""
    copies = [
        database.DATABASE + copy + suffix
        for copy in (migrating.COPY, repairing.REPAIRED)
        for suffix in _SUFFIXES
    ]
    both = [name for each in (keys.SEALED, keys.PROFILE) for name in (each, twice.copy_of(each))]
    names = (*both, own_log.FILE)
    news = [name + disk.NEW for name in names]
    return tuple(path for name in (*copies, *news) if (path := folder / name).exists())


def look_at_lock(folder: Path) -> list[Finding]:
    """Return a finding when another boardpack works here."""
    if not (folder / database.LOCK).exists() or not is_writable(folder):
        return []
    try:
        database.acquire(folder).release()
    except LockedByOtherError as error:
        return [raised(error, Mend.PERSON)]
    return []
