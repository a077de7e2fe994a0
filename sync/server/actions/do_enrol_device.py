"""A device registers with a one-time code (RFC 7591); the official's former device retires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain import clock, ids
from boardpack.domain.records import DeviceState
from boardpack.domain.refusals import BadCodeError, DeviceAlreadyActiveError
from sync.protocol.errors import BadRegistrationError
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, records, transactions
from sync.server.access import Person
from sync.server.actions.do_count_try import do_count_try, require_few_tries
from sync.server.actions.do_issue_code import code_hash
from sync.server.actions.do_refresh_access import do_refresh_access
from sync.server.models import Device, EnrolmentCode, Official, SealedIdentity, Token
from sync.server.permission import Permission

PERMISSION: Final = Permission.CODE


@dataclass(frozen=True)
class Registration:
    """What a device asks with.

    Attributes:
        jwk: its public P-256 key, checked; `thumbprint` is that of RFC 7638.
        recipient: public age recipient for the person's notes, while no other can come back.
        replace: the person agreed that their former device retires.
    """

    code: str
    name: str
    jwk: dict[str, str]
    thumbprint: str
    recipient: str
    replace: bool


@dataclass(frozen=True)
class Enrolled:
    """The new device, and the name of the one that it retired.

    Attributes:
        identity_kept: recovery words bring a former identity of the official back; until the
            device says which one is in force, others go on sealing to the former.
    """

    device: Device
    retired: str
    identity_kept: bool


def do_enrol_device(registration: Registration, address: str) -> Enrolled:
    """Enrol the device, once a code.

    A registration whose answer was lost may be sent again with the same key and code.

    Raises:
        BadCodeError: wrong, used or too old.
        TooManyTriesError: too many wrong codes came from this address within a minute.
        DeviceAlreadyActiveError: and `replace` was not asked; the code still counts.
        BadRegistrationError: the key belongs to another device.
    """
    require_few_tries("code", address)
    try:
        return transactions.run(lambda: _enrol(registration))
    except BadCodeError:
        do_count_try("code", address)
        raise


def _enrol(registration: Registration) -> Enrolled:
    code = (
        EnrolmentCode.objects.select_for_update().filter(code_hash=code_hash(registration.code))
    ).first()
    if code is None:
        raise BadCodeError
    if code.used_at is not None:
        return _again(code, registration)
    if code.expires_at <= clock.now():
        raise BadCodeError
    if Device.objects.filter(thumbprint=registration.thumbprint).exists():
        raise BadRegistrationError(what="key")
    official = Official.objects.select_for_update().get(id=code.official_id)
    retired = _retire(official, replace=registration.replace)
    kept = _identity_kept(official)
    if not kept:
        official.recipient = registration.recipient
        official.save(update_fields=["recipient"])
    device = _keep(official, registration)
    code.used_at, code.device = device.enrolled_at, device
    code.save(update_fields=["used_at", "device"])
    audit.record(Person(official, device), "enrol_device", device.id, name=device.name)
    return Enrolled(device, retired, kept)


def _identity_kept(official: Official) -> bool:
    return SealedIdentity.objects.filter(official=official).exists()


def _again(code: EnrolmentCode, registration: Registration) -> Enrolled:
    device = code.device
    if (
        device is None
        or device.thumbprint != registration.thumbprint
        or device.state != DeviceState.ACTIVE
    ):
        raise BadCodeError
    return Enrolled(device, "", _identity_kept(device.official))


def _retire(official: Official, *, replace: bool) -> str:
    former = Device.objects.filter(official=official, state=DeviceState.ACTIVE).first()
    if former is None:
        return ""
    if not replace:
        raise DeviceAlreadyActiveError(name=former.name, since=clock.stamp(former.enrolled_at))
    former.state, former.ended_at = DeviceState.RETIRED.value, clock.now()
    former.save(update_fields=["state", "ended_at"])
    Token.objects.filter(device=former).delete()
    feeds.append([official_feed(official.id)], records.device(former))
    return former.name


def _keep(official: Official, registration: Registration) -> Device:
    device = Device.objects.create(
        id=ids.new_id(),
        official=official,
        name=registration.name,
        jwk=registration.jwk,
        thumbprint=registration.thumbprint,
        enrolled_at=clock.now(),
    )
    feeds.append([official_feed(official.id)], records.device(device))
    feeds.append(records.feeds_of_official(official), records.official(official))
    do_refresh_access(official.id)
    return device
