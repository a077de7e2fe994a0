"""IT creates or corrects a political group."""

from __future__ import annotations

from typing import Final

from sync.protocol.messages import assembly_feed
from sync.server import audit, feeds, records, transactions
from sync.server.models import PoliticalGroup
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_save_group(actor: Acting, row: PoliticalGroup) -> None:
    """Save `row` and tell its assembly."""
    operator = require_operator(actor)

    def act() -> None:
        row.save()
        feeds.append([assembly_feed(row.assembly_id)], records.group(row))
        audit.record(operator, "save_group", row.id, name=row.name)

    transactions.run(act)
