"""POST /api/v1/exchange."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sync.server.api.authentication import person_of
from sync.server.api.problems import Problem
from sync.server.exchange import exchange

router = Router(tags=["exchange"])
JSON = "application/json"
_SCHEMAS = "#/components/schemas/"


@router.post(
    "/exchange",
    response={400: Problem, 401: Problem, 409: Problem, 413: Problem},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}ExchangeRequest"}}},
        },
        "responses": {
            200: {
                "description": "Answers, changes and the new cursor",
                "content": {JSON: {"schema": {"$ref": f"{_SCHEMAS}ExchangeReply"}}},
            }
        },
    },
)
def post_exchange(request: HttpRequest) -> HttpResponse:
    """Send events, get their answers and what changed after the cursor."""
    return HttpResponse(exchange(person_of(request), request.body), content_type=JSON)
