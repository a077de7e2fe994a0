"""The one thing that can go wrong with a delta."""

from __future__ import annotations

from boardpack.domain.errors import SurroundingsError


class BadDeltaError(SurroundingsError):
    """A delta is malformed, breaks a limit, or does not make the file from that base (`reason`)."""

    code = "delta.bad"
