"""IT revokes a device; it counts from this instant."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from boardpack.domain.records import DeviceState
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, records, transactions
from sync.server.models import Device, Token
from sync.server.permission import Acting, Permission, require_operator

PERMISSION: Final = Permission.OPERATOR


def do_revoke_device(actor: Acting, device: Device) -> bool:
    """Revoke `device` and its tokens; return False when it was revoked before."""
    operator = require_operator(actor)

    def act() -> bool:
        row = Device.objects.select_for_update().get(id=device.id)
        if row.state == DeviceState.REVOKED:
            return False
        row.state, row.ended_at = DeviceState.REVOKED.value, clock.now()
        row.save(update_fields=["state", "ended_at"])
        Token.objects.filter(device=row).delete()
        feeds.append([official_feed(row.official_id)], records.device(row))
        audit.record(operator, "revoke_device", row.id, name=row.name, official=row.official_id)
        return True

    return transactions.run(act)
