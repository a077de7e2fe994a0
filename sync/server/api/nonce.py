"""The server's nonce in proofs (RFC 9449 §8): freshness without trusting a tablet's clock.

A nonce is a time under the server's secret: nothing is stored, any node can check it.
"""

from __future__ import annotations

import base64
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from boardpack.domain import clock

LIFETIME_SECONDS: Final = 300
_MAC_SIZE: Final = 16


def issue() -> str:
    """Return a nonce of this instant."""
    return _made(int(clock.now().timestamp()))


def is_fresh(nonce: object) -> bool:
    """Tell whether this server made `nonce` within its lifetime."""
    if not isinstance(nonce, str):
        return False
    moment = nonce.partition(".")[0]
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):  # noqa: PLR2004 seconds
        return False
    age = clock.now().timestamp() - int(moment)
    return constant_time_compare(nonce, _made(int(moment))) and age <= LIFETIME_SECONDS


def _made(moment: int) -> str:
    mac = salted_hmac("boardpack.nonce", str(moment), algorithm="sha256").digest()[:_MAC_SIZE]
    return f"{moment}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
