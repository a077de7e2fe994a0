"""A person keeps their identities, wrapped by recovery words that never leave the device (D6).

A wrap that is replaced or retired is gone from every table at once: rows, feed and answers hold
nothing of it, so that the former words open nothing that this server gives.
"""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from sync.protocol.errors import BadEventError
from sync.protocol.messages import IdentitySealed, official_feed
from sync.server import audit, feeds, records
from sync.server.access import Person
from sync.server.actions import checks
from sync.server.models import Official, SealedIdentity
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
MAX_SIZE: Final = 16 * 1024
MAX_RETIRED: Final = 100


def do_keep_identity(person: Person, event: IdentitySealed) -> None:
    """Keep the newest wrap and tell everybody the recipient; to be called in a transaction.

    Raises:
        BadEventError: no recipient of age, no mark, or larger than the limits.
    """
    _check(event)
    row, _ = SealedIdentity.objects.update_or_create(
        official=person.official,
        recipient=event.recipient,
        defaults={
            "ciphertext": event.ciphertext,
            "kid": event.kid,
            "updated_at": clock.now(),
        },
    )
    own = [official_feed(person.official.id)]
    feeds.append(own, records.sealed_identity(row))
    for recipient in sorted(set(event.retires) - {event.recipient}):
        gone = SealedIdentity.objects.filter(official=person.official, recipient=recipient)
        if gone.delete()[0]:
            feeds.append_gone(own, "identity", recipient)
    _tell_recipient(person, event.recipient)
    audit.record(person, "keep_identity", event.recipient)


def _check(event: IdentitySealed) -> None:
    for recipient in (event.recipient, *event.retires):
        checks.recipient(recipient, "recipient")
    checks.mark(event.kid, "kid")
    if len(event.retires) > MAX_RETIRED:
        raise BadEventError(what="retires")
    if len(event.ciphertext) > MAX_SIZE:
        raise BadEventError(what="ciphertext")


def _tell_recipient(person: Person, recipient: str) -> None:
    official = Official.objects.select_for_update().get(id=person.official.id)
    if official.recipient == recipient:
        return
    official.recipient = recipient
    official.save(update_fields=["recipient"])
    feeds.append(records.feeds_of_official(official), records.official(official))
