"""IT creates or corrects a person."""

from __future__ import annotations

from typing import Final

from sync.server import audit, feeds, records, transactions
from sync.server.models import Official
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_save_official(actor: Acting, row: Official) -> None:
    """Save `row`; tell the person and every assembly that ever knew them."""
    operator = require_operator(actor)
    row.email = row.email.strip().lower()

    def act() -> None:
        row.save()
        feeds.append(records.feeds_of_official(row), records.official(row))
        audit.record(operator, "save_official", row.id, name=str(row), email=row.email)

    transactions.run(act)
