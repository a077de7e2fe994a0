"""IT gives, changes or ends a mandate."""

from __future__ import annotations

from typing import Final

from sync.protocol.messages import assembly_feed
from sync.server import audit, feeds, records, transactions
from sync.server.actions.do_refresh_access import do_refresh_access
from sync.server.models import Mandate
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_save_mandate(actor: Acting, row: Mandate) -> None:
    """Save `row`; tell the assembly who it is, and the person what they gained or lost."""
    operator = require_operator(actor)

    def act() -> None:
        row.save()
        feed = [assembly_feed(row.assembly_id)]
        feeds.append(feed, records.official(row.official))
        feeds.append(feed, records.mandate(row))
        audit.record(
            operator,
            "save_mandate",
            row.id,
            official=row.official_id,
            assembly=row.assembly_id,
            role=row.role,
            ends=str(row.ends or ""),
        )
        do_refresh_access(row.official_id)

    transactions.run(act)
