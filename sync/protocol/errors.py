"""Failures that the server names and the device shows: one class a code, read by both ends.

Those that services tell apart stand in `boardpack.domain.refusals`, the others here.

An answer or an HTTP error of the server carries ``{"code": …, "parameters": {…}}``; `named` gives
the class back on the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from boardpack.domain.errors import (
    ActionableError,
    BoardpackError,
    BugError,
    Parameter,
    SurroundingsError,
)
from boardpack.domain.refusals import (
    BadCodeError,
    BlobMissingError,
    BlobNotAllowedError,
    BlobTooLargeError,
    BlobUnknownError,
    BlobWrongDigestError,
    DeviceAlreadyActiveError,
    DeviceRetiredError,
    DeviceRevokedError,
    NotHandedInError,
    QuotaExceededError,
    TooManyTriesError,
)
from boardpack.trust.errors import (
    ForgedDossierError,
    NewerFormError,
    OtherKeyError,
    StaleCoversError,
    UnsignedDossierError,
    UnvouchedKeyError,
)


class BadRegistrationError(BugError):
    """The registration's key or metadata are not those of a boardpack device (`what`)."""

    code = "device.bad_registration"


class NotAuthorisedError(SurroundingsError):
    """The token or its proof was refused (`reason`): get a new token."""

    code = "device.not_authorised"


class NonceNeededError(SurroundingsError):
    """The proof must carry the nonce of the header DPoP-Nonce (RFC 9449 §8): try again with it."""

    code = "device.nonce_needed"


class WrongOffsetError(SurroundingsError):
    """The upload stands elsewhere: go on from `offset`."""

    code = "blob.wrong_offset"


class BadRangeError(BugError):
    """The range of bytes lies outside the file."""

    code = "blob.bad_range"


class WrongManifestError(SurroundingsError):
    """The receipt names other bytes than those that the server sent."""

    code = "receipt.wrong_manifest"


class NoAccessError(ActionableError):
    """The thing does not exist, or is not this person's to see."""

    code = "access.unknown"


class RoleNeededError(ActionableError):
    """The person sees the thing, but their mandates do not allow this."""

    code = "access.role_needed"


class WrongSignerError(ActionableError):
    """The certificate `signer` is not that of the person who was to sign."""

    code = "signature.wrong_person"


class WrongSignatureFieldError(ActionableError):
    """The signed file lacks a new signature in field `field`."""

    code = "signature.wrong_field"


class AlteredDocumentError(ActionableError):
    """More than a signature was changed in the document."""

    code = "signature.altered"


class InvalidSignatureError(ActionableError):
    """The server verified the signed file and found it invalid."""

    code = "signature.refused"


class NoteForgottenError(ActionableError):
    """The note was removed more than 400 days ago, on another device."""

    code = "notes.forgotten"


class TooManyVersionsError(ActionableError):
    """More than `most` devices changed the note without having seen each other's change."""

    code = "notes.too_many_versions"


class BadRequestError(BugError):
    """The request is malformed (`what`)."""

    code = "server.bad_request"


class BadEventError(BugError):
    """The event contradicts itself or breaks a limit (`what`)."""

    code = "server.bad_event"


class ChangedHistoryError(ActionableError):
    """A new revision drops or alters what was already sent (`title`)."""

    code = "server.changed_history"


class ProtocolMismatchError(ActionableError):
    """The device speaks another version of the protocol than the server (`server`)."""

    code = "server.protocol_mismatch"


class ServerBehindError(ActionableError):
    """The server knows less than it told this device before, and does not say that it was restored.

    IT restored a backup without `boardpack-server restored`, or somebody turned it back.
    """

    code = "sync.server_behind"


class ServerForkedError(ActionableError):
    """The server's history is another one than it told this device before."""

    code = "sync.server_forked"


class TooMuchError(BugError):
    """The request is larger than the server takes (`limit`)."""

    code = "server.too_much"


class StorageFullError(SurroundingsError):
    """The server has no room left on its disk."""

    code = "server.storage_full"


class BlobLostError(SurroundingsError):
    """The server has lost the bytes of the file `sha256`, which its database names."""

    code = "blob.lost"


class TooManyStreamsError(SurroundingsError):
    """As many devices listen for hints as the process takes, or it is about to end."""

    code = "server.too_many_streams"


class StorageUnavailableError(SurroundingsError):
    """The store of files behind the server does not answer, or refuses the server (`reason`)."""

    code = "server.storage_unavailable"


class ServerDefectError(BugError):
    """The server met a defect; it was logged there."""

    code = "server.defect"


_ALL: Final[tuple[type[BoardpackError], ...]] = (
    BadCodeError,
    TooManyTriesError,
    DeviceAlreadyActiveError,
    DeviceRevokedError,
    DeviceRetiredError,
    NotHandedInError,
    BadRegistrationError,
    NotAuthorisedError,
    NonceNeededError,
    BlobUnknownError,
    BlobMissingError,
    BlobWrongDigestError,
    BlobNotAllowedError,
    WrongOffsetError,
    BlobTooLargeError,
    QuotaExceededError,
    BlobLostError,
    BadRangeError,
    WrongManifestError,
    NoAccessError,
    RoleNeededError,
    WrongSignerError,
    WrongSignatureFieldError,
    AlteredDocumentError,
    InvalidSignatureError,
    NoteForgottenError,
    TooManyVersionsError,
    BadRequestError,
    BadEventError,
    ChangedHistoryError,
    UnsignedDossierError,
    ForgedDossierError,
    NewerFormError,
    OtherKeyError,
    UnvouchedKeyError,
    StaleCoversError,
    ProtocolMismatchError,
    ServerBehindError,
    ServerForkedError,
    TooMuchError,
    StorageFullError,
    StorageUnavailableError,
    TooManyStreamsError,
    ServerDefectError,
)
BY_CODE: Final[dict[str, type[BoardpackError]]] = {each.code: each for each in _ALL}


def named(code: str, parameters: Mapping[str, Parameter] | None = None) -> BoardpackError | None:
    """Return the error that the server named, None for a code that this version does not know."""
    kind = BY_CODE.get(code)
    return kind(**(parameters or {})) if kind else None


def is_passing(code: str) -> bool:
    """Whether an answer with `code` settles nothing: the server's disk is full, it met a defect.

    The event stays with the device; it is the same event, so sending it again is safe (D10).
    """
    kind = BY_CODE.get(code)
    return kind is not None and issubclass(kind, (SurroundingsError, ServerDefectError))
