"""Registration (RFC 7591), tokens (RFC 7523 with RFC 9449), metadata (RFC 8414)."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Form, Router, Schema

from boardpack.domain.refusals import BadCodeError
from sync.protocol.errors import BadRegistrationError, BadRequestError, NotAuthorisedError
from sync.server import identity
from sync.server.access import access_authority_names
from sync.server.actions.do_enrol_device import Enrolled, Registration, do_enrol_device
from sync.server.actions.do_issue_token import LIFETIME, do_issue_token
from sync.server.actions.do_use_proof import do_use_proof
from sync.server.api import addresses
from sync.server.api.problems import Problem
from sync.server.api.proof import check_assertion, check_dpop, public_key
from sync.server.plain_text import printable

router = Router(tags=["oauth"])
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 a path
REGISTER_PATH: Final = "/oauth/register"


class KeySet(Schema):
    """One public P-256 key."""

    keys: list[dict[str, Any]] = Field(min_length=1, max_length=1)


class DeviceFacts(Schema):
    """What boardpack adds to RFC 7591."""

    recipient: str = Field(pattern=r"^age1[02-9ac-hj-np-z]{58}$")
    replace: bool = False


class RegistrationRequest(Schema):
    """RFC 7591 §2 with a device's facts."""

    client_name: str = Field(min_length=1, max_length=100)
    jwks: KeySet
    token_endpoint_auth_method: str = "private_key_jwt"  # noqa: S105 a method's name
    boardpack: DeviceFacts


class RegistrationReply(Schema):
    """RFC 7591 §3.2.1; `server_key` is what the device pins."""

    client_id: str
    official_id: str
    official_name: str
    authority_names: list[str]
    server_id: str
    server_key: dict[str, str]
    retired: str
    identity_kept: bool


class TokenReply(Schema):
    """RFC 6749 §5.1."""

    access_token: str
    token_type: str
    expires_in: int


class TokenRequest(Schema):
    """RFC 7523 §2.2; fields may be missing so that OAuth's own error answers."""

    grant_type: str = ""
    client_assertion_type: str = ""
    client_assertion: str = ""


@router.post(
    REGISTER_PATH,
    response={
        201: RegistrationReply,
        400: Problem,
        401: Problem,
        409: Problem,
        413: Problem,
        429: Problem,
    },
)
def register(request: HttpRequest, asked: RegistrationRequest) -> HttpResponse:
    """Enrol a device with the one-time code in `Authorization: Bearer`."""
    scheme, _, code = str(request.headers.get("Authorization", "")).partition(" ")
    if scheme.lower() != "bearer" or not code.strip():
        raise BadCodeError
    if asked.token_endpoint_auth_method != "private_key_jwt":  # noqa: S105 a method's name
        raise BadRegistrationError(what="token_endpoint_auth_method")
    if not printable(asked.client_name):
        raise BadRegistrationError(what="client_name")
    members, thumbprint = public_key(asked.jwks.keys[0])
    registration = Registration(
        code=code.strip(),
        name=asked.client_name.strip(),
        jwk=members,
        thumbprint=thumbprint,
        recipient=asked.boardpack.recipient,
        replace=asked.boardpack.replace,
    )
    enrolled = do_enrol_device(registration, addresses.sender(request))
    return JsonResponse(_registered(enrolled).dict(), status=201)


def _registered(enrolled: Enrolled) -> RegistrationReply:
    official = enrolled.device.official
    return RegistrationReply(
        client_id=enrolled.device.id,
        official_id=official.id,
        official_name=str(official),
        authority_names=access_authority_names(official.id),
        server_id=identity.state().id,
        server_key=identity.public_jwk(),
        retired=enrolled.retired,
        identity_kept=enrolled.identity_kept,
    )


@router.post(TOKEN_PATH, response={200: TokenReply, 400: Problem, 401: Problem})
def token(request: HttpRequest, asked: Form[TokenRequest]) -> HttpResponse:
    """Give a ten-minute token bound to the key that signs both assertion and proof."""
    if asked.grant_type != "client_credentials":
        raise BadRequestError(what="grant_type")
    if asked.client_assertion_type != ASSERTION_TYPE:
        raise BadRequestError(what="client_assertion_type")
    # The proof first: without a fresh nonce the assertion must not count as used.
    proof = check_dpop(request)
    issuer = addresses.origin(request)
    device = check_assertion(asked.client_assertion, (issuer, issuer + TOKEN_PATH))
    if proof.thumbprint != device.thumbprint:
        raise NotAuthorisedError(reason="dpop_key")
    do_use_proof(device, proof.jti)
    reply = TokenReply(
        access_token=do_issue_token(device),
        token_type="DPoP",  # noqa: S106 the type's name
        expires_in=int(LIFETIME.total_seconds()),
    )
    return JsonResponse(reply.dict())


@router.get("/.well-known/oauth-authorization-server", response={200: dict[str, Any]})
def metadata(request: HttpRequest) -> HttpResponse:
    """Publish where and how a device gets its tokens."""
    issuer = addresses.origin(request)
    return JsonResponse(
        {
            "issuer": issuer,
            "token_endpoint": issuer + TOKEN_PATH,
            "registration_endpoint": issuer + REGISTER_PATH,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "dpop_signing_alg_values_supported": ["ES256"],
        }
    )
