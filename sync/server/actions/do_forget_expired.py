"""What expired is forgotten: tokens, used proofs, wrong tries, jobs done, old deltas and heads."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django_tasks.base import TaskResultStatus

from boardpack.domain import clock
from sync.server.actions.delta_planning import RECENT
from sync.server.models import (
    DeltaPair,
    FailedTry,
    FeedHead,
    PublishedVersion,
    QueuedJob,
    SeenProof,
    Token,
)
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR
#: What was done can be looked up in the console for so long.
JOBS_KEPT: Final = timedelta(days=14)
#: A device that was away for longer receives whole files; the artefacts then go as files do.
DELTAS_KEPT: Final = timedelta(days=180)
#: A device that was away for longer reads on without comparing histories.
HEADS_KEPT: Final = timedelta(days=400)


def do_forget_expired(actor: Acting, *, dry_run: bool = False) -> dict[str, int]:
    """Delete expired rows, or with `dry_run` count them; return how many of each.

    Not audited: nobody can see a difference.
    """
    require_operator(actor)
    now = clock.now()
    expired = {
        "tokens": Token.objects.filter(expires_at__lte=now),
        "proofs": SeenProof.objects.filter(expires_at__lte=now),
        "tries": FailedTry.objects.filter(at__lte=now - timedelta(days=1)),
        "heads": FeedHead.objects.filter(at__lte=now - HEADS_KEPT),
        "jobs": QueuedJob.objects.filter(
            status=TaskResultStatus.SUCCESSFUL, finished_at__lte=now - JOBS_KEPT
        ),
        "deltas": DeltaPair.objects.filter(planned_at__lte=now - DELTAS_KEPT),
        "siblings": PublishedVersion.objects.filter(published_at__lte=now - RECENT),
    }
    counts = {name: rows.count() for name, rows in expired.items()}
    if not dry_run:
        with transaction.atomic():
            for rows in expired.values():
                rows.delete()
    return counts
