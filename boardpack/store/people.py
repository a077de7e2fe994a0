"""Queries over authorities, assemblies, officials and mandates, as the server told them."""

from __future__ import annotations

from boardpack.domain.people import (
    Assembly,
    Authority,
    Mandate,
    Official,
    PoliticalGroup,
)
from boardpack.domain.records import EnrolledDevice
from boardpack.store.connection import Connection
from sync.protocol.codec import decode


def authorities(connection: Connection) -> dict[str, Authority]:
    """Return every authority known here, by identifier."""
    rows = connection.execute("SELECT body FROM authorities")
    found = (decode(row["body"], Authority) for row in rows)
    return {each.authority_id: each for each in found}


def assemblies(connection: Connection) -> dict[str, Assembly]:
    """Return every assembly known here, by identifier."""
    rows = connection.execute("SELECT body FROM assemblies")
    found = (decode(row["body"], Assembly) for row in rows)
    return {each.assembly_id: each for each in found}


def knows(connection: Connection, assembly_id: str) -> bool:
    """Tell whether this device was ever told of an assembly."""
    row = connection.execute("SELECT 1 FROM assemblies WHERE assembly_id = ?", (assembly_id,))
    return row.fetchone() is not None


def groups(connection: Connection, assembly_id: str) -> dict[str, PoliticalGroup]:
    """Return the political groups of an assembly, by identifier."""
    rows = connection.execute(
        "SELECT body FROM political_groups WHERE assembly_id = ?", (assembly_id,)
    )
    found = (decode(row["body"], PoliticalGroup) for row in rows)
    return {each.group_id: each for each in found}


def officials(connection: Connection) -> dict[str, Official]:
    """Return every official known here, by identifier."""
    rows = connection.execute("SELECT body FROM officials")
    found = (decode(row["body"], Official) for row in rows)
    return {each.official_id: each for each in found}


def mandates(connection: Connection, assembly_id: str) -> tuple[Mandate, ...]:
    """Return the mandates in an assembly, past and future ones too."""
    rows = connection.execute(
        "SELECT body FROM mandates WHERE assembly_id = ? ORDER BY mandate_id", (assembly_id,)
    )
    return tuple(decode(row["body"], Mandate) for row in rows)


def device_names(connection: Connection) -> dict[str, str]:
    """Return what this person's devices are called, by identifier; retired ones too."""
    rows = connection.execute("SELECT body FROM devices")
    found = (decode(row["body"], EnrolledDevice) for row in rows)
    return {each.device_id: each.name for each in found}
