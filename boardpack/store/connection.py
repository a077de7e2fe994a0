"""The door to SQLCipher: opening with a raw key, and the database's errors in our words."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from boardpack.store import errors

if TYPE_CHECKING:
    # sqlcipher3 carries no types; its interface is the standard library's.
    from sqlite3 import Connection as _Connection, Cursor as _Cursor, DatabaseError, Row, connect
else:
    from sqlcipher3.dbapi2 import (
        Connection as _Connection,
        Cursor as _Cursor,
        DatabaseError,
        Row,
        connect,
    )

__all__ = ["Connection", "Cursor", "Row", "open_database", "roll_back"]

KEY_BYTES: Final = 32
#: Below this much free space an input/output error of the database means a full disk: SQLite
#: reports a shared-memory or journal file that cannot grow as IOERR or CANTOPEN.
ALMOST_FULL: Final = 1024 * 1024

_FULL, _NOT_A_DATABASE, _CORRUPT, _READ_ONLY = 13, 26, 11, 8
_BUSY: Final = frozenset({5, 6})
_DISK: Final = frozenset({10, 14})


def translate(error: DatabaseError, folder: Path) -> Exception:
    """Return the error of ours for one of the database's (SQLite result codes, primary part)."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    full = errors.free_bytes(folder) < ALMOST_FULL
    if code == _FULL or (code in _DISK and full):
        return errors.DiskFullError()
    if code == _NOT_A_DATABASE:
        return errors.UnreadableStoreError()
    if code in {_CORRUPT, _READ_ONLY}:
        # After one page failed its HMAC, SQLCipher makes the same connection read-only.
        return errors.DamagedStoreError(findings=1, detail=str(error))
    if code in _BUSY:
        return errors.LockedByOtherError()
    if code in _DISK:
        return errors.DiskRefusedError(reason=str(error))
    return errors.StoreStatementError(detail=str(error))


class Cursor(_Cursor):
    """A cursor whose errors are ours."""

    connection: Connection

    def execute(
        self,
        sql: str,
        parameters: Any = (),  # noqa: ANN401 as wide as the library's
        /,
    ) -> Self:
        """Run one statement."""
        with self.connection.translating():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        """Run one statement for each set of parameters."""
        with self.connection.translating():
            return super().executemany(sql, parameters)

    def executescript(self, sql_script: str, /) -> Self:
        """Run several statements."""
        with self.connection.translating():
            super().executescript(sql_script)
        return self

    def fetchone(self) -> Any:  # noqa: ANN401 a row, or None after the last: as the library's
        """Return the next row or None."""
        with self.connection.translating():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        with self.connection.translating():
            return super().fetchall()

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # rows come translated
        return iter(self.fetchone, None)


class Connection(_Connection):
    """A connection whose cursors raise our errors. One thread uses it."""

    folder: Path

    def cursor(self) -> Cursor:  # type: ignore[override]  # none but ours
        """Return a cursor of ours."""
        return super().cursor(Cursor)

    @contextmanager
    def translating(self) -> Generator[None]:
        """Raise our error for each of the database's."""
        try:
            yield
        except DatabaseError as error:
            raise translate(error, self.folder) from error


def open_database(path: Path, key: bytes, *, as_it_stands: bool = False) -> Connection:
    """Open or create the SQLCipher file at `path` with a raw key: no key derivation, 0.5 ms (D5).

    Args:
        path: the file.
        key: of 32 bytes.
        as_it_stands: read the file alone, without its journal; nothing is written or locked.

    Raises:
        UnreadableStoreError: the key does not open it.
        DiskFullError: no room for the journal.
        DiskRefusedError: the disk refuses.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a store key has 32 bytes")
    try:
        connection = connect(
            f"{path.absolute().as_uri()}?immutable=1" if as_it_stands else path,
            uri=as_it_stands,
            factory=Connection,
            isolation_level=None,
            timeout=5,
        )
    except DatabaseError as error:
        raise translate(error, path.parent) from error
    connection.folder = path.parent
    connection.row_factory = Row
    try:
        _unlock(connection, key)
        if not as_it_stands:
            _configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _unlock(connection: Connection, key: bytes) -> None:
    # Damaged pages are reported by exceptions; without this SQLCipher also writes to stderr.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_page_size = 4096")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def _configure(connection: Connection) -> None:
    for setting in (
        "journal_mode = WAL",
        # NORMAL lost up to 21 acknowledged writes at a power loss, FULL none (sync.md §3.4).
        "synchronous = FULL",
        "fullfsync = ON",
        "checkpoint_fullfsync = ON",
        "temp_store = MEMORY",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        # A wiped key must not stay in a free page.
        "secure_delete = ON",
        "journal_size_limit = 1048576",
    ):
        connection.execute(f"PRAGMA {setting}").fetchall()


def roll_back(connection: Connection) -> None:
    """Undo the transaction under way, if the failure has not undone it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
