"""IT creates or corrects an authority."""

from __future__ import annotations

from typing import Final

from sync.server import audit, feeds, records, transactions
from sync.server.models import Authority
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_save_authority(actor: Acting, row: Authority) -> None:
    """Save `row` and tell every assembly of the authority."""
    operator = require_operator(actor)

    def act() -> None:
        row.save()
        feeds.append(records.feeds_of_authority(row), records.authority(row))
        audit.record(operator, "save_authority", row.id, key=row.key, name=row.name)

    transactions.run(act)
