"""Mending what was found. The outbox and notes are the last thing ever given up.

Nothing that could hold the person's own work is deleted: it is set aside, sealed as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Final

from boardpack.services.health import files, surroundings
from boardpack.services.health.findings import Finding
from boardpack.store import aside, blobs, cursor, database, disk, index, keys, repairing, rows
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store

#: Findings that a new database mends.
_ANEW: Final = frozenset(
    {
        "store.damaged",
        "store.unreadable",
        "store.missing",
        "doctor.journal_foreign",
        "doctor.account_missing",
    }
)
_FORGOTTEN: Final = frozenset({"doctor.file_missing", "doctor.file_damaged"})
_log = logging.getLogger("boardpack.doctor")


def mend_beside(folder: Path, profile: keys.Profile, codes: Collection[str]) -> None:
    """Mend what needs no database: leftovers, the file of the profile.

    Raises:
        DiskFullError, DiskRefusedError: the disk refuses.
    """
    for path in surroundings.leftovers(folder):
        disk.remove(path)
    if "doctor.profile_file" in codes:
        keys.save_profile(folder, profile)


def mend_database(folder: Path, key: bytes, codes: Collection[str]) -> None:
    """Put a whole database in place where there is none.

    Raises:
        UnreadableStoreError, MissingStoreError: nothing is left to make it from.
        DiskFullError: no room.
    """
    if _ANEW & set(codes):
        repairing.repair(folder, key)


def mend_contents(store: Store, findings: Collection[Finding]) -> None:
    """Mend what stands in an open store and beside it."""
    codes = {each.code for each in findings}
    blob_store = BlobStore(store)
    if "doctor.log_damaged" in codes:
        store.renew_log()
    if codes & {"doctor.cursor", "doctor.references"}:
        _read_all_again(store)
    _put_back_exchanged(store)
    for each in findings:
        if each.code in _FORGOTTEN:
            blob_store.give_up(each.subject)
    # Looked at again: the log may have brought back the key of a file that nobody knew.
    for each in files.look_at_strays(store.connection, store.folder):
        if each.code == "doctor.file_unknown":
            aside.put(store.folder / each.subject)
        elif each.code == "doctor.part_left":
            disk.remove(store.folder / each.subject)
    if "doctor.index" in codes:
        index.remove(store.folder)
    blob_store.sweep()
    database.place_ballast(store.folder)


def _read_all_again(store: Store) -> None:
    """Forget how far the feeds were read, and records that belong to nothing."""
    with store.transaction() as connection:
        rows.drop_orphans(connection)
        cursor.forget(connection)


def _put_back_exchanged(store: Store) -> None:
    """Give files that stand in each other's places their own names again."""
    held = [each for each in files.held(store.connection, store.folder) if each.complete]
    wrong = [each for each in held if each.path.exists() and not files.opens(each)]
    places = files.exchanged(wrong)
    moving = [each for each in wrong if each.sha256 in places]
    for each in moving:
        new = each.path.with_name(each.path.name + blobs.NEW)
        # A link or copy: until all have moved, each file keeps its old name as well.
        disk.copy(places[each.sha256], new)
    for each in moving:
        disk.replace(each.path.with_name(each.path.name + blobs.NEW), each.path)
        _log.info("a file has its place again")
