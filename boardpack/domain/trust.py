"""The signing key of an assembly, as it travels; docs/sync.md, "Who signs a dossier"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Covered:
    """A revision signed by an earlier key, for which the new key answers."""

    sitting_id: str
    revision: int
    sha256: str


@dataclass(frozen=True)
class AssemblyKey:
    """The public key of an assembly's secretariat, from `number` on.

    Three signatures stand over the same bytes: everything but themselves.

    Attributes:
        number: 1 for the first key, then rising by one.
        jwk: public P-256 key (RFC 7517), members kty, crv, x, y.
        previous: identifier of the key that this one replaces, empty for the first.
        covers: every sitting's revision in force when it was made; of what earlier keys signed,
            only these count from then on.
        proof: by the key itself: who made it holds it.
        vouched: by the previous key; empty for the first, and when the previous one was lost.
        endorsed: by the server's key, which devices pinned at enrolment.
    """

    key_id: str
    assembly_id: str
    number: int
    jwk: dict[str, str]
    previous: str = ""
    covers: tuple[Covered, ...] = ()
    proof: str = ""
    vouched: str = ""
    endorsed: str = ""


@dataclass(frozen=True)
class KeyShare:
    """The private part of a key, age ciphertext for the agents of one secretariat.

    Attributes:
        recipients: public age recipients that it was sealed to, sorted.
    """

    key_id: str
    recipients: tuple[str, ...]
    sealed: bytes


@dataclass(frozen=True)
class KeyOrder:
    """IT's word that an assembly's key is lost or stolen: the secretariat makes a new one.

    Attributes:
        key_id: the key to be replaced.
    """

    assembly_id: str
    key_id: str
    at: datetime
