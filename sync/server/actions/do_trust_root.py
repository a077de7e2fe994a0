"""IT trusts an authority of certification: signatures that chain up to it may be valid."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.models import TrustRoot
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_trust_root(actor: Acting, row: TrustRoot) -> bool:
    """Keep the root; return False when it was trusted before."""
    operator = require_operator(actor)

    def act() -> bool:
        if TrustRoot.objects.filter(sha256=row.sha256).exists():
            return False
        row.save()
        audit.record(operator, "trust_root", row.id, subject=row.subject, sha256=row.sha256)
        return True

    return transactions.run(act)
