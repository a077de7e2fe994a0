"""Whole rows of tables, by name: for copying, repairing and the log of the person's own work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boardpack.store.connection import Connection, Row
from boardpack.store.own_log import Value


def tables(connection: Connection) -> tuple[str, ...]:
    """Return the names of all tables, sorted."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return tuple(row["name"] for row in rows)


def columns(connection: Connection, table: str) -> frozenset[str]:
    """Return the names of a table's columns."""
    return frozenset(row["name"] for row in connection.execute(f"PRAGMA table_info({table})"))


def values(row: Row) -> dict[str, Value]:
    """Return a row by column."""
    return {name: row[name] for name in row.keys()}  # noqa: SIM118 a Row iterates values


def every(connection: Connection, table: str) -> Iterator[Row]:
    """Yield all rows in their order."""
    yield from connection.execute(_say("SELECT * FROM", table, "ORDER BY rowid"))


def one(connection: Connection, table: str, key: Mapping[str, str]) -> Row | None:
    """Return the row of a key."""
    found: Row | None = connection.execute(
        _say("SELECT * FROM", table, "WHERE", _is(key)), tuple(key.values())
    ).fetchone()
    return found


def delete(connection: Connection, table: str, key: Mapping[str, str | int]) -> int:
    """Delete the row of a key; return how many there were."""
    return connection.execute(
        _say("DELETE FROM", table, "WHERE", _is(key)), tuple(key.values())
    ).rowcount


def insert(
    connection: Connection, table: str, row: Mapping[str, Value], *, replace: bool = False
) -> bool:
    """Insert a row; tell whether it went in.

    Args:
        connection: to the store.
        table: its name.
        row: columns that the table has not are left out: an older or newer schema wrote it.
        replace: put it in the place of one of the same key; otherwise that one stays.
    """
    known = columns(connection, table)
    names = [name for name in row if name in known]
    how = "INSERT OR REPLACE INTO" if replace else "INSERT OR IGNORE INTO"
    marks = ", ".join("?" for _ in names)
    done = connection.execute(
        _say(how, table, "(", ", ".join(names), ") VALUES (", marks, ")"),
        tuple(row[name] for name in names),
    )
    return done.rowcount > 0


def drop_orphans(connection: Connection) -> int:
    """Delete rows that refer to nothing, and what then refers to nothing; return how many."""
    dropped = 0
    while orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
        dropped += sum(delete(connection, row["table"], {"rowid": row["rowid"]}) for row in orphans)
    return dropped


def _say(*words: str) -> str:
    """Join the words of a statement; names are those of the schema, values are parameters."""
    return " ".join(words)


def _is(key: Mapping[str, object]) -> str:
    return " AND ".join(f"{name} = ?" for name in key)
