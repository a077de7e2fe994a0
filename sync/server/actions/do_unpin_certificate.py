"""IT unties a certificate from an official."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.models import PinnedCertificate
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_unpin_certificate(actor: Acting, row: PinnedCertificate) -> None:
    """Forget the pin."""
    operator = require_operator(actor)

    def act() -> None:
        audit.record(
            operator, "unpin_certificate", row.official_id, certificate=row.certificate_sha256
        )
        PinnedCertificate.objects.filter(id=row.id).delete()

    transactions.run(act)
