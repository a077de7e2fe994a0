"""A person keeps where they stopped reading, sealed; the server cannot tell what was read.

Not audited, like notes: IT cannot watch who reads when.
"""

from __future__ import annotations

from typing import Final

from sync.protocol.errors import BadEventError
from sync.protocol.messages import PositionSealed, official_feed
from sync.server import feeds, records
from sync.server.access import Person
from sync.server.actions import checks
from sync.server.models import SealedPosition
from sync.server.permission import Permission

PERMISSION: Final = Permission.SELF
MAX_SIZE: Final = 4096


def do_keep_position(person: Person, event: PositionSealed) -> None:
    """Keep the newest state of the position; to be called in a transaction.

    Raises:
        BadEventError: larger than `MAX_SIZE`.
    """
    checks.identifier(event.position_id, "position_id")
    if len(event.ciphertext) > MAX_SIZE:
        raise BadEventError(what="ciphertext")
    row, _ = SealedPosition.objects.update_or_create(
        official=person.official,
        position_id=event.position_id,
        defaults={"ciphertext": event.ciphertext},
    )
    feeds.append([official_feed(person.official.id)], records.position(row))
