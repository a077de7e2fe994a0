"""GET and HEAD of files, whole or a range (RFC 9110 §14); in production nginx sends the bytes."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from boardpack.domain.refusals import BlobUnknownError
from sync.protocol.errors import BadRangeError
from sync.server import blobs
from sync.server.access import access_blob
from sync.server.api.authentication import person_of
from sync.server.api.problems import Problem
from sync.server.models import Blob
from sync.server.plain_text import is_digest
from sync.server.storage.chosen import store

router = Router(tags=["blobs"])
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
BINARY: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def checked(sha256: str) -> str:
    """Return a well-formed digest; anything else names no file.

    Raises:
        BlobUnknownError: not 64 lower-case hexadecimal characters.
    """
    if not is_digest(sha256):
        raise BlobUnknownError
    return sha256


@router.api_operation(
    ["GET", "HEAD"],
    "/blobs/{sha256}",
    response={401: Problem, 404: Problem, 416: Problem, 503: Problem},
    openapi_extra={
        "responses": {
            200: {"description": "The whole file", "content": BINARY},
            206: {"description": "The range asked for", "content": BINARY},
        }
    },
)
def get_blob(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Send a file that some feed of the caller names, from any offset."""
    return sent(request, access_blob(person_of(request), checked(sha256)))


def sent(request: HttpRequest, blob: Blob) -> HttpResponseBase:
    """Return the response that sends a file, or the range of it that was asked for."""
    start, length = _asked(request, blob)
    response = _body(request, blob, start, length)
    response["Content-Type"] = "application/octet-stream"
    response["ETag"] = f'"{blob.sha256}"'
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _asked(request: HttpRequest, blob: Blob) -> tuple[int, int]:
    """Return first byte and length asked for; a header that is no single range means the whole."""
    condition = request.headers.get("If-Range")
    found = _RANGE.fullmatch(str(request.headers.get("Range", "")).strip())
    if found is None or (condition and condition != f'"{blob.sha256}"'):
        return 0, blob.size
    first, last = found.groups()
    if not first and not last:
        return 0, blob.size
    if not first:
        start = max(0, blob.size - int(last))
        end = blob.size - 1
    else:
        start = int(first)
        end = min(int(last), blob.size - 1) if last else blob.size - 1
    if start >= blob.size or end < start:
        raise BadRangeError(size=blob.size)
    return start, end - start + 1


def _body(request: HttpRequest, blob: Blob, start: int, length: int) -> HttpResponseBase:
    prefix = str(settings.BLOB_REDIRECT).rstrip("/")
    response: HttpResponseBase
    if request.method == "HEAD":
        # The database knows: nobody has to look at the bytes.
        response = HttpResponse()
    elif prefix:
        # From a folder nginx sends the request's Range by itself; a bucket is asked for ours.
        response = HttpResponse()
        response["X-Accel-Redirect"] = prefix + store().address(blob.sha256)
        if length != blob.size:
            response["X-Blob-Range"] = f"bytes={start}-{start + length - 1}"
        return response
    else:
        response = StreamingHttpResponse(blobs.pieces(blob.sha256, start, length))
    response["Content-Length"] = str(length)
    if length != blob.size:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{blob.size}"
    return response
