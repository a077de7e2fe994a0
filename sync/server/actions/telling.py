"""When readers are told of a revision: at once, or from the instant that its secretariat set.

Until then only the secretariat's own feed has it, and only its members may ask for its files. One
place tells readers, so that nothing can be told early by another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from boardpack.domain import clock
from boardpack.domain.dossier import Dossier, Telling
from boardpack.domain.errors import SurroundingsError
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import assembly_feed, secretariat_feed
from sync.server import blobs, feeds, spreading
from sync.server.actions import sealed_ahead
from sync.server.models import DossierRevision, Sitting


class TooEarlyError(SurroundingsError):
    """The instant from which readers may be told has not come."""

    code = "server.too_early"


def waits(dossier: Dossier, now: datetime) -> bool:
    """Whether readers are told of a revision later than `now`."""
    return dossier.not_before is not None and dossier.not_before > now


def require_untold(sitting: Sitting | None) -> None:
    """Refuse to put off what corrects a dossier that readers have: they get it at once.

    Raises:
        BadEventError: readers were told of this sitting before.
    """
    if sitting is not None and sitting.told_at is not None:
        raise BadEventError(what="not_before")


def put_off(dossier: Dossier) -> Dossier:
    """Return a revision as its secretariat has it until readers are told."""
    instant = dossier.not_before or dossier.revised_at
    return replace(dossier, telling=Telling.WAITS, first_sent_at=instant, revised_at=instant)


def show_office(dossier: Dossier) -> None:
    """Give a revision that waits to its secretariat; to be called in a transaction."""
    feed = secretariat_feed(dossier.assembly_id)
    blobs.grant(_digests(dossier), [feed])
    feeds.append([feed], dossier)


def tell(
    sitting: Sitting, revision: DossierRevision, before: Dossier | None, *, early: bool = False
) -> None:
    """Tell readers of a revision, at this instant; to be called in a transaction.

    Args:
        sitting: its row, locked.
        revision: what they are told.
        before: the revision that they have, None when they were told of none.
        early: its secretariat wants it so.

    Raises:
        TooEarlyError: its instant has not come; nothing was told.
    """
    now = clock.now()
    dossier = codec.decode(bytes(revision.body), Dossier)
    if waits(dossier, now) and not early:
        raise TooEarlyError
    had = {*(before.digests() if before else ()), *sealed_ahead.held(sitting)}
    told = replace(
        dossier,
        telling=Telling.TOLD,
        first_sent_at=before.first_sent_at if before else now,
        revised_at=now,
        spread_s=spreading.seconds(dossier, had),
    )
    revision.body = codec.encode(told)
    revision.save(update_fields=["body"])
    first = sitting.told_at is None
    if first:
        # By its secretariat's own word it may be told while it is held.
        sitting.told_at, sitting.held = now, False
        sitting.save(update_fields=["told_at", "held"])
    feed = assembly_feed(told.assembly_id)
    blobs.grant(_digests(told), [feed])
    if first:
        sealed_ahead.give_keys(sitting)
    feeds.append([feed], told)
    # The secretariat reads the assembly's feed too: one record of a sitting, in one feed.
    feeds.withdraw(secretariat_feed(told.assembly_id), told)


def _digests(dossier: Dossier) -> Iterator[str]:
    for document in dossier.documents:
        for version in document.versions:
            yield version.sha256
