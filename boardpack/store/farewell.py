"""What stays of a profile that was erased: that it was, by whose order; nothing secret.

The note is on the disk before the key is destroyed. Whoever finds it goes on from where a crash
stopped the erasing, without being asked for a PIN: so at any instant either nothing happened yet or
the key is gone, and a next start always ends what was begun.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from boardpack.store import disk, keys
from boardpack.store.database import acquire
from boardpack.store.erasing import erase
from boardpack.store.errors import (
    KeyringAbsentError,
    KeyringLockedError,
    KeyringLostError,
    LockedByOtherError,
    disk_error,
)

FILE: Final = "farewell.json"

_log = logging.getLogger("boardpack.store")


@dataclass(frozen=True)
class Farewell:
    """Why and when a profile was erased.

    Attributes:
        ordered: by the server's signed order; False: the person asked for it.
        reason: a word of `boardpack.domain.records.RevocationReason`, or empty.
        statement: what the device signed for the server before its key was gone.
        profile: names the key to destroy; None once it is destroyed.
        complete: nothing of the profile is left.
        told: the server knows.
    """

    at: datetime
    ordered: bool
    reason: str
    device_name: str
    authority_name: str
    server_url: str
    statement: str
    profile: keys.Profile | None
    complete: bool = False
    told: bool = False


def read(folder: Path) -> Farewell | None:
    """Return what stays of an erased profile, None where nothing was erased."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Farewell)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:
        _log.warning("the note of an erased profile cannot be read")
        return None
    except OSError as error:
        raise disk_error(error) from error


def save(folder: Path, farewell: Farewell) -> None:
    """Keep the note."""
    disk.write(folder / FILE, msgspec.json.encode(farewell))


def forget(folder: Path) -> None:
    """Let the note go: a new life of this device begins."""
    disk.remove(folder / FILE)


def begin(folder: Path, farewell: Farewell) -> None:
    """Destroy the store's key: from then on everything is noise; the store may still be open.

    A keyring that does not obey now is asked again by `finish`.
    """
    save(folder, farewell)
    if farewell.profile is not None:
        _destroy_key(folder, farewell.profile)


def finish(folder: Path) -> Farewell | None:
    """Go on until nothing is left but the note; None where nothing was to be erased.

    Another process that still has the store open goes on by itself.
    """
    farewell = read(folder)
    if farewell is None or farewell.complete:
        return farewell
    try:
        acquire(folder).release()
    except LockedByOtherError:
        return farewell
    gone = farewell.profile is None or _destroy_key(folder, farewell.profile)
    erase(folder, None)
    if gone:
        farewell = replace(farewell, profile=None, complete=True)
        save(folder, farewell)
    return farewell


def _destroy_key(folder: Path, profile: keys.Profile) -> bool:
    try:
        keys.forget(folder, profile)
    except (KeyringLockedError, KeyringAbsentError, KeyringLostError) as error:
        _log.info("the keyring keeps the key for now: %s", error)
        return False
    return True
