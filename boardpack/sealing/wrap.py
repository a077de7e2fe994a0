"""The store key, wrapped by what a person knows (design D5): Argon2id, then AES-256-GCM.

Layout: a head of 52 bytes, the wrapped key (32) with its tag (16), SHA-256 of all that (32).
Head: magic (8), version (2), zero (2), Argon2id memory in KiB (4), passes (4), lanes (4), salt
(16), nonce (12); big-endian; it is the cipher's associated data. The digest holds no secret: it
tells a damaged blob from a wrong secret.
"""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from boardpack.sealing.cipher import KEY_SIZE, TAG_SIZE
from boardpack.sealing.errors import (
    DamagedSealError,
    WeakPassphraseError,
    WeakPinError,
    WrongSecretError,
)

_MAGIC: Final = b"bpwrapk\0"
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">8sHHIII16s12s")
_DIGEST_SIZE: Final = 32
WRAPPED_SIZE: Final = _HEAD.size + KEY_SIZE + TAG_SIZE + _DIGEST_SIZE

PIN_LENGTH: Final = 6
PASSPHRASE_LENGTH: Final = 12
_DIFFERENT_CHARACTERS: Final = 5

#: Often chosen, and not caught by a rule below (keypad lines and figures, repeated pairs).
_COMMON_PINS: Final = (
    "147258 258369 147852 159753 753159 159357 357159 123654 321654 456123 789456 741852 852963 "
    "963852 102030 112233 332211 223344 123321 654321 246810 135790 110110 192837 200000 201314"
)


@dataclass(frozen=True)
class Cost:
    """What one guess of the secret costs (RFC 9106 §4, second recommended option).

    Attributes:
        memory: in KiB.
        passes: over that memory.
        lanes: computed in parallel.
    """

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


DEFAULT_COST: Final = Cost()
# A damaged or planted blob must not take all memory, or a day.
_HIGHEST: Final = Cost(memory=1024 * 1024, passes=100, lanes=16)


def _secret_key(secret: str, salt: bytes, cost: Cost) -> bytes:
    # "é" typed on two systems can be one code point or two; both must open.
    return hash_secret_raw(
        secret=unicodedata.normalize("NFC", secret).encode("utf-8", "surrogatepass"),
        salt=salt,
        time_cost=cost.passes,
        memory_cost=cost.memory,
        parallelism=cost.lanes,
        hash_len=KEY_SIZE,
        type=Type.ID,
    )


def wrap(key: bytes, secret: str, cost: Cost = DEFAULT_COST) -> bytes:
    """Return `key` (32 bytes) wrapped by `secret`; every call returns other bytes."""
    if len(key) != KEY_SIZE:
        raise ValueError("a store key has 32 bytes")
    salt, nonce = os.urandom(16), os.urandom(12)
    head = _HEAD.pack(_MAGIC, _VERSION, 0, cost.memory, cost.passes, cost.lanes, salt, nonce)
    blob = head + AESGCM(_secret_key(secret, salt, cost)).encrypt(nonce, key, head)
    return blob + hashlib.sha256(blob).digest()


def is_intact(blob: bytes) -> bool:
    """Whether a wrapped key is what was written; tells nothing of its secret."""
    body, digest = blob[:-_DIGEST_SIZE], blob[-_DIGEST_SIZE:]
    return len(blob) == WRAPPED_SIZE and hashlib.sha256(body).digest() == digest


def unwrap(blob: bytes, secret: str) -> bytes:
    """Return the key that `wrap` was given.

    Raises:
        WrongSecretError: another secret.
        DamagedSealError: the blob is not what was written, or is of a newer version.
    """
    if not is_intact(blob):
        raise DamagedSealError
    body = blob[:-_DIGEST_SIZE]
    head = body[: _HEAD.size]
    magic, version, _, memory, passes, lanes, salt, nonce = _HEAD.unpack(head)
    cost = Cost(memory, passes, lanes)
    if (magic, version) != (_MAGIC, _VERSION) or not _is_bearable(cost):
        raise DamagedSealError
    try:
        return AESGCM(_secret_key(secret, salt, cost)).decrypt(nonce, body[_HEAD.size :], head)
    except InvalidTag as error:
        raise WrongSecretError from error


def _is_bearable(cost: Cost) -> bool:
    return (
        1 <= cost.lanes <= _HIGHEST.lanes
        and 1 <= cost.passes <= _HIGHEST.passes
        and 8 * cost.lanes <= cost.memory <= _HIGHEST.memory
    )


def check_secret(secret: str, *, keyring: bool) -> None:
    """Refuse an unlock secret that is too easy to guess.

    Args:
        secret: what the person chose.
        keyring: the wrapped key lies in the system's keyring, so that nobody can try secrets on a
            copy of the disk: then a PIN is enough. Otherwise only a passphrase is.

    Raises:
        WeakPinError: with a keyring, neither a PIN of six digits that is no pattern, nor a
            passphrase.
        WeakPassphraseError: without a keyring, fewer than twelve characters, or too few different.
    """
    if _is_passphrase(secret):
        return
    if not keyring:
        raise WeakPassphraseError(length=PASSPHRASE_LENGTH)
    if not _is_pin(secret):
        raise WeakPinError(length=PIN_LENGTH, passphrase=PASSPHRASE_LENGTH)


def _is_passphrase(secret: str) -> bool:
    text = unicodedata.normalize("NFC", secret).strip()
    return (
        len(text) >= PASSPHRASE_LENGTH
        and len(set(text.casefold())) >= _DIFFERENT_CHARACTERS
        and not (text.isdecimal() and _is_pattern(text))
    )


def _is_pin(secret: str) -> bool:
    return (
        len(secret) >= PIN_LENGTH
        and secret.isascii()
        and secret.isdigit()
        and secret not in _COMMON_PINS
        and not _is_pattern(secret)
    )


def _is_pattern(digits: str) -> bool:
    """Whether the digits go by equal steps (000000, 123456, 86420…) or repeat a short piece."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    if len(steps) <= 1:
        return True
    half = len(digits) // 2
    return any(
        digits == (digits[:size] * len(digits))[: len(digits)] for size in range(1, half + 1)
    )
