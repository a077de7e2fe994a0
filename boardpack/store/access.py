"""Which assemblies this person may read, in the server's own word."""

from __future__ import annotations

import msgspec

from boardpack.domain.people import Role
from boardpack.store.connection import Connection


def granted(connection: Connection) -> dict[str, frozenset[Role]]:
    """Return assembly → roles, of the assemblies that may be read now."""
    rows = connection.execute("SELECT assembly_id, roles FROM access WHERE granted")
    return {
        row["assembly_id"]: frozenset(msgspec.json.decode(row["roles"], type=tuple[Role, ...]))
        for row in rows
    }
