"""GET /api/v1/stream, as this process answers it: hints come from a process of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sync.protocol.errors import NoAccessError
from sync.protocol.messages import EVENT_STREAM
from sync.server.api.problems import Problem

router = Router(tags=["hints"])
_EVENTS = "Events `hint`, whose data is a Hint; a comment at once and every 15 seconds"


@router.get(
    "/stream",
    response={401: Problem, 404: Problem, 503: Problem},
    openapi_extra={
        "responses": {
            200: {"description": _EVENTS, "content": {EVENT_STREAM: {"schema": {"type": "string"}}}}
        }
    },
)
def get_stream(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 ninja passes it
    """Hear at once when something changed; 404: not here, ask by exchanges from time to time."""
    raise NoAccessError
