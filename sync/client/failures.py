"""Replys that are no success, as errors of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, Parameter
from boardpack.domain.ports import ThrottledError
from boardpack.domain.refusals import DeviceEndedError
from sync.client import errors
from sync.protocol.codec import UnreadableMessageError
from sync.protocol.errors import named

UNAUTHORISED: Final = 401
FORBIDDEN: Final = 403
TOO_MANY: Final = 429
UNAVAILABLE: Final = 503
_FIRST_SERVER_ERROR: Final = 500
_FIRST_CLIENT_ERROR: Final = 400
_NO_ROOM: Final = 507
#: When the server names no time.
_DEFAULT_WAIT: Final = 5.0
_LONGEST: Final = 86_400.0


@dataclass(frozen=True)
class Reply:
    """A whole answer; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Problem(msgspec.Struct):
    code: str
    parameters: dict[str, Parameter] = {}
    notice: str = ""


def unreadable() -> UnreadableMessageError:
    """Return the error of an answer that is not the server's own."""
    return UnreadableMessageError(what="HTTP")


def problem_code(reply: Reply) -> str:
    """Return the server's own code for its failure, empty when it gave none."""
    found = _problem(reply)
    return found.code if found else ""


def _problem(reply: Reply) -> _Problem | None:
    try:
        return msgspec.json.decode(reply.body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def failure(reply: Reply) -> BoardpackError:
    """Return what an answer that is no success means.

    The server's own word counts first. Without it a proxy or a login page may be speaking: that
    never means more than "not now".
    """
    problem = _problem(reply)
    if reply.status in {TOO_MANY, UNAVAILABLE}:
        known = named(problem.code, problem.parameters) if problem else None
        # Too many wrong enrolment codes is told to the person; other delays are just obeyed.
        return known if known and reply.status == TOO_MANY else ThrottledError(_wait(reply))
    if problem is not None:
        known = named(problem.code, problem.parameters)
        if isinstance(known, DeviceEndedError):
            known.notice = problem.notice
        return known or errors.RefusedError(reason=problem.code[:100])
    if reply.status >= _FIRST_SERVER_ERROR and reply.status != _NO_ROOM:
        return errors.ServerFailedError(status=reply.status)
    if reply.status in {UNAUTHORISED, FORBIDDEN}:
        return errors.NotAuthorisedError()
    if reply.status >= _FIRST_CLIENT_ERROR:
        return errors.RefusedError(reason=str(reply.status))
    return unreadable()


def _wait(reply: Reply) -> float:
    """Read Retry-After (RFC 9110 §10.2.3): seconds, or a date."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < len("1000000000"):
        return min(float(text), _LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return _DEFAULT_WAIT
    return min(max(0.0, (_aware(moment) - clock.now()).total_seconds()), _LONGEST)


def date_of(reply: Reply) -> datetime | None:
    """Read the server's clock (Date, RFC 9110 §6.6.1); None when it does not tell."""
    try:
        return _aware(parsedate_to_datetime(reply.headers.get("date", "")))
    except (ValueError, TypeError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
