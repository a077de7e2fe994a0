"""An official's identities, wrapped by recovery words (design D6): HKDF, then AES-256-GCM.

Layout: a head of 68 bytes, the wrapped identities with their tag (16), SHA-256 of all that (32).
Head: magic (8), version (2), zero (2), context (16), salt (16), nonce (12), mark of the words (8),
zero (4); big-endian. The associated data are the head, the official and the recipient. Content: age
secret keys, one a line, the present one first.

The words carry 128 random bits, so nobody can try them all however fast one guess is: HKDF
(RFC 5869) is enough, and a slow hash, as for a PIN, would only make an old tablet wait. The salt
makes another key each time, so that no nonce meets its key twice.

What tells failures apart holds no secret: the digest tells damage, the context (SHA-256 of official
and recipient) somebody else's wrap, the mark (from HKDF) other words.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from boardpack.sealing.cipher import KEY_SIZE, TAG_SIZE
from boardpack.sealing.errors import DamagedWrapError, ForeignWrapError, WrongWordsError
from boardpack.sealing.words import ENTROPY_SIZE

_MAGIC: Final = b"bpident\0"
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">8sHH16s16s12s8sI")
_MARK_SIZE: Final = 8
_DIGEST_SIZE: Final = 32
_LEAST: Final = _HEAD.size + TAG_SIZE + _DIGEST_SIZE


@dataclass(frozen=True)
class Owner:
    """Whose identities these are; `recipient` is the public part of the present one."""

    official_id: str
    recipient: str

    @property
    def described(self) -> bytes:
        """Both, as bytes; neither holds a zero."""
        return f"{self.official_id}\0{self.recipient}".encode()

    @property
    def context(self) -> bytes:
        """What the head says of them."""
        return hashlib.sha256(b"boardpack identity\0" + self.described).digest()[:16]


def _derived(entropy: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Return the wrapping key and the mark of the words."""
    if len(entropy) != ENTROPY_SIZE:
        raise ValueError("recovery words have 128 bits")
    info = b"boardpack wrapped identity 1"
    material = HKDF(SHA256(), KEY_SIZE + _MARK_SIZE, salt, info).derive(entropy)
    return material[:KEY_SIZE], material[KEY_SIZE:]


def wrap(identities: Sequence[str], entropy: bytes, owner: Owner) -> bytes:
    """Return `identities` (age secret keys) wrapped by the words of `entropy`."""
    salt, nonce = os.urandom(16), os.urandom(12)
    key, mark = _derived(entropy, salt)
    head = _HEAD.pack(_MAGIC, _VERSION, 0, owner.context, salt, nonce, mark, 0)
    content = "\n".join(identities).encode()
    body = head + AESGCM(key).encrypt(nonce, content, head + owner.described)
    return body + hashlib.sha256(body).digest()


def unwrap(blob: bytes, entropy: bytes, owner: Owner) -> tuple[str, ...]:
    """Return the identities that `wrap` was given.

    Raises:
        DamagedWrapError: not what was written, or of a newer version.
        ForeignWrapError: it is not that of `owner`.
        WrongWordsError: wrapped by other words.
    """
    context, salt, nonce, mark = _head(blob)
    if context != owner.context:
        raise ForeignWrapError
    key, ours = _derived(entropy, salt)
    if not hmac.compare_digest(mark, ours):
        raise WrongWordsError
    head, sealed = blob[: _HEAD.size], blob[_HEAD.size : -_DIGEST_SIZE]
    try:
        content = AESGCM(key).decrypt(nonce, sealed, head + owner.described)
    except InvalidTag as error:
        raise DamagedWrapError from error
    return tuple(content.decode().split("\n"))


def mark_of(blob: bytes) -> str:
    """Return the mark of the words that wrapped `blob`, in hexadecimal: it tells wraps apart.

    Raises:
        DamagedWrapError: not what was written.
    """
    return _head(blob)[3].hex()


def _head(blob: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    body, digest = blob[:-_DIGEST_SIZE], blob[-_DIGEST_SIZE:]
    if len(blob) < _LEAST or hashlib.sha256(body).digest() != digest:
        raise DamagedWrapError
    magic, version, _, context, salt, nonce, mark, _ = _HEAD.unpack(body[: _HEAD.size])
    if (magic, version) != (_MAGIC, _VERSION):
        raise DamagedWrapError
    return context, salt, nonce, mark
