"""The API as one: routes, description, failures."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import msgspec
from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema

from sync.protocol.messages import (
    PROTOCOL,
    DeltaSearch,
    DeltasFound,
    DrainReply,
    DrainRequest,
    ExchangeReply,
    ExchangeRequest,
    Hint,
)
from sync.server.api import (
    blobs,
    deltas,
    exchanging,
    leaving,
    oauth,
    problems,
    streaming,
    uploads,
)
from sync.server.api.authentication import Dpop

#: What requests and answers in JSON are made of.
MESSAGES: Final = (
    ExchangeRequest,
    ExchangeReply,
    DeltaSearch,
    DeltasFound,
    DrainRequest,
    DrainReply,
    Hint,
)
_REFERENCE: Final = "#/components/schemas/{name}"


def program_version() -> str:
    """Return the installed version, "0" in a checkout that was never installed."""
    try:
        return version("boardpack")
    except PackageNotFoundError:
        return "0"


class BoardpackApi(NinjaAPI):
    """Describes the messages of the exchange from the very types that read them."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the description with the schemas of `sync.protocol`."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        _, found = msgspec.json.schema_components(MESSAGES, ref_template=_REFERENCE)
        schema["components"].setdefault("schemas", {}).update(found)
        return schema


class Health(Schema):
    """What a watch asks for."""

    status: str
    version: str
    protocol: int


api = BoardpackApi(
    title="boardpack",
    version="1",
    description="Dossiers of assemblies to the devices of their officials, and back.",
    docs_url=None,
    openapi_url="/api/v1/openapi.json",
    urls_namespace="api",
)
problems.install(api)
api.add_router("", oauth.router)
_device = Dpop()
for _router in (
    exchanging.router,
    blobs.router,
    deltas.router,
    uploads.router,
    streaming.router,
):
    api.add_router("/api/v1", _router, auth=_device)
api.add_router("/api/v1", leaving.router)


@api.get("/api/v1/health", response={200: Health}, tags=["health"])
def health(request: HttpRequest) -> Health:  # noqa: ARG001 ninja passes it
    """Say that the server answers."""
    return Health(status="ok", version=program_version(), protocol=PROTOCOL)
