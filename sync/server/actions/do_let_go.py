"""IT knows that nothing more comes back after a restore: what is held may be told."""

from __future__ import annotations

from typing import Final

from sync.server import transactions
from sync.server.actions import holding
from sync.server.models import Assembly
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_let_go(actor: Acting) -> int:
    """Let go all that is held, each dossier to be told at its instant; return how many."""
    operator = require_operator(actor)

    everywhere = Assembly.objects.values_list("id", flat=True)
    return transactions.run(lambda: holding.let_go(operator, everywhere))
