"""A signed statement: a compact JWS (RFC 7515, ES256) whose type says what it states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from boardpack.trust.errors import BadStatementError

ALGORITHM: Final = "ES256"
_MEMBERS: Final = ("kty", "crv", "x", "y")


def new_key() -> ECKey:
    """Return a new P-256 key pair."""
    return ECKey.generate_key("P-256", private=True, auto_kid=False)


def public(key: ECKey) -> dict[str, str]:
    """Return the public members of a key (RFC 7517)."""
    members = key.as_dict(private=False)
    return {name: str(members[name]) for name in _MEMBERS}


@lru_cache(maxsize=64)
def _imported(members: tuple[tuple[str, str], ...]) -> ECKey:
    return ECKey.import_key(dict(members))


def sign(kind: str, payload: bytes, key: ECKey, key_id: str) -> str:
    """Return the statement `payload` of type `kind`, signed."""
    header = {"alg": ALGORITHM, "typ": kind, "kid": key_id}
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def key_id_of(statement: str) -> str:
    """Return whose key a statement says it is by, unverified.

    Raises:
        BadStatementError: it is no statement.
    """
    try:
        header = jws.extract_compact(statement.encode()).headers()
    except (JoseError, ValueError) as error:
        raise BadStatementError from error
    return str(header.get("kid", ""))


def read(kind: str, statement: str, jwk: Mapping[str, str]) -> bytes:
    """Return what a statement of type `kind` says, verified.

    Raises:
        BadStatementError: another type, another key, altered, or no statement at all.
    """
    try:
        key = _imported(tuple(sorted(jwk.items())))
        found = jws.deserialize_compact(statement, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError) as error:
        raise BadStatementError from error
    if found.headers().get("typ") != kind:
        raise BadStatementError
    return found.payload
