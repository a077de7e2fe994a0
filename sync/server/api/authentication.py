"""Who calls: a DPoP-bound token, and a proof by the device's own key at every call."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from ninja.security.base import AuthBase

from sync.protocol.errors import NotAuthorisedError
from sync.server.access import Person, access_token
from sync.server.actions.do_issue_token import token_sha256
from sync.server.actions.do_use_proof import do_use_proof
from sync.server.api.proof import check_dpop

_READS: Final = ("GET", "HEAD")
_MAX_TOKEN: Final = 200


def authenticate(request: HttpRequest) -> Person:
    """Return who calls.

    Raises:
        NotAuthorisedError: no token, an outdated one, or a proof by another key.
        DeviceRevokedError, DeviceRetiredError: at once, whatever the token's age.
        NonceNeededError: the proof lacks a fresh nonce.
    """
    scheme, _, token = str(request.headers.get("Authorization", "")).partition(" ")
    if scheme.lower() != "dpop" or not 0 < len(token) <= _MAX_TOKEN:
        raise NotAuthorisedError(reason="token")
    person = access_token(token_sha256(token))
    proof = check_dpop(request, token)
    if proof.thumbprint != person.device.thumbprint:
        raise NotAuthorisedError(reason="dpop_key")
    if request.method not in _READS:
        do_use_proof(person.device, proof.jti)
    return person


class Dpop(AuthBase):
    """How the API's description names it."""

    openapi_type = "http"
    openapi_scheme = "DPoP"
    openapi_description = "RFC 9449: a DPoP-bound token from /oauth/token, a proof with each call"

    def __call__(self, request: HttpRequest) -> Person:
        """Let ninja call `authenticate`; the person becomes `request.auth`."""
        return authenticate(request)


def person_of(request: HttpRequest) -> Person:
    """Return who `Dpop` found."""
    person = getattr(request, "auth", None)
    if not isinstance(person, Person):
        raise NotAuthorisedError(reason="token")
    return person
