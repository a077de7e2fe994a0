"""Finding damage in the database: wholly when it costs little or is likely, else as it is met.

A page is authenticated each time it is read (SQLCipher), so no altered byte is ever taken for
truth: `DamagedStoreError` rises wherever it is met. Reading the whole file finds it sooner. That is
done at opening when the file is small, or was not closed; otherwise once a day in the background,
and by `boardpack doctor` (docs/adr/0009).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from boardpack.store.connection import Connection
from boardpack.store.errors import DamagedStoreError

#: A file up to this size is read wholly at each opening: some 10 ms.
SMALL: Final = 4 * 1024 * 1024
#: A checkpoint may be writing the page that is read: it is asked again after so long.
_AGAIN: Final = 0.2


def is_unclean(path: Path) -> bool:
    """Whether the last process that had the database at `path` ended without closing it."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def is_small(path: Path) -> bool:
    """Whether reading the database at `path` wholly costs next to nothing."""
    return path.stat().st_size <= SMALL


def examine(connection: Connection) -> tuple[str, ...]:
    """Return what is damaged, empty when all is whole: every page's HMAC, then the structure."""
    found = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    if not found:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    return tuple(each for each in found if each != "ok")


def examine_in_use(connection: Connection) -> tuple[str, ...]:
    """Return what is damaged while another connection writes; what only one look saw is not."""
    found = examine(connection)
    if not found:
        return ()
    time.sleep(_AGAIN)
    return tuple(each for each in examine(connection) if each in found)


def check(connection: Connection) -> None:
    """Raise when the store is damaged.

    Raises:
        DamagedStoreError: with how many findings there are, and the first.
    """
    refuse(examine(connection))


def refuse(findings: tuple[str, ...]) -> None:
    """Raise when there is one.

    Raises:
        DamagedStoreError: with how many there are, and the first.
    """
    if findings:
        raise DamagedStoreError(findings=len(findings), detail=findings[0])
