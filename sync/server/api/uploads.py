"""HEAD and PATCH of uploads: resumable, a chunk of at most 8 MiB at a time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sync.protocol.errors import BadRequestError, TooMuchError
from sync.server.actions.do_receive_chunk import (
    MAX_CHUNK,
    Progress,
    do_receive_chunk,
    upload_progress,
)
from sync.server.api.authentication import person_of
from sync.server.api.blobs import checked
from sync.server.api.problems import Problem

router = Router(tags=["uploads"])
_DIGITS = 18
_INTEGER = {"type": "integer", "minimum": 0}


@router.api_operation(
    ["HEAD"],
    "/uploads/{sha256}",
    response={200: None, 401: Problem, 403: Problem, 404: Problem, 422: Problem, 503: Problem},
)
def head_upload(request: HttpRequest, sha256: str) -> HttpResponse:
    """Tell how many bytes are held (`Upload-Offset`); `Upload-Complete: ?1` when all are."""
    return _told(upload_progress(person_of(request), checked(sha256)), 200)


@router.patch(
    "/uploads/{sha256}",
    response={
        201: None,
        204: None,
        400: Problem,
        401: Problem,
        403: Problem,
        404: Problem,
        409: Problem,
        413: Problem,
        422: Problem,
        503: Problem,
        507: Problem,
    },
    openapi_extra={
        "parameters": [
            {"in": "header", "name": name, "schema": _INTEGER, "required": True}
            for name in ("Upload-Offset", "Upload-Length")
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        },
    },
)
def patch_upload(request: HttpRequest, sha256: str) -> HttpResponse:
    """Send the chunk at `Upload-Offset` of a file of `Upload-Length` bytes."""
    person = person_of(request)
    offset, length = _number(request, "Upload-Offset"), _number(request, "Upload-Length")
    if _declared(request) > MAX_CHUNK:
        raise TooMuchError(limit=MAX_CHUNK)
    progress = do_receive_chunk(person, checked(sha256), offset, length, request.body)
    return _told(progress, 201 if progress.complete else 204)


def _told(progress: Progress, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(progress.offset)
    if progress.complete:
        response["Upload-Complete"] = "?1"
    return response


def _declared(request: HttpRequest) -> int:
    # Without a declared length WSGI gives no body at all: the upload would never go on.
    if request.headers.get("Transfer-Encoding"):
        raise BadRequestError(what="Content-Length")
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdigit() and len(text) <= _DIGITS else 0


def _number(request: HttpRequest, name: str) -> int:
    text = str(request.headers.get(name, ""))
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise BadRequestError(what=name)
    return int(text)
