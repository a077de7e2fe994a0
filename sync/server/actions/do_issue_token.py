"""A device that proved its key gets an access token; only the token's digest is kept.

Not audited: each device does it every ten minutes, `Device.seen_at` says when it last did.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from boardpack.domain import clock
from sync.server import transactions
from sync.server.models import Device, SeenProof, Token
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
LIFETIME: Final = timedelta(minutes=10)


def token_sha256(token: str) -> str:
    """Return the digest under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def do_issue_token(device: Device) -> str:
    """Return a new token of `device`; its outdated tokens and proofs are forgotten."""
    token = secrets.token_urlsafe(32)
    now = clock.now()

    def act() -> None:
        Token.objects.filter(device=device, expires_at__lte=now).delete()
        SeenProof.objects.filter(expires_at__lte=now).delete()
        Token.objects.create(
            token_sha256=token_sha256(token), device=device, expires_at=now + LIFETIME
        )
        Device.objects.filter(id=device.id).update(seen_at=now)

    transactions.run(act)
    return token
