"""IT ties a certificate to an official: from then on only pinned ones count for this person."""

from __future__ import annotations

from typing import Final

from sync.server import audit, transactions
from sync.server.models import PinnedCertificate
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_pin_certificate(actor: Acting, row: PinnedCertificate) -> None:
    """Save the pin."""
    operator = require_operator(actor)
    row.certificate_sha256 = row.certificate_sha256.replace(":", "").strip().lower()

    def act() -> None:
        row.save()
        audit.record(
            operator, "pin_certificate", row.official_id, certificate=row.certificate_sha256
        )

    transactions.run(act)
