"""Wrong codes and passwords are counted by address, so that nobody can try them all."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.domain.refusals import TooManyTriesError
from sync.server.models import FailedTry
from sync.server.permission import Permission

PERMISSION: Final = Permission.CODE
MAX_TRIES: Final = 10
WINDOW: Final = timedelta(minutes=1)


def require_few_tries(kind: str, address: str) -> None:
    """Let pass who tried wrongly less than `MAX_TRIES` times within the window.

    Raises:
        TooManyTriesError: and `seconds` says how long to wait.
    """
    since = clock.now() - WINDOW
    FailedTry.objects.filter(at__lte=since).delete()
    if FailedTry.objects.filter(kind=kind, address=address[:45]).count() >= MAX_TRIES:
        raise TooManyTriesError(seconds=int(WINDOW.total_seconds()))


def do_count_try(kind: str, address: str) -> None:
    """Count a wrong try; not audited, since strangers could fill the audit with it."""
    FailedTry.objects.create(kind=kind, address=address[:45], at=clock.now())
