"""A device that speaks HTTP as `docs` say, over Django's test client: keys, proofs, tokens."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey

from boardpack.domain import clock, ids

ORIGIN = "http://testserver"
TOKEN = "/oauth/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key() -> ECKey:
    """Return a new P-256 key."""
    return ECKey.generate_key("P-256")


def public(key: ECKey) -> dict[str, Any]:
    """Return the public JWK of a key."""
    return {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}


def proof(key: ECKey, method: str, url: str, **claims: Any) -> str:
    """Return a DPoP proof; `claims` add to or replace the usual ones, None removes one."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key)}
    usual = {
        "htm": method,
        "htu": url,
        "iat": int(clock.now().timestamp()),
        "jti": ids.new_id(),
    }
    wanted = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(header, wanted, key, algorithms=["ES256"])


def ath(token: str) -> str:
    """Return the digest of a token as a proof names it."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


@dataclass
class WireDevice:
    """One device; `client` is Django's, `key` the device's, the rest is learnt."""

    client: Client = field(default_factory=Client)
    key: ECKey = field(default_factory=new_key)
    registration: dict[str, Any] = field(default_factory=dict)
    device_id: str = ""
    token: str = ""
    nonce: str = ""

    def register(
        self, code: str, *, name: str = "Tablette", replace: bool = False, **more: Any
    ) -> Any:
        """Enrol with a code; return the response."""
        body = {
            "client_name": name,
            "jwks": {"keys": [public(self.key)]},
            "token_endpoint_auth_method": "private_key_jwt",
            "boardpack": {"recipient": "age1" + "q" * 58, "replace": replace},
        } | more
        response = self.client.post(
            "/oauth/register",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {code}"},
        )
        if response.status_code == 201:
            self.registration = response.json()
            self.device_id = self.registration["client_id"]
        self.nonce = response.get("DPoP-Nonce", "")
        return response

    def assertion(self, **claims: Any) -> str:
        """Return a client assertion."""
        now = int(clock.now().timestamp())
        usual = {
            "iss": self.device_id,
            "sub": self.device_id,
            "aud": ORIGIN + TOKEN,
            "jti": ids.new_id(),
            "iat": now,
            "exp": now + 60,
        }
        wanted = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode({"alg": "ES256"}, wanted, self.key, algorithms=["ES256"])

    def ask_token(self, *, dpop: str | None = None, **fields: str) -> Any:
        """Ask for a token; return the response."""
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
        } | fields
        body.setdefault("client_assertion", self.assertion())
        dpop = dpop or proof(self.key, "POST", ORIGIN + TOKEN, nonce=self.nonce)
        response = self.client.post(TOKEN, body, headers={"DPoP": dpop})
        self.nonce = response.get("DPoP-Nonce", "")
        if response.status_code == 200:
            self.token = response.json()["access_token"]
        return response

    def call(
        self,
        method: str,
        path: str,
        data: bytes = b"",
        *,
        headers: dict[str, str] | None = None,
        dpop: str | None = None,
    ) -> Any:
        """Call the API with token and proof; return the response."""
        dpop = dpop or proof(self.key, method, ORIGIN + path, ath=ath(self.token), nonce=self.nonce)
        response = self.client.generic(
            method,
            path,
            data,
            content_type="application/json",
            headers={"Authorization": f"DPoP {self.token}", "DPoP": dpop, **(headers or {})},
        )
        self.nonce = response.get("DPoP-Nonce", self.nonce)
        return response

    def upload(self, data: bytes, *, chunk: int = 8 * 1024 * 1024) -> Any:
        """Upload bytes a chunk at a time; return the last response."""
        sha256 = hashlib.sha256(data).hexdigest()
        response = None
        for start in itertools.count(0, chunk):
            response = self.call(
                "PATCH",
                f"/api/v1/uploads/{sha256}",
                data[start : start + chunk],
                headers={"Upload-Offset": str(start), "Upload-Length": str(len(data))},
            )
            if response.status_code != 204:
                return response
        return response
