"""IT removes a mandate that should never have been; one that is over gets an end instead."""

from __future__ import annotations

from typing import Final

from sync.protocol.messages import assembly_feed
from sync.server import audit, feeds, transactions
from sync.server.actions.do_refresh_access import do_refresh_access
from sync.server.models import Mandate
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_remove_mandate(actor: Acting, row: Mandate) -> None:
    """Delete `row`; tell the assembly, and the person what they lost."""
    operator = require_operator(actor)
    mandate_id, official_id, assembly_id = row.id, row.official_id, row.assembly_id

    def act() -> None:
        Mandate.objects.filter(id=mandate_id).delete()
        feeds.append_gone([assembly_feed(assembly_id)], "mandate", mandate_id)
        audit.record(operator, "remove_mandate", mandate_id, official=official_id)
        do_refresh_access(official_id)

    transactions.run(act)
