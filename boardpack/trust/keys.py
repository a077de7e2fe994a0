"""The making, the vouching and the handing over of an assembly's key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import pyrage
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from boardpack.domain import manifest
from boardpack.domain.trust import AssemblyKey, KeyShare
from boardpack.trust import statements
from boardpack.trust.errors import BadStatementError

TYPE: Final = "boardpack-assembly-key"
_SIGNATURES: Final = frozenset({"proof", "vouched", "endorsed"})


def claims(key: AssemblyKey) -> bytes:
    """Return the bytes that proof, vouching and endorsement are over: all but themselves."""
    return manifest.canonical(key, without=_SIGNATURES)


def prove(key: AssemblyKey, own: ECKey) -> AssemblyKey:
    """Return the record with its proof by the key itself."""
    return replace(key, proof=statements.sign(TYPE, claims(key), own, key.key_id))


def vouch(key: AssemblyKey, former: ECKey) -> AssemblyKey:
    """Return the record with the word of the key that it replaces."""
    return replace(key, vouched=statements.sign(TYPE, claims(key), former, key.previous))


def endorse(key: AssemblyKey, server: ECKey) -> AssemblyKey:
    """Return the record with the server's word."""
    return replace(key, endorsed=statements.sign(TYPE, claims(key), server, "server"))


def is_proven(key: AssemblyKey) -> bool:
    """Tell whether its maker holds the private part."""
    return _states(key, key.proof, key.jwk)


def is_vouched(key: AssemblyKey, former: AssemblyKey | None) -> bool:
    """Tell whether the key in force says that this one replaces it."""
    return (
        former is not None
        and key.previous == former.key_id
        and _states(key, key.vouched, former.jwk)
    )


def is_endorsed(key: AssemblyKey, server: Mapping[str, str]) -> bool:
    """Tell whether the server answers for it; `server` is the JWK pinned at enrolment."""
    return _states(key, key.endorsed, server)


def _states(key: AssemblyKey, statement: str, jwk: Mapping[str, str]) -> bool:
    try:
        return statements.read(TYPE, statement, jwk) == claims(key)
    except BadStatementError:
        return False


def share(key_id: str, private: bytes, recipients: Iterable[str]) -> KeyShare:
    """Seal the private part (PEM) to every recipient."""
    names = tuple(sorted(set(recipients)))
    sealed = pyrage.encrypt(private, [pyrage.x25519.Recipient.from_str(each) for each in names])
    return KeyShare(key_id=key_id, recipients=names, sealed=sealed)


def is_private_part(private: bytes, key: AssemblyKey) -> bool:
    """Tell whether `private` (PEM) is the private part of `key`."""
    try:
        return statements.public(ECKey.import_key(private)) == key.jwk
    except (JoseError, ValueError, KeyError):
        return False


def is_recipient(text: str) -> bool:
    """Tell whether `text` is a public age recipient."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True
