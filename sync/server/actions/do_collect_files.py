"""Files that nothing names are removed after a time of grace.

Nothing names a file when no feed was told of it since its upload and no delta is made of it. The
file's row is locked while its bytes go: who names it at the same instant either comes first, and it
stays, or comes after, and is told to upload it again (`blob.missing`). Bytes without a row, which a
crash left, get one and then go the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, ProtectedError, QuerySet

from boardpack.domain import clock
from sync.server import audit, transactions
from sync.server.models import Blob, BlobGrant, Delta
from sync.server.permission import Acting, Operator, Permission, require_operator
from sync.server.storage.chosen import store
from sync.server.storage.port import Stored

PERMISSION: Final = Permission.OPERATOR
_BATCH: Final = 500


@dataclass(frozen=True)
class Collected:
    """How many files went, or would go, and their bytes."""

    files: int = 0
    size: int = 0


def do_collect_files(actor: Acting, *, dry_run: bool = False) -> Collected:
    """Remove what nothing has named for the days of grace; with `dry_run` only count it."""
    operator = require_operator(actor)
    cutoff = clock.now() - timedelta(days=settings.GRACE_DAYS)
    strays = list(_strays(cutoff))
    if dry_run:
        rows = list(_unnamed(cutoff).values_list("size", flat=True))
        sizes = [store().size(each.sha256) or 0 for each in strays]
        return Collected(len(rows) + len(strays), sum(rows) + sum(sizes))
    for stray in strays:
        _adopt(stray)
    names = list(_unnamed(cutoff).values_list("sha256", flat=True))
    gone = [size for size in (_collect(operator, each, cutoff) for each in names) if size >= 0]
    return Collected(len(gone), sum(gone))


def _unnamed(cutoff: datetime) -> QuerySet[Blob]:
    named = BlobGrant.objects.filter(blob=OuterRef("pk"), uploaded=False)
    made = Delta.objects.filter(artefact=OuterRef("pk"))
    return Blob.objects.filter(~Exists(named), ~Exists(made), created_at__lt=cutoff)


def _strays(cutoff: datetime) -> Iterator[Stored]:
    """Yield bytes that lie in the store without a row."""
    old = (each for each in store().stored() if each.written_at < cutoff)
    while batch := list(islice(old, _BATCH)):
        digests = [each.sha256 for each in batch]
        known = set(Blob.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
        yield from (each for each in batch if each.sha256 not in known)


def _adopt(stray: Stored) -> None:
    size = store().size(stray.sha256)
    if size is not None:
        defaults = {"size": size, "created_at": stray.written_at}
        Blob.objects.get_or_create(sha256=stray.sha256, defaults=defaults)


def _collect(operator: Operator, sha256: str, cutoff: datetime) -> int:
    """Remove one file; return its size, or -1 when somebody named it meanwhile."""

    def act() -> int:
        row = Blob.objects.select_for_update().filter(sha256=sha256).first()
        # Asked again under the lock: a query of its own, so that it sees what was committed.
        if row is None or not _unnamed(cutoff).filter(sha256=sha256).exists():
            return -1
        try:
            row.delete()
        except ProtectedError:
            return -1
        store().delete(sha256)
        audit.record(operator, "collect_file", sha256[:16], size=row.size)
        return row.size

    return transactions.run(act)
