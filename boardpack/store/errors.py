"""What can go wrong with the encrypted store."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Final

from boardpack.domain.errors import ActionableError, BugError, SurroundingsError


class UnreadableStoreError(ActionableError):
    """The store opens with no key that we have: another key's file, or its first page is gone."""

    code = "store.unreadable"


class DamagedStoreError(ActionableError):
    """Some pages of the store are damaged; what is whole can be taken over by a repair."""

    code = "store.damaged"


class NewerStoreError(ActionableError):
    """A newer boardpack wrote this store. Parameters: `found`, `known` schema numbers."""

    code = "store.newer"


class MissingStoreError(ActionableError):
    """There is no store in this profile."""

    code = "store.missing"


class StoreExistsError(ActionableError):
    """This profile has a store already."""

    code = "store.exists"


class DiskFullError(SurroundingsError):
    """The disk is full, or nearly."""

    code = "store.disk_full"


class DiskRefusedError(SurroundingsError):
    """The disk refused to read or write: read-only, unplugged, failing, no permission."""

    code = "store.disk_refused"


class LockedByOtherError(ActionableError):
    """Another boardpack works on this profile now."""

    code = "store.locked_by_other"


class DamagedBlobError(SurroundingsError):
    """A file's bytes are not those of its digest, on disk or as received."""

    code = "store.damaged_blob"


class BlobAbsentError(SurroundingsError):
    """The file is not on this device yet."""

    code = "store.blob_absent"


class KeyringLockedError(ActionableError):
    """The operating system's keyring is locked, and nobody unlocked it."""

    code = "store.keyring_locked"


class KeyringAbsentError(ActionableError):
    """The key lies in the system's keyring, and this session reaches none."""

    code = "store.keyring_absent"


class KeyringForeignError(ActionableError):
    """Where the key of this profile should be stands that of another one."""

    code = "store.keyring_foreign"


class KeyringLostError(ActionableError):
    """The keyring no longer holds the key of this profile."""

    code = "store.keyring_lost"


class InconsistentReplyError(SurroundingsError):
    """The server's reply contradicts itself; nothing of it was kept."""

    code = "sync.inconsistent_reply"


class StoreStatementError(BugError):
    """A statement that the database refuses: a mistake of ours."""

    code = "store.statement"


# EFBIG: a file size limit of the account; the person meets it as a full disk.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def disk_error(error: OSError) -> SurroundingsError:
    """Return the error of ours that says what an `OSError` of the disk means."""
    if error.errno in _FULL:
        return DiskFullError()
    return DiskRefusedError(reason=error.strerror or type(error).__name__)


def free_bytes(folder: Path) -> int:
    """Return how many bytes this account may still write where `folder` is."""
    return shutil.disk_usage(folder).free
