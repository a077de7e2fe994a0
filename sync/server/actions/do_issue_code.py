"""IT issues a one-time enrolment code; it is shown once and kept only as a keyed hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import salted_hmac

from boardpack.domain import clock
from sync.server import audit, identity, transactions
from sync.server.models import EnrolmentCode, Official
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
LIFETIME: Final = timedelta(hours=48)
#: No 0 O 1 I L U: nothing that is read aloud or retyped wrongly. 30¹² is 58 bits.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12


@dataclass(frozen=True)
class IssuedCode:
    """A code as it is handed over: `text` is XXXX-XXXX-XXXX."""

    text: str
    expires_at: datetime

    def qr_content(self, server_url: str) -> str:
        """Return what the QR image holds: where, the code, and the key to expect there."""
        return f"boardpack:{server_url}#{self.text}#{identity.fingerprint()}"


def code_hash(text: str) -> str:
    """Return the keyed hash of a code as somebody typed it."""
    plain = "".join(each for each in text.upper() if each.isalnum())
    return salted_hmac("boardpack.enrolment", plain, algorithm="sha256").hexdigest()


def do_issue_code(actor: Acting, official: Official) -> IssuedCode:
    """Make a code for `official`; codes that still wait for this person stop counting."""
    operator = require_operator(actor)
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    text = "-".join(plain[start : start + 4] for start in range(0, LENGTH, 4))
    now = clock.now()

    def act() -> IssuedCode:
        waiting = EnrolmentCode.objects.filter(official=official, used_at=None, expires_at__gt=now)
        waiting.update(expires_at=now)
        row = EnrolmentCode.objects.create(
            official=official,
            code_hash=code_hash(text),
            issued_by=operator.label[:150],
            created_at=now,
            expires_at=now + LIFETIME,
        )
        audit.record(operator, "issue_code", official.id, email=official.email)
        return IssuedCode(text, row.expires_at)

    return transactions.run(act)
