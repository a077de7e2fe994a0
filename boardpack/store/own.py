"""The person's own rows, kept twice: in the database and in `own.log` (docs/adr/0008).

Temporary triggers note which own rows a transaction touched. Before it commits, those rows go to
the log and to the disk; the transaction carries how far the log reaches. At the next opening the
two are compared, which costs two numbers when they agree. A log that goes further than the
database (its journal torn, an older copy put back, a new file after damage) is read into it again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from boardpack.domain.errors import SurroundingsError
from boardpack.store import aside, disk, meta, own_log, rows
from boardpack.store.connection import Connection
from boardpack.store.own_log import OwnCipher, OwnLog, OwnRow, Reading, Value
from sync.protocol import codec
from sync.protocol.codec import UnreadableMessageError
from sync.protocol.messages import blobs_of

#: Tables of the person's own work and of this device, with their keys.
OWN: Final = {
    "outbox": ("event_id",),
    "meta": ("name",),
    "drafts": ("sitting_id",),
    "signing_jobs": ("deliberation_id",),
    "positions": ("document_id",),
    "seen_versions": ("document_id", "sha256"),
    "journal": ("entry_id",),
    # What was once believed: no server tells a device how far it may go back.
    "assembly_keys": ("key_id",),
    "ratchet": ("sitting_id", "key_id"),
    "hidden_notes": ("share_id",),
}
#: What the server tells again, and files that it sends again.
GIVEN: Final = frozenset(
    {
        "authorities", "assemblies", "political_groups", "officials", "mandates", "access",
        "devices", "dossiers", "documents", "versions", "deliberations", "receipts", "notes",
        "cursor", "blobs", "sealed_identities", "sealed_positions", "key_shares", "key_orders",
        "held_keys", "doubts", "shared_notes", "sent", "frozen", "sealed_dossiers", "sealed_packs",
    }
)  # fmt: skip
#: Facts that every exchange writes, or that are worth nothing in another database.
POINTER: Final = "own_log"
LAST_CHECK: Final = "last_check"
_PASSING: Final = (
    POINTER, "epoch", "reconcile", "last_contact", "elapsed", "index_key", LAST_CHECK,
    "hybrid_clock",
)  # fmt: skip
#: Losing the last of these at a power cut costs a person nothing.
_LAZY: Final = frozenset({"positions", "seen_versions", "journal", "assembly_keys", "ratchet"})
#: The log is written anew when it is this large and most of it is history.
_SMALLEST: Final = 256 * 1024
_GROWTH: Final = 4

#: A file's key that is destroyed must leave the log as well, and recovery words once noted.
_TOUCHED: Final = """
CREATE TEMP TABLE touched (name TEXT, key TEXT, PRIMARY KEY (name, key) ON CONFLICT IGNORE);
CREATE TEMP TRIGGER blobs_gone AFTER DELETE ON main.blobs BEGIN
  INSERT INTO touched VALUES ('blobs', '[]');
END;
CREATE TEMP TRIGGER words_gone AFTER INSERT ON main.meta WHEN new.name = 'recovery' BEGIN
  INSERT INTO touched VALUES ('blobs', '[]');
END;
"""
_TRIGGER: Final = """
CREATE TEMP TRIGGER {table}_{verb} AFTER {verb} ON main.{table} {when} BEGIN
  INSERT INTO touched VALUES ('{table}', json_array({key}));
