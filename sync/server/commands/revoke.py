"""`revoke EMAIL|DEVICE`: nothing reaches that device any more, from this instant."""

from __future__ import annotations

from boardpack.domain.records import DeviceState, RevocationReason
from boardpack.messages import _
from sync.server.actions.do_revoke_device import Revocation, do_revoke_device
from sync.server.commands.enrol import NoSuchOfficialError, find
from sync.server.commands.outcome import Outcome
from sync.server.models import Device
from sync.server.permission import Operator


def run(*, given: str, wipe: bool, drain: bool, reason: str) -> Outcome:
    """Revoke the active device of an official, or the device of that identifier."""
    if "@" in given:
        devices = list(Device.objects.filter(official=find(given), state=DeviceState.ACTIVE))
    else:
        devices = list(Device.objects.filter(id=given.strip().lower()))
        if not devices:
            raise NoSuchOfficialError(given=given)
    operator = Operator("boardpack-server revoke")
    wanted = Revocation(wipe, drain, RevocationReason(reason))
    revoked = [device for device in devices if do_revoke_device(operator, device, wanted)]
    lines = [_("Revoked: {device}").format(device=device) for device in revoked]
    if wipe and revoked:
        lines.append(_("It erases itself at its next contact; the console shows when it did."))
    if not revoked:
        lines = [_("No device to revoke.")]
    facts = {
        "revoked": [device.id for device in revoked],
        "names": [str(each) for each in revoked],
        "wipe": wipe,
        "drain": drain,
    }
    return Outcome(facts, lines)
