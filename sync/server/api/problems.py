"""Failures as HTTP: status, ``{"code", "parameters"}``, and the words of OAuth where it asks."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from boardpack.domain import refusals
from boardpack.domain.errors import ActionableError, BoardpackError, BugError
from sync.protocol import errors
from sync.protocol.codec import UnreadableMessageError

_log = logging.getLogger("boardpack.server.api")

STATUS: Final[dict[type[BoardpackError], int]] = {
    refusals.BadCodeError: 401,
    refusals.TooManyTriesError: 429,
    refusals.DeviceAlreadyActiveError: 409,
    refusals.DeviceRevokedError: 401,
    refusals.DeviceRetiredError: 401,
    errors.BadRegistrationError: 400,
    errors.NotAuthorisedError: 401,
    errors.NonceNeededError: 401,
    refusals.BlobUnknownError: 404,
    # Not "try later", which would hold up all else that the device waits for.
    errors.BlobLostError: 404,
    refusals.BlobNotAllowedError: 403,
    refusals.BlobWrongDigestError: 422,
    refusals.BlobTooLargeError: 413,
    refusals.QuotaExceededError: 507,
    errors.WrongOffsetError: 409,
    errors.BadRangeError: 416,
    errors.NoAccessError: 404,
    errors.RoleNeededError: 403,
    errors.BadRequestError: 400,
    errors.ProtocolMismatchError: 409,
    errors.TooMuchError: 413,
    errors.StorageFullError: 507,
    UnreadableMessageError: 400,
}
#: RFC 6749 §5.2, RFC 7591 §3.2.2, RFC 9449 §5 and §8.
OAUTH: Final[dict[type[BoardpackError], str]] = {
    refusals.BadCodeError: "invalid_token",
    refusals.DeviceRevokedError: "invalid_client",
    refusals.DeviceRetiredError: "invalid_client",
    errors.BadRegistrationError: "invalid_client_metadata",
    errors.NotAuthorisedError: "invalid_client",
    errors.NonceNeededError: "use_dpop_nonce",
    errors.BadRequestError: "invalid_request",
}


class Problem(Schema):
    """What every failure answers; `error` only where OAuth asks for its word.

    `notice` is a JWS by the server's key: to a device that was revoked or replaced.
    """

    code: str
    parameters: dict[str, str | int]
    error: str | None = None
    notice: str | None = None


def _status(error: BoardpackError) -> int:
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    if isinstance(error, BugError):
        return 500
    return 409 if isinstance(error, ActionableError) else 503


def problem(request: HttpRequest, error: BoardpackError) -> HttpResponse:
    """Return the response of a failure that we name."""
    status = _status(error)
    body: dict[str, object] = {"code": error.code, "parameters": error.parameters}
    if isinstance(error, refusals.DeviceEndedError) and error.notice:
        body["notice"] = error.notice
    oauth = request.path.startswith("/oauth/")
    if oauth:
        body["error"] = OAUTH.get(type(error), "invalid_request")
    if oauth and isinstance(error, errors.NonceNeededError):
        status = 400
    response = JsonResponse(body, status=status)
    if status == 401 and not oauth:  # noqa: PLR2004 the HTTP status
        word = OAUTH.get(type(error), "")
        word = word if word == "use_dpop_nonce" else "invalid_token"
        response["WWW-Authenticate"] = f'DPoP error="{word}", algs="ES256"'
    if isinstance(error, refusals.TooManyTriesError):
        response["Retry-After"] = str(error.parameters.get("seconds", 60))
    if isinstance(error, errors.StorageUnavailableError | errors.TooManyStreamsError):
        response["Retry-After"] = "30"
    if isinstance(error, errors.WrongOffsetError):
        response["Upload-Offset"] = str(error.parameters["offset"])
    return response


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    found = error.errors if isinstance(error, ValidationError) else []
    places = sorted({".".join(str(part) for part in each["loc"]) for each in found})
    return problem(request, errors.BadRequestError(what=", ".join(places)[:200]))


def _unparsable(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """Answer a body that is no JSON: the framework's own words would be none of ours."""
    _log.info("%s %s: %s", request.method, request.path, error)
    return problem(request, errors.BadRequestError(what="body"))


def _defect(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    _log.error(
        "%s %s",
        request.method,
        request.path,
        exc_info=error if isinstance(error, Exception) else True,
    )
    return problem(request, errors.ServerDefectError())


def _suspicious(
    request: HttpRequest, error: SuspiciousOperation | type[SuspiciousOperation]
) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return problem(request, errors.TooMuchError(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    return problem(request, errors.BadRequestError(what="request"))


def _cut(
    request: HttpRequest, error: UnreadablePostError | type[UnreadablePostError]
) -> HttpResponse:
    """Answer a caller who went away in the middle of a body: nobody's defect."""
    _log.info("%s %s was cut: %s", request.method, request.path, error)
    return problem(request, errors.BadRequestError(what="body"))


def install(api: NinjaAPI) -> None:
    """Let `api` answer every failure so."""

    @api.exception_handler(BoardpackError)
    def _named(request: HttpRequest, error: BoardpackError) -> HttpResponse:
        return problem(request, error)

    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _unparsable)
    api.add_exception_handler(SuspiciousOperation, _suspicious)
    api.add_exception_handler(UnreadablePostError, _cut)
    api.add_exception_handler(Exception, _defect)
