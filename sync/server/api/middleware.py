"""What every answer to a device carries: a fresh nonce, no caching, a failure we name."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from sync.protocol.errors import BadRequestError, NoAccessError
from sync.server.api import nonce
from sync.server.api.problems import problem

_PREFIXES = ("/api/", "/oauth/", "/.well-known/")
#: What only a browser that shows a page obeys; devices would pay for it at each call.
_FOR_PAGES = (
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Frame-Options",
)
_NOT_FOUND = 404
_FIRST_FAILURE = 400


class WireMiddleware:
    """For the paths of devices only; the console keeps Django's own pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then complete the headers."""
        response = self.get_response(request)
        if not request.path.startswith(_PREFIXES):
            return response
        json = str(response.get("Content-Type", "")).startswith("application/json")
        if response.status_code >= _FIRST_FAILURE and not json and request.method != "HEAD":
            found = response.status_code
            error = NoAccessError() if found == _NOT_FOUND else BadRequestError(what="request")
            renamed = problem(request, error)
            renamed.status_code = found
            response = renamed
        for name in _FOR_PAGES:
            response.headers.pop(name, None)
        response["DPoP-Nonce"] = nonce.issue()
        response.setdefault("Cache-Control", "no-store")
        return response
