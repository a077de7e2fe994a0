"""Under which address this server is known, and which address a request came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

_PORTS = {"http": 80, "https": 443}


def origin(request: HttpRequest) -> str:
    """Return the server's address without a slash: the configured one, else the one called."""
    return str(settings.PUBLIC_URL) or f"{request.scheme}://{request.get_host()}"


def same(one: str, other: str) -> bool:
    """Compare two addresses as RFC 9449 §4.3 does: without query, fragment and default port."""
    return _parts(one) == _parts(other)


def _parts(address: str) -> tuple[str, str, int | None, str] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme.lower())
    except ValueError:
        return None
    return parts.scheme.lower(), (parts.hostname or "").lower(), port, parts.path or "/"


def sender(request: HttpRequest) -> str:
    """Return the address of the caller; a proxy of ours appends it last to X-Forwarded-For."""
    forwarded = str(request.headers.get("X-Forwarded-For", ""))
    if settings.BEHIND_PROXY and forwarded:
        return forwarded.rsplit(",", maxsplit=1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
