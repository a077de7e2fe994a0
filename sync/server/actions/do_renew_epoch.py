"""After a restore from backup, IT begins a new epoch: devices read their feeds again."""

from __future__ import annotations

from typing import Final

from boardpack.domain import ids
from sync.server import audit, identity, transactions
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_renew_epoch(actor: Acting) -> str:
    """Return the new epoch."""
    operator = require_operator(actor)

    def act() -> str:
        row = identity.state()
        row.epoch = ids.new_id()
        row.save(update_fields=["epoch"])
        audit.record(operator, "renew_epoch", row.id)
        return row.epoch

    return transactions.run(act)
