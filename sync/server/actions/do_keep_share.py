"""A secretariat's device seals the signing key to the agents of today."""

from __future__ import annotations

from typing import Final

from sync.protocol.errors import BadEventError
from sync.protocol.messages import AssemblyKeyShared, secretariat_feed
from sync.server import audit, feeds, records
from sync.server.access import Person, access_key
from sync.server.actions import checks
from sync.server.models import KeyShare
from sync.server.permission import Permission

PERMISSION: Final = Permission.OFFICE
MAX_RECIPIENTS: Final = 200
MAX_SIZE: Final = 64 * 1024


def do_keep_share(person: Person, event: AssemblyKeyShared) -> None:
    """Keep the sealed key for its secretariat; to be called in a transaction.

    Raises:
        NoAccessError: no such key of an assembly whose secretariat the sender is.
        BadEventError: too many recipients, or too large.
    """
    share = event.share
    checks.identifier(share.key_id, "key_id")
    if not 0 < len(share.recipients) <= MAX_RECIPIENTS or len(share.sealed) > MAX_SIZE:
        raise BadEventError(what="share")
    for each in share.recipients:
        checks.text(each, "recipient", 100, empty=False)
    key = access_key(person, share.key_id)
    row, _ = KeyShare.objects.update_or_create(
        key=key, defaults={"recipients": list(share.recipients), "sealed": share.sealed}
    )
    feeds.append([secretariat_feed(key.assembly_id)], records.key_share(row))
    audit.record(
        person, "share_assembly_key", key.id, assembly=key.assembly_id, agents=len(share.recipients)
    )
