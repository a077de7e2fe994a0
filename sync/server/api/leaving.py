"""The doors that stay open to a device that left: to hand in what waits, to say it is erased."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from sync.protocol import notices
from sync.protocol.errors import BadRequestError, NotAuthorisedError
from sync.protocol.notices import MAX_LENGTH, BadStatementError, Erasure
from sync.server import identity
from sync.server.access import access_client, access_drain
from sync.server.actions.do_record_erasure import do_record_erasure
from sync.server.actions.do_use_proof import do_use_proof
from sync.server.api.problems import Problem
from sync.server.api.proof import check_dpop, unverified
from sync.server.draining import drain

router = Router(tags=["leaving"])
JSON = "application/json"
_SCHEMAS = "#/components/schemas/"


class Noted(Schema):
    """The erasure of this device is on record."""

    device_id: str


@router.post(
    "/drain",
    response={400: Problem, 401: Problem, 409: Problem, 413: Problem},
    openapi_extra={
        "parameters": [
            {"in": "header", "name": "DPoP", "schema": {"type": "string"}, "required": True}
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}DrainRequest"}}},
        },
        "responses": {
            200: {
                "description": "Answers; nothing of anybody comes back",
                "content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}DrainReply"}}},
            }
        },
    },
)
def post_drain(request: HttpRequest) -> HttpResponse:
    """Take in what waits on a device that was revoked or replaced, by its key's proof alone."""
    proof = check_dpop(request)
    person = access_drain(proof.thumbprint)
    do_use_proof(person.device, proof.jti)
    return HttpResponse(drain(person, request.body), content_type=JSON)


@router.post(
    "/erased",
    response={200: Noted, 400: Problem, 401: Problem},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/jose": {"schema": {"type": "string"}}},
        },
    },
)
def post_erased(request: HttpRequest) -> HttpResponse:
    """Note that a device destroyed what it held: a JWS by the device's key says so."""
    if len(request.body) > MAX_LENGTH:
        raise BadRequestError(what="statement")
    text = request.body.decode("ascii", "replace")
    device = access_client(str(unverified(text, "erasure").get("device_id", "")))
    try:
        said = notices.read(text, device.jwk, Erasure)
    except BadStatementError as error:
        raise NotAuthorisedError(reason="erasure") from error
    if said.server_id != identity.state().id or said.device_id != device.id:
        raise NotAuthorisedError(reason="erasure")
    do_record_erasure(device)
    return JsonResponse(Noted(device_id=device.id).dict())
