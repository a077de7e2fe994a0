"""IT creates or corrects an assembly."""

from __future__ import annotations

from typing import Final

from sync.protocol.messages import assembly_feed
from sync.server import audit, feeds, records, transactions
from sync.server.models import Assembly
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_save_assembly(actor: Acting, row: Assembly) -> None:
    """Save `row`; its feed begins with its authority and itself."""
    operator = require_operator(actor)

    def act() -> None:
        row.save()
        feed = [assembly_feed(row.id)]
        feeds.append(feed, records.authority(row.authority))
        feeds.append(feed, records.assembly(row))
        audit.record(operator, "save_assembly", row.id, key=row.key, name=row.name)

    transactions.run(act)
