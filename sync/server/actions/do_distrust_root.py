"""IT no longer trusts an authority of certification; verdicts that were given stand."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.models import TrustRoot
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_distrust_root(actor: Acting, row: TrustRoot) -> None:
    """Forget the root."""
    operator = require_operator(actor)

    def act() -> None:
        audit.record(operator, "distrust_root", row.id, subject=row.subject, sha256=row.sha256)
        TrustRoot.objects.filter(id=row.id).delete()

    transactions.run(act)
