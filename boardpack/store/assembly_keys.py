"""The signing keys of assemblies: public parts as told, private parts where they are here."""

from __future__ import annotations

from functools import lru_cache

from boardpack.domain.trust import AssemblyKey, KeyOrder, KeyShare
from boardpack.store.connection import Connection
from sync.protocol.codec import decode, encode


@lru_cache(maxsize=64)
def _decoded(body: bytes) -> AssemblyKey:
    # A key names every sitting that it answers for: read once, not for each dossier.
    return decode(body, AssemblyKey)


def every(connection: Connection, assembly_id: str) -> tuple[AssemblyKey, ...]:
    """Return the keys of an assembly, the one in force last."""
    rows = connection.execute(
        "SELECT body FROM assembly_keys WHERE assembly_id = ? ORDER BY number", (assembly_id,)
    )
    return tuple(_decoded(bytes(row["body"])) for row in rows)


def in_force(
    connection: Connection, assembly_id: str, epoch: str | None = None
) -> AssemblyKey | None:
    """Return the key in force, None when the assembly has none yet.

    Args:
        connection: to the store.
        assembly_id: whose.
        epoch: only among the keys that the server told in this epoch.
    """
    row = connection.execute(
        "SELECT body FROM assembly_keys WHERE assembly_id = ? AND (? IS NULL OR epoch = ?)"
        " ORDER BY number DESC LIMIT 1",
        (assembly_id, epoch, epoch),
    ).fetchone()
    return _decoded(bytes(row["body"])) if row else None


def one(connection: Connection, key_id: str) -> AssemblyKey | None:
    """Return a key, None when it is unknown here."""
    row = connection.execute(
        "SELECT body FROM assembly_keys WHERE key_id = ?", (key_id,)
    ).fetchone()
    return _decoded(bytes(row["body"])) if row else None


def keep(connection: Connection, key: AssemblyKey, epoch: str) -> None:
    """Keep a key that was found right, as told in this epoch of the server."""
    connection.execute(
        "INSERT INTO assembly_keys (key_id, assembly_id, number, epoch, body)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (key_id) DO UPDATE"
        " SET epoch = excluded.epoch, body = excluded.body",
        (key.key_id, key.assembly_id, key.number, epoch, encode(key)),
    )


def told_in(connection: Connection, key_id: str) -> str:
    """Return the epoch in which the server last told this key, empty when it never did."""
    row = connection.execute(
        "SELECT epoch FROM assembly_keys WHERE key_id = ?", (key_id,)
    ).fetchone()
    return str(row["epoch"]) if row else ""


def share(connection: Connection, key_id: str) -> KeyShare | None:
    """Return the private part of a key as it was sealed to the agents."""
    row = connection.execute("SELECT body FROM key_shares WHERE key_id = ?", (key_id,)).fetchone()
    return decode(bytes(row["body"]), KeyShare) if row else None


def order(connection: Connection, assembly_id: str) -> KeyOrder | None:
    """Return IT's last order to make a new key."""
    row = connection.execute(
        "SELECT body FROM key_orders WHERE assembly_id = ?", (assembly_id,)
    ).fetchone()
    return decode(bytes(row["body"]), KeyOrder) if row else None


def hold(connection: Connection, key_id: str, assembly_id: str, private: bytes) -> None:
    """Keep the private part of a key (PEM)."""
    connection.execute(
        "INSERT OR REPLACE INTO held_keys (key_id, assembly_id, private) VALUES (?, ?, ?)",
        (key_id, assembly_id, private),
    )


def private_part(connection: Connection, key_id: str) -> bytes | None:
    """Return the private part of a key (PEM), None when this device has it not."""
    row = connection.execute("SELECT private FROM held_keys WHERE key_id = ?", (key_id,)).fetchone()
    return bytes(row["private"]) if row else None


def assembly_of(connection: Connection, key_id: str) -> str:
    """Return the assembly of a key whose private part is here, empty otherwise."""
    row = connection.execute(
        "SELECT assembly_id FROM held_keys WHERE key_id = ?", (key_id,)
    ).fetchone()
    return str(row["assembly_id"]) if row else ""


def proposed(connection: Connection, assembly_id: str) -> tuple[str, ...]:
    """Return the identifiers of keys that this device made and the server has not told."""
    rows = connection.execute(
        "SELECT key_id FROM held_keys WHERE assembly_id = ?"
        " AND key_id NOT IN (SELECT key_id FROM assembly_keys)",
        (assembly_id,),
    )
    return tuple(row["key_id"] for row in rows)


def drop(connection: Connection, key_id: str) -> None:
    """Forget the private part of a key."""
    connection.execute("DELETE FROM held_keys WHERE key_id = ?", (key_id,))


def leave(connection: Connection, assembly_id: str) -> None:
    """Forget every private part of an assembly: this person is not of its secretariat any more."""
    connection.execute(
        "DELETE FROM key_shares WHERE key_id IN"
        " (SELECT key_id FROM assembly_keys WHERE assembly_id = ?)",
        (assembly_id,),
    )
    connection.execute("DELETE FROM held_keys WHERE assembly_id = ?", (assembly_id,))
    connection.execute("DELETE FROM key_orders WHERE assembly_id = ?", (assembly_id,))
