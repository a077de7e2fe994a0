"""IT revokes a device, and may order that it be erased; it counts from this instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain import clock
from boardpack.domain.records import DeviceState, RevocationReason
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, records, transactions
from sync.server.models import Device, Token
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


@dataclass(frozen=True)
class Revocation:
    """What is to become of a device beside being shut out.

    Attributes:
        wipe: it destroys what it holds as soon as it hears of it.
        drain: before that it may hand in notes and receipts that wait.
    """

    wipe: bool = False
    drain: bool = False
    reason: RevocationReason = RevocationReason.OTHER


REVOKE_ONLY: Final = Revocation()


def do_revoke_device(actor: Acting, device: Device, given: Revocation = REVOKE_ONLY) -> bool:
    """Revoke `device` and its tokens; return False when nothing changed.

    A device that was revoked before may still be ordered to erase itself; an order is never taken
    back: the device may have obeyed already.
    """
    operator = require_operator(actor)

    def act() -> bool:
        row = Device.objects.select_for_update().get(id=device.id)
        was_revoked = row.state == DeviceState.REVOKED
        if was_revoked and (row.wipe or not given.wipe):
            return False
        now = clock.now()
        row.state, row.ended_at = DeviceState.REVOKED.value, row.ended_at or now
        row.wipe, row.drain, row.reason = given.wipe, given.drain, given.reason.value
        row.ordered_at = now
        row.save(
            update_fields=["state", "ended_at", "wipe", "drain", "reason", "ordered_at"],
        )
        Token.objects.filter(device=row).delete()
        if not was_revoked:
            feeds.append([official_feed(row.official_id)], records.device(row))
        audit.record(
            operator,
            "revoke_device",
            row.id,
            name=row.name,
            official=row.official_id,
            wipe=int(row.wipe),
            drain=int(row.drain),
            reason=row.reason,
        )
        return True

    return transactions.run(act)
