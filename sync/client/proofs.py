"""Proofs by the device's own key: DPoP (RFC 9449) and client assertions (RFC 7523), ES256."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from joserfc import jwt
from joserfc.jwk import ECKey

from boardpack.domain import clock, ids

ALGORITHM: Final = "ES256"
ASSERTION_SECONDS: Final = 300


class DeviceKey:
    """The private key of a device, for signing only."""

    def __init__(self, jwk: Mapping[str, str]) -> None:
        """Read a private P-256 JWK."""
        self._key = ECKey.import_key(dict(jwk))
        members = self._key.as_dict(private=False)
        self._public = {name: str(members[name]) for name in ("kty", "crv", "x", "y")}
        self._behind = timedelta(0)

    def learn_time(self, server_time: datetime) -> None:
        """Date what is signed by the server's time: the device's clock may be years off."""
        self._behind = server_time - clock.now()

    def _now(self) -> int:
        return int((clock.now() + self._behind).timestamp())

    def proof(self, method: str, address: str, *, nonce: str = "", token: str = "") -> str:
        """Return a proof for one request, bound to the server's nonce and to the token."""
        claims: dict[str, object] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": address,
            "iat": self._now(),
        }
        if nonce:
            claims["nonce"] = nonce
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        header = {"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": self._public}
        return jwt.encode(header, claims, self._key)

    def assertion(self, device_id: str, audience: str) -> str:
        """Return what says to the token endpoint who this device is."""
        now = self._now()
        claims = {
            "iss": device_id,
            "sub": device_id,
            "aud": audience,
            "jti": ids.new_id(),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)
