"""POST /deltas/search and GET /deltas/{new}: revised files from what a device holds (D9)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from boardpack.domain.refusals import BlobUnknownError
from boardpack.domain.transfers import DeltaKind
from sync.protocol import codec
from sync.protocol.errors import TooMuchError
from sync.protocol.messages import DeltaSearch
from sync.server.access import access_delta
from sync.server.api.authentication import person_of
from sync.server.api.blobs import BINARY, checked, sent
from sync.server.api.problems import Problem
from sync.server.deltas import search

router = Router(tags=["deltas"])
MAX_BYTES = 1024 * 1024
_JSON = "application/json"
_SCHEMAS = "#/components/schemas/"


@router.post(
    "/deltas/search",
    response={400: Problem, 401: Problem, 413: Problem},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": {"$ref": f"{_SCHEMAS}DeltaSearch"}}},
        },
        "responses": {
            200: {
                "description": "What there is for each file wanted, or when to ask again",
                "content": {_JSON: {"schema": {"$ref": f"{_SCHEMAS}DeltasFound"}}},
            }
        },
    },
)
def post_search(request: HttpRequest) -> HttpResponse:
    """Tell which deltas there are of the files wanted from the files held."""
    if len(request.body) > MAX_BYTES:
        raise TooMuchError(limit=MAX_BYTES)
    found = search(person_of(request), codec.decode(request.body, DeltaSearch))
    return HttpResponse(codec.encode(found), content_type=_JSON)


@router.api_operation(
    ["GET", "HEAD"],
    "/deltas/{new}",
    response={400: Problem, 401: Problem, 404: Problem, 416: Problem, 503: Problem},
    openapi_extra={
        "parameters": [
            {"in": "query", "name": "from", "schema": {"type": "string"}, "required": True},
            {
                "in": "query",
                "name": "kind",
                "schema": {"enum": [each.value for each in DeltaKind]},
                "required": True,
            },
        ],
        "responses": {
            200: {"description": "The whole delta", "content": BINARY},
            206: {"description": "The range asked for", "content": BINARY},
        },
    },
)
def get_delta(request: HttpRequest, new: str) -> HttpResponseBase:
    """Send a delta to whoever may read both files, from any offset."""
    base, kind = str(request.GET.get("from", "")), str(request.GET.get("kind", ""))
    if kind not in set(DeltaKind):
        raise BlobUnknownError
    return sent(request, access_delta(person_of(request), checked(new), checked(base), kind))
