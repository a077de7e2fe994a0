"""IT says that an assembly's signing key is lost or stolen: its secretariat makes a new one."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from boardpack.domain.errors import ActionableError
from sync.protocol.messages import secretariat_feed
from sync.server import audit, feeds, records, transactions
from sync.server.actions import assembly_keys
from sync.server.models import Assembly, KeyOrder
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


class NoAssemblyKeyError(ActionableError):
    """The assembly has no signing key yet: its secretariat makes one at its first sending."""

    code = "server.no_assembly_key"


def do_order_key(actor: Acting, assembly: Assembly) -> str:
    """Order a new key; return the identifier of the one to be replaced.

    An agent's device that holds the present key vouches for the next one; when none does, every
    reader is told that the key was replaced on IT's word alone.

    Raises:
        NoAssemblyKeyError: there is none to replace.
    """
    operator = require_operator(actor)

    def act() -> str:
        key = assembly_keys.in_force(assembly.id)
        if key is None:
            raise NoAssemblyKeyError(name=assembly.name)
        row, _ = KeyOrder.objects.update_or_create(
            assembly=assembly, defaults={"key_id": key.key_id, "at": clock.now()}
        )
        feeds.append([secretariat_feed(assembly.id)], records.key_order(row))
        audit.record(operator, "order_assembly_key", key.key_id, assembly=assembly.id)
        return key.key_id

    return transactions.run(act)
