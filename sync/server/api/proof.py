"""Proofs of a device's key: DPoP (RFC 9449) and client assertions (RFC 7523), ES256 only."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from boardpack.domain import clock
from sync.protocol.errors import BadRegistrationError, NonceNeededError, NotAuthorisedError
from sync.server.access import access_client
from sync.server.actions.do_use_proof import do_use_proof
from sync.server.api import addresses, nonce
from sync.server.models import Device
from sync.server.notices import refuse_ended

ALGORITHMS: Final = ["ES256"]
MAX_LENGTH: Final = 4096
#: A tablet's clock may be a day wrong; the nonce in the same request proves freshness.
CLOCK_ERROR: Final = timedelta(days=1)
_MEMBERS: Final = ("kty", "crv", "x", "y")


@dataclass(frozen=True)
class Proof:
    """A DPoP proof whose signature, address, method and nonce were checked."""

    thumbprint: str
    jti: str


def public_key(jwk: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Return the members and the RFC 7638 thumbprint of a public P-256 key.

    Raises:
        BadRegistrationError: another kind of key, or a private one.
    """
    if "d" in jwk or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise BadRegistrationError(what="jwk")
    members = {name: str(jwk.get(name, "")) for name in _MEMBERS}
    try:
        key = ECKey.import_key(dict(members))
        key.public_key  # noqa: B018 the point is checked when the key is first used
        return members, key.thumbprint()
    except (JoseError, ValueError) as error:
        raise BadRegistrationError(what="jwk") from error


def check_dpop(request: HttpRequest, access_token: str = "") -> Proof:
    """Check the request's DPoP proof.

    Raises:
        NotAuthorisedError: no proof, or not one of this request and token.
        NonceNeededError: it lacks a fresh nonce of this server.
    """
    text = str(request.headers.get("DPoP", ""))
    header = _header(text, "dpop")
    if header.get("typ") != "dpop+jwt" or not isinstance(header.get("jwk"), Mapping):
        raise NotAuthorisedError(reason="dpop")
    try:
        members, thumbprint = public_key(header["jwk"])
    except BadRegistrationError as error:
        raise NotAuthorisedError(reason="dpop_key") from error
    claims = _claims(text, members, "dpop")
    address = addresses.origin(request) + request.path
    if claims.get("htm") != request.method or not addresses.same(str(claims.get("htu")), address):
        raise NotAuthorisedError(reason="dpop_target")
    if access_token and claims.get("ath") != _digest(access_token):
        raise NotAuthorisedError(reason="dpop_token")
    if not nonce.is_fresh(claims.get("nonce")):
        raise NonceNeededError
    return Proof(thumbprint, _jti(claims))


def check_assertion(text: str, audiences: tuple[str, ...]) -> Device:
    """Return the device that signed a client assertion for one of `audiences`.

    Raises:
        NotAuthorisedError: no assertion of a device of ours, or used before.
        DeviceRevokedError, DeviceRetiredError: it is, and may not come in any more; with the
            server's signed notice.
    """
    subject = _unverified_subject(text)
    device = access_client(subject)
    claims = _claims(text, device.jwk, "assertion")
    if claims.get("iss") != subject or claims.get("sub") != subject:
        raise NotAuthorisedError(reason="assertion_subject")
    named = claims.get("aud")
    if not set(named if isinstance(named, list) else [named]) & set(audiences):
        raise NotAuthorisedError(reason="assertion_audience")
    expires = claims.get("exp")
    if not isinstance(expires, int) or expires < (clock.now() - CLOCK_ERROR).timestamp():
        raise NotAuthorisedError(reason="assertion_time")
    refuse_ended(device)
    do_use_proof(device, _jti(claims))
    return device


def _digest(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _header(text: str, what: str) -> dict[str, Any]:
    if not 0 < len(text) <= MAX_LENGTH:
        raise NotAuthorisedError(reason=what)
    try:
        return dict(jws.extract_compact(text.encode()).headers())
    except (JoseError, ValueError, TypeError) as error:
        raise NotAuthorisedError(reason=what) from error


def _claims(text: str, members: dict[str, str], what: str) -> dict[str, Any]:
    try:
        key = ECKey.import_key(dict(members))
        return dict(jwt.decode(text, key, algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError, TypeError) as error:
        raise NotAuthorisedError(reason=what) from error


def unverified(text: str, what: str) -> dict[str, Any]:
    """Return what a JWS says, before anybody knows whether it is true: to find whose key checks it.

    Raises:
        NotAuthorisedError: it is none.
    """
    _header(text, what)
    try:
        claims = json.loads(jws.extract_compact(text.encode()).payload)
    except (JoseError, ValueError, TypeError) as error:
        raise NotAuthorisedError(reason=what) from error
    if not isinstance(claims, dict) or "\0" in "".join(map(str, claims.values())):
        raise NotAuthorisedError(reason=what)
    return claims


def _unverified_subject(text: str) -> str:
    subject = unverified(text, "assertion").get("sub")
    if not isinstance(subject, str):
        raise NotAuthorisedError(reason="assertion_subject")
    return subject


def _jti(claims: Mapping[str, Any]) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise NotAuthorisedError(reason="jti")
    return jti
