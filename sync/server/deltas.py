"""What a device that lacks some files is offered, given what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from boardpack.domain import clock
from boardpack.domain.transfers import DeltaKind, DeltaOffer
from sync.protocol.errors import TooMuchError
from sync.protocol.messages import MAX_DELTA_FILES, DeltaSearch, DeltasFound, FoundDeltas
from sync.server.access import Person, access_pairs
from sync.server.models import DeltaPair

#: Deltas of a pair that is not done after so long are not waited for: the job has failed, or hangs
#: behind hundreds of others.
COMING: Final = timedelta(minutes=10)
#: After so many seconds a device may ask again: more when many pairs wait.
_SOON: Final = 2
_LATE: Final = 15
_PAIRS_A_SECOND: Final = 4


def search(person: Person, asked: DeltaSearch) -> DeltasFound:
    """Return what there is for each file that is wanted, in the order asked.

    A file that the person may not read, or that does not exist, has no deltas, like one that has
    none: the answer tells nothing about it.

    Raises:
        TooMuchError: more files than a search takes.
    """
    if max(len(asked.wanted), len(asked.held)) > MAX_DELTA_FILES:
        raise TooMuchError(limit=MAX_DELTA_FILES)
    since = clock.now() - COMING
    pairs: dict[str, list[DeltaPair]] = {}
    for pair in access_pairs(person, asked.wanted, asked.held):
        pairs.setdefault(pair.new_id, []).append(pair)
    wait = _wait(since)
    return DeltasFound(
        tuple(
            FoundDeltas(
                sha256,
                tuple(_offers(pairs.get(sha256, []), asked)),
                retry_after=wait if _is_coming(pairs.get(sha256, []), since) else 0,
            )
            for sha256 in dict.fromkeys(asked.wanted)
        )
    )


def _wait(since: datetime) -> int:
    """Return the seconds after which the pairs that wait may be done."""
    waiting = DeltaPair.objects.filter(computed_at=None, planned_at__gt=since).count()
    return min(_LATE, _SOON + waiting // _PAIRS_A_SECOND)


def _is_coming(pairs: Iterable[DeltaPair], since: datetime) -> bool:
    return any(each.computed_at is None and each.planned_at > since for each in pairs)


def _offers(pairs: Iterable[DeltaPair], asked: DeltaSearch) -> list[DeltaOffer]:
    """Return what the device can apply, the smallest first."""
    offers = [each for pair in pairs for each in _usable(pair, asked)]
    return sorted(offers, key=lambda each: (each.size, each.sha256))


def _usable(pair: DeltaPair, asked: DeltaSearch) -> Iterable[DeltaOffer]:
    for delta in pair.deltas.all():
        exact = delta.kind != DeltaKind.PDF or delta.deflate == asked.deflate
        if exact and delta.kind in asked.kinds:
            kind = DeltaKind(delta.kind)
            yield DeltaOffer(pair.base_id, kind, delta.artefact.size, delta.artefact_id)