END;
"""

_log = logging.getLogger("boardpack.store")


@dataclass(frozen=True)
class _Pointer:
    """How far the log went with the last transaction of the database."""

    generation: int
    end: int


class OwnWork:
    """The log beside one open database. Store lane.

    Attributes:
        put_back: how many actions only the log had at opening.
    """

    def __init__(self, connection: Connection, folder: Path, key: bytes) -> None:
        """Compare log and database, read into it what it lacks, and watch it from now on."""
        self._connection = connection
        self._path = folder / own_log.FILE
        self._cipher = OwnCipher(key)
        self._anew = False
        self.put_back = 0
        self._log = self._agreed()
        self._committed = self._first = self._log.end
        _watch(connection)

    def _agreed(self) -> OwnLog:
        pointer = meta.read(self._connection, POINTER, _Pointer)
        if pointer is not None and self._agrees(pointer):
            return OwnLog(self._path, self._cipher, pointer.generation, pointer.end)
        found = own_log.read(self._path, self._cipher)
        if found is None and self._path.exists():
            # Another profile's, or all of it damaged: nobody can tell, so nobody throws it away.
            aside.put(self._path)
        generation = max(pointer.generation if pointer else 0, found.generation if found else 0)
        if found is not None and _is_ahead(found, pointer):
            self._read_in(found, pointer)
        return self._write_anew(generation + 1)

    def _agrees(self, pointer: _Pointer) -> bool:
        """Whether the file has this size, and its first frame this generation."""
        try:
            if self._path.stat().st_size != pointer.end:
                return False
        except OSError:
            return False
        return own_log.generation_of(self._path, self._cipher) == pointer.generation

    def _read_in(self, found: Reading, pointer: _Pointer | None) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self.put_back = read_in(self._connection, found.rows)
        self._connection.execute("COMMIT")
        if self.put_back and pointer is not None:
            _log.info("%d own actions were put back from the log", self.put_back)

    def _write_anew(self, generation: int) -> OwnLog:
        own_log.write_anew(self._path, self._cipher, generation, live(self._connection))
        end = self._path.stat().st_size
        self._point(generation, end)
        return OwnLog(self._path, self._cipher, generation, end)

    def _point(self, generation: int, end: int) -> None:
        meta.write(self._connection, POINTER, _Pointer(generation, end))

    # One transaction

    def seal(self) -> None:
        """Before the commit: bring what the transaction did of the person's own to the log.

        Raises:
            DiskFullError, DiskRefusedError: no room for it; the transaction must not commit.
        """
        touched = self._connection.execute("SELECT name, key FROM temp.touched").fetchall()
        if not touched:
            return
        self._connection.execute("DELETE FROM temp.touched")
        names = {row["name"] for row in touched}
        self._anew = self._anew or "blobs" in names
        changed = [
            self._row(row["name"], tuple(json.loads(row["key"])))
            for row in touched
            if row["name"] != "blobs"
        ]
        if changed:
            needed = _needed_files(self._connection, changed)
            self._log.append([*needed, *changed], sync=not names <= _LAZY)
            self._point(self._log.generation, self._log.end)

    def _row(self, table: str, key: tuple[str, ...]) -> OwnRow:
        found = rows.one(self._connection, table, dict(zip(OWN[table], key, strict=True)))
        return OwnRow(table, key, None if found is None else rows.values(found))

    def committed(self) -> None:
        """After the commit."""
        self._committed = self._log.end
        if self._anew or self._committed > max(_SMALLEST, _GROWTH * self._first):
            self.renew()

    def renew(self) -> None:
        """Write the log anew; when the disk refuses, the one that stands is good, and it is later.

        What was committed is committed: nothing is raised.
        """
        self._log.close()
        try:
            self._log = self._write_anew(self._log.generation + 1)
            self._anew = False
        except SurroundingsError:
            generation = own_log.generation_of(self._path, self._cipher)
            end = self._path.stat().st_size
            self._log = OwnLog(self._path, self._cipher, generation, end)
        self._committed = self._first = self._log.end

    def undone(self) -> None:
        """After a rollback."""
        # What a disk does not even let us cut is overwritten by the next change.
        self._log.end = self._committed
        with suppress(SurroundingsError):
            self._log.cut(self._committed)

    def close(self) -> None:
        """Close the log."""
        self._log.close()


def _is_ahead(found: Reading, pointer: _Pointer | None) -> bool:
    if pointer is None or found.generation > pointer.generation:
        return True
    return found.generation == pointer.generation and found.end > pointer.end


def _watch(connection: Connection) -> None:
    script = [_TOUCHED]
    for table, key in OWN.items():
        for verb, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
            script.append(
                _TRIGGER.format(
                    table=table,
                    verb=verb,
                    when=f"WHEN {row}.name NOT IN {_PASSING}" if table == "meta" else "",
                    key=", ".join(f"{row}.{name}" for name in key),
                )
            )
    connection.cursor().executescript("\n".join(script))


def _needed_files(connection: Connection, changed: Iterable[OwnRow]) -> list[OwnRow]:
    """Return the keys of the files without which these actions cannot be sent."""
    found = (
        rows.one(connection, "blobs", {"sha256": sha256})
        for row in changed
        if row.table == "outbox" and row.values is not None
        for sha256 in _files_of(row.values)
    )
    return [
        OwnRow("blobs", (row["sha256"],), rows.values(row))
        for row in found
        if row is not None and row["state"] == "complete"
    ]


def _files_of(values: dict[str, Value]) -> tuple[str, ...]:
    event = values["event"]
    try:
        return tuple(blobs_of(codec.decode_event(event))) if isinstance(event, bytes) else ()
    except UnreadableMessageError:
        return ()


def live(connection: Connection) -> list[OwnRow]:
    """Return all own rows of a database, and the files that they need."""
    found = [
        OwnRow(table, tuple(str(row[name]) for name in key), rows.values(row))
        for table, key in OWN.items()
        for row in rows.every(connection, table)
        if table != "meta" or row["name"] not in _PASSING
    ]
    return [*_needed_files(connection, found), *found]


def latest(found: Iterable[OwnRow]) -> dict[tuple[str, tuple[str, ...]], OwnRow]:
    """Return each row as it was last."""
    by_key: dict[tuple[str, tuple[str, ...]], OwnRow] = {}
    for row in found:
        # The order of writing is that of the last change.
        by_key.pop((row.table, row.key), None)
        by_key[row.table, row.key] = row
    return by_key


def file_names(found: Iterable[OwnRow]) -> frozenset[str]:
    """Return the names of the sealed files whose keys the log has."""
    return frozenset(
        str(row.values["name"]) for row in found if row.table == "blobs" and row.values is not None
    )


def actions(found: Iterable[OwnRow]) -> int:
    """Return how many actions wait according to the log."""
    return sum(
        row.table == "outbox" and row.values is not None and row.values["state"] == "waiting"
        for row in latest(found).values()
    )


def lacking(connection: Connection, found: Iterable[OwnRow]) -> int:
    """Return how many actions of the log the database lacks."""
    return sum(
        row.table == "outbox"
        and row.values is not None
        and rows.one(connection, "outbox", {"event_id": row.key[0]}) is None
        for row in latest(found).values()
    )


def read_in(connection: Connection, found: Iterable[OwnRow]) -> int:
    """Bring own rows of the log into the database; return how many actions it lacked.

    An action that the log saw leave (the server has it) is not taken from the outbox again: the
    server's records that came with the same reply may be lost with the database, and sending it
    once more is safe (D10).
    """
    missing = lacking(connection, found)
    for row in latest(found).values():
        key = dict(zip(OWN.get(row.table, ("sha256",)), row.key, strict=True))
        if row.values is None:
            if row.table != "outbox":
                rows.delete(connection, row.table, key)
        elif row.table == "outbox":
            _put_action(connection, row.values)
        else:
            rows.insert(connection, row.table, row.values, replace=row.table != "blobs")
    return missing


def _put_action(connection: Connection, values: dict[str, Value]) -> None:
    """Insert or update an action; its place may be taken since."""
    known = rows.one(connection, "outbox", {"event_id": str(values["event_id"])})
    if known is not None:
        rows.insert(connection, "outbox", values | {"place": known["place"]}, replace=True)
    elif not rows.insert(connection, "outbox", values):
        rows.insert(connection, "outbox", values | {"place": None})


def remove(folder: Path) -> None:
    """Remove the log of a profile."""
    for name in (own_log.FILE, own_log.FILE + disk.NEW):
        disk.remove(folder / name)
