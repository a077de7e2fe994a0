"""Signed statements (JWS, RFC 7515, ES256): the server's word that a device leaves; and back.

A notice is signed by the server's key, which the device pinned when it was enrolled: no error page,
proxy or login portal can make one. An erasure is signed by the device's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

T = TypeVar("T", bound="_Statement")

ALGORITHM: Final = "ES256"
MAX_LENGTH: Final = 4096


class BadStatementError(ValueError):
    """The text is no statement of that kind by that key."""


class Purpose(StrEnum):
    """What becomes of a device."""

    WIPE = "wipe"  # revoked, and everything on it is to be destroyed
    REVOKED = "revoked"  # may not come in any more; keeps what it holds
    RETIRED = "retired"  # replaced by another device of the same person


class _Statement(msgspec.Struct, frozen=True):
    server_id: str
    device_id: str
    issued_at: int


class Notice(_Statement, frozen=True, kw_only=True):
    """What a server tells a device that may not come in any more.

    Attributes:
        issued_at: seconds since 1970, of the decision.
        drain: the device may still hand in what waits.
        reason: a word of `boardpack.domain.records.RevocationReason`, or empty.
    """

    purpose: Purpose
    drain: bool = False
    reason: str = ""


class Erasure(_Statement, frozen=True, kw_only=True):
    """What a device says when it destroyed what it held: `issued_at` is that of the notice."""

    erased_at: int


# A statement of one kind never passes for another, whatever its members.
_TYPES: Final[dict[type[_Statement], str]] = {
    Notice: "boardpack-notice+jws",
    Erasure: "boardpack-erasure+jws",
}


def sign(statement: _Statement, key: ECKey) -> str:
    """Return `statement` as a compact JWS by the private `key`."""
    header = {"alg": ALGORITHM, "typ": _TYPES[type(statement)]}
    return jws.serialize_compact(header, msgspec.json.encode(statement), key, [ALGORITHM])


def read(text: str, jwk: Mapping[str, str], kind: type[T]) -> T:
    """Return the statement of `kind` that the holder of the public key `jwk` signed.

    Raises:
        BadStatementError: anything else.
    """
    if not 0 < len(text) <= MAX_LENGTH:
        raise BadStatementError
    try:
        key = ECKey.import_key(dict(jwk))
        found = jws.deserialize_compact(text, key, [ALGORITHM])
        if found.headers().get("typ") != _TYPES[kind]:
            raise BadStatementError
        return msgspec.json.decode(found.payload, type=kind)
    except (JoseError, msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise BadStatementError from error
