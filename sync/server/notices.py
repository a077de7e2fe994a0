"""What a device that may not come in any more is told, signed by the key that it pinned."""

from __future__ import annotations

from typing import Final

from boardpack.domain.records import DeviceState
from boardpack.domain.refusals import DeviceEndedError, DeviceRetiredError, DeviceRevokedError
from sync.protocol import notices
from sync.protocol.notices import Notice, Purpose
from sync.server import identity
from sync.server.access import may_drain
from sync.server.models import Device

_ERRORS: Final[dict[str, type[DeviceEndedError]]] = {
    DeviceState.REVOKED.value: DeviceRevokedError,
    DeviceState.RETIRED.value: DeviceRetiredError,
}


def refuse_ended(device: Device) -> None:
    """Refuse a device that was revoked or replaced, in the server's own signed word.

    For the device itself only: it has proved its key.

    Raises:
        DeviceRevokedError, DeviceRetiredError: their `notice` is the signed word.
    """
    kind = _ERRORS.get(device.state)
    if kind is None:
        return
    error = kind(name=device.name)
    error.notice = notices.sign(_notice(device), identity.server_key())
    raise error


def _notice(device: Device) -> Notice:
    purpose = Purpose.RETIRED
    if device.state == DeviceState.REVOKED:
        purpose = Purpose.WIPE if device.wipe else Purpose.REVOKED
    decided = device.ordered_at or device.ended_at
    return Notice(
        purpose=purpose,
        server_id=identity.state().id,
        device_id=device.id,
        issued_at=int(decided.timestamp()) if decided else 0,
        drain=may_drain(device),
        reason=device.reason,
    )
