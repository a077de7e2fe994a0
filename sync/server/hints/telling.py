"""What a stream is told, from the database: who may listen, and how far their feeds are.

Everything here blocks, and runs on the threads of `Hints`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from boardpack.domain.errors import BoardpackError
from sync.protocol import codec
from sync.protocol.errors import BadRequestError, NoAccessError
from sync.protocol.messages import EVENT_STREAM, STREAM_PATH, Hint
from sync.server import feeds, identity
from sync.server.access import Person, access_person
from sync.server.api.authentication import authenticate
from sync.server.api.middleware import WireMiddleware
from sync.server.api.problems import problem

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """How a request is answered; `device_id` only where a stream begins."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    device_id: str = ""


def with_database(work: Callable[[], T]) -> T:
    """Do `work` with a connection that is fit for use, given back afterwards."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


def admit(scope: dict[str, Any], refusal: BoardpackError | None = None) -> Answer:
    """Answer a request with the very checks of the API; `refusal` counts for who may come in."""
    found: list[Person] = []

    def view(request: HttpRequest) -> HttpResponseBase:
        try:
            if (request.method, request.path) != ("GET", STREAM_PATH):
                raise NoAccessError
            person = authenticate(request)
            if refusal is not None:
                raise refusal
        except SuspiciousOperation:
            return problem(request, BadRequestError(what="request"))
        except BoardpackError as error:
            return problem(request, error)
        found.append(person)
        # nginx and its like would otherwise keep a hint until there are some kilobytes of them.
        return HttpResponse(content_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})

    response = WireMiddleware(view)(ASGIRequest(scope, BytesIO()))
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.items()
    ]
    body = response.content if isinstance(response, HttpResponse) else b""
    device_id = found[0].device.id if found else ""
    return Answer(response.status_code, headers, body, device_id)


def counters() -> dict[str, int]:
    """Return the number of every feed: the one query that a second costs."""
    return feeds.counters()


def tell(device_id: str) -> Hint:
    """Return how far the feeds of the person at this device are, as they may read them now.

    Raises:
        NotAuthorisedError, DeviceRevokedError, DeviceRetiredError: it may listen no longer.
    """
    person = access_person(device_id)
    return Hint(identity.state().epoch, feeds.places(person.feeds))


def event(hint: Hint) -> bytes:
    """Return a hint as an event of the stream (HTML standard, 9.2)."""
    return b"event: hint\ndata: " + codec.encode(hint) + b"\n\n"
