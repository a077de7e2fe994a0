"""IT knows that nothing more comes back after a restore: what is held may be told."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.actions import holding
from sync.server.models import Assembly
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_let_go(actor: Acting) -> int:
    """Let go all that is held, each dossier to be told at its instant; return how many."""
    operator = require_operator(actor)

    def act() -> int:
        found = holding.let_go(Assembly.objects.values_list("id", flat=True))
        for sitting_id in found:
            audit.record(operator, "let_go_dossier", sitting_id)
        return len(found)

    return transactions.run(act)
