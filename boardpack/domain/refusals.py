"""Refusals that the server sends and a device names alike: one class for both ends.

On the wire each is ``{"code": …, "parameters": {…}}`` (RFC 9457 in spirit, our shape). The texts
are in ``resources/errors/device.*.toml`` and ``blob.*.toml``.
"""

from __future__ import annotations

from boardpack.domain.errors import ActionableError, SurroundingsError


class BadCodeError(ActionableError):
    """The enrolment code is unknown, used or older than 48 hours."""

    code = "device.bad_code"


class TooManyTriesError(SurroundingsError):
    """Too many wrong enrolment codes came from this address."""

    code = "device.too_many_tries"


class DeviceAlreadyActiveError(ActionableError):
    """The official has an active device; enrolling this one would retire it.

    Parameters: `name` of the active device, `since` (RFC 3339).
    """

    code = "device.already_active"


class DeviceEndedError(ActionableError):
    """This device may not come in any more.

    Attributes:
        notice: the server's signed word on it, as it came: empty where a proxy or a portal speaks.
    """

    notice = ""


class DeviceRevokedError(DeviceEndedError):
    """The IT department revoked this device."""

    code = "device.revoked"


class DeviceRetiredError(DeviceEndedError):
    """Another device of the same official replaced this one."""

    code = "device.retired"


class NotHandedInError(ActionableError):
    """A device that was revoked or replaced can hand in notes and receipts, once; nothing else."""

    code = "device.not_handed_in"


class BlobUnknownError(SurroundingsError):
    """The server has no such file that this person may see."""

    code = "blob.unknown"


class BlobMissingError(SurroundingsError):
    """An event names a file that the server does not hold."""

    code = "blob.missing"


class BlobWrongDigestError(SurroundingsError):
    """The bytes that arrived are not those of their digest."""

    code = "blob.wrong_digest"


class BlobTooLargeError(ActionableError):
    """The file is larger than the server takes. Parameter: `limit`, bytes."""

    code = "blob.too_large"


class QuotaExceededError(ActionableError):
    """No authority of the sender has room for the file.

    Parameters: `authority` the one with the most room, `free` and `quota` in megabytes.
    """

    code = "blob.quota"


class BlobNotAllowedError(ActionableError):
    """This person may not upload files."""

    code = "blob.not_allowed"
