"""The store's key: random, wrapped by the unlock secret, held where the system keeps secrets (D5).

`profile.json` stands in clear beside the store: whose profile it is and who holds the wrapped key,
so that a locked profile can say its name. On a system without a keyring the wrapped key lies in
`keys.sealed`, and only a passphrase may wrap it. Both files stand twice.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import keyring
import msgspec
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

from boardpack.domain import ids
from boardpack.domain.errors import BoardpackError
from boardpack.domain.waits import TooSoonError
from boardpack.sealing.errors import DamagedSealError, WrongSecretError
from boardpack.sealing.wrap import (
    DEFAULT_COST,
    WRAPPED_SIZE,
    check_secret,
    is_intact,
    unwrap,
    wrap,
)
from boardpack.store import errors, twice
from boardpack.store.attempts import FREE, Attempts

SERVICE: Final = "boardpack"
PROFILE: Final = "profile.json"
SEALED: Final = "keys.sealed"
KEY_BYTES: Final = 32

#: Of one guess of the secret; tests lower it.
COST: Final = DEFAULT_COST

#: Backends that the operating system protects. Others (a plain file, for instance) are no keyring.
_TRUSTED: Final = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "kwallet", "libsecret", "Windows")
) | {"keyring.backends.macOS"}

_log = logging.getLogger("boardpack.store")


class Holder(StrEnum):
    """Who holds the wrapped key."""

    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True)
class Profile:
    """What is known of a profile while it is locked; nothing secret.

    Attributes:
        profile_id: name of the entry in the keyring.
    """

    profile_id: str
    holder: Holder
    official_name: str = ""
    authority_name: str = ""
    server_url: str = ""


def keyring_backend() -> KeyringBackend | None:
    """Return the operating system's keyring, None when there is none that we trust."""
    chosen = keyring.get_keyring()
    members = getattr(chosen, "backends", None) or (chosen,)
    return next((each for each in members if type(each).__module__ in _TRUSTED), None)


def has_keyring() -> bool:
    """Tell whether this system has a keyring: then a PIN is enough."""
    return keyring_backend() is not None


def read_profile(folder: Path) -> Profile | None:
    """Return what stands beside the store, None when the profile is new.

    Raises:
        KeyringLostError: the file is there and says nothing readable.
    """
    files = twice.read(folder, PROFILE)
    profiles = [each for each in map(_profile, files) if each is not None]
    if files and not profiles:
        raise errors.KeyringLostError
    return profiles[0] if profiles else None


def _profile(data: bytes) -> Profile | None:
    try:
        return msgspec.json.decode(data, type=Profile)
    except msgspec.MsgspecError:
        return None


def save_profile(folder: Path, profile: Profile) -> None:
    """Write what may be known of a locked profile."""
    twice.write(folder, PROFILE, msgspec.json.encode(profile))


def create(folder: Path, secret: str) -> tuple[Profile, bytes]:
    """Make a store key, wrap it by `secret`, have it held; return the profile and the key.

    Raises:
        WeakPinError, WeakPassphraseError: too easy to guess.
        KeyringLockedError: the keyring did not open.
    """
    holder = Holder.KEYRING if has_keyring() else Holder.FILE
    check_secret(secret, keyring=holder is Holder.KEYRING)
    profile = Profile(ids.new_id(), holder)
    key = os.urandom(KEY_BYTES)
    _hold(folder, profile, Held(wrap(key, secret, COST)))
    return profile, key


def waiting(folder: Path, profile: Profile) -> int:
    """Return how many seconds to wait before the next attempt is judged.

    Raises:
        KeyringLockedError, KeyringLostError: as `unlock`.
    """
    return _held(folder, profile).attempts.left()


def unlock(folder: Path, profile: Profile, secret: str) -> bytes:
    """Return the store key.

    Raises:
        TooSoonError: it was missed too often: wait.
        WrongSecretError: another PIN or passphrase.
        KeyringLockedError: the keyring did not open.
        KeyringAbsentError: this session reaches no keyring.
        KeyringLostError: the wrapped key is gone: the device must be enrolled again.
        KeyringForeignError: another profile's key stands there.
    """
    held = _held(folder, profile)
    left = held.attempts.left()
    if left:
        raise TooSoonError(left)
    missed = held.attempts.missed()
    _count(folder, profile, replace(held, attempts=missed))
    try:
        key = unwrap(held.wrapped, secret)
    except DamagedSealError:
        # Nothing was judged.
        _count(folder, profile, held)
        raise
    except WrongSecretError:
        left = missed.left()
        if left:
            raise TooSoonError(left) from None
        raise
    _count(folder, profile, replace(held, attempts=Attempts()))
    return key


def attempts(folder: Path, profile: Profile) -> Attempts:
    """Return how often the secret was missed.

    Raises:
        KeyringLockedError, KeyringAbsentError, KeyringLostError, KeyringForeignError: as `unlock`.
    """
    return _held(folder, profile).attempts


def take_back(folder: Path, profile: Profile, before: Attempts) -> None:
    """Count a miss no longer: the secret was right, for another account of the same person."""
    _count(folder, profile, replace(_held(folder, profile), attempts=before))


def _count(folder: Path, profile: Profile, held: Held) -> None:
    """Keep the count; a disk that takes nothing more must not keep the person out."""
    try:
        _hold(folder, profile, held)
    except (errors.DiskFullError, errors.DiskRefusedError) as error:
        _log.info("an attempt to unlock is not counted: %s", error)


def change_secret(folder: Path, profile: Profile, old: str, new: str) -> None:
    """Wrap the key by another secret.

    Raises:
        WrongSecretError: `old` is not the secret in force.
        WeakPinError, WeakPassphraseError: `new` is too easy to guess.
    """
    rewrap(folder, profile, unlock(folder, profile, old), new)


def rewrap(folder: Path, profile: Profile, key: bytes, new: str) -> None:
    """Wrap `key`, which `unlock` gave, by another secret: after a crash one of the two opens.

    Raises:
        WeakPinError, WeakPassphraseError: `new` is too easy to guess.
    """
    check_secret(new, keyring=profile.holder is Holder.KEYRING)
    # The former secret must not open a copy when this is cut short.
    twice.shred_copy(folder, SEALED)
    _hold(folder, profile, Held(wrap(key, new, COST)))


def forget(folder: Path, profile: Profile) -> None:
    """Destroy the wrapped key: without it the store is noise."""
    if profile.holder is Holder.FILE:
        twice.shred(folder, SEALED)
        return
    try:
        _keyring().delete_password(SERVICE, profile.profile_id)
    except PasswordDeleteError:
        _log.info("the keyring held no key of this profile")
    except (KeyringLocked, InitError) as error:
        raise errors.KeyringLockedError from error
    except KeyringError as error:
        raise errors.KeyringLostError from error


def with_names(profile: Profile, official: str, authority: str, server_url: str) -> Profile:
    """Return the profile as it may be shown while locked."""
    return replace(profile, official_name=official, authority_name=authority, server_url=server_url)


def _keyring() -> KeyringBackend:
    backend = keyring_backend()
    if backend is None:
        # The profile was made with a keyring that this session does not reach.
        raise errors.KeyringAbsentError
    return backend


@dataclass(frozen=True)
class _Beside:
    """What stands beside the wrapped key, in clear: whose it is, how often it was missed."""

    profile_id: str
    attempts: Attempts = field(default_factory=Attempts)


@dataclass(frozen=True)
class Held:
    """What the keyring or the file holds: the wrapped key, and what stands beside it."""

    wrapped: bytes
    attempts: Attempts = field(default_factory=Attempts)

    def encode(self, profile: Profile) -> bytes:
        """Return both as bytes."""
        return self.wrapped + msgspec.json.encode(_Beside(profile.profile_id, self.attempts))

    @classmethod
    def decode(cls, data: bytes, profile: Profile) -> Held:
        """Read both; `unwrap` tells whether the first is whole.

        Raises:
            KeyringForeignError: it is the key of another profile.
        """
        try:
            beside = msgspec.json.decode(data[WRAPPED_SIZE:], type=_Beside)
        except msgspec.MsgspecError:
            # Somebody altered it: what was free is used up.
            return cls(data[:WRAPPED_SIZE], Attempts(misses=FREE))
        if beside.profile_id != profile.profile_id:
            raise errors.KeyringForeignError
        return cls(data[:WRAPPED_SIZE], beside.attempts)


def _hold(folder: Path, profile: Profile, held: Held) -> None:
    if profile.holder is Holder.FILE:
        twice.write(folder, SEALED, held.encode(profile))
        return
    text = base64.b64encode(held.encode(profile)).decode()
    try:
        _keyring().set_password(SERVICE, profile.profile_id, text)
    except KeyringError as error:
        raise errors.KeyringLockedError from error


def look_at_holder(folder: Path, profile: Profile) -> bool:
    """Tell whether the file that holds the key and its copy are whole; a keyring has no copy.

    Raises:
        KeyringLockedError, KeyringAbsentError, KeyringLostError, KeyringForeignError: as `unlock`.
        DamagedSealError: no copy of the wrapped key is what was written.
    """
    if not is_intact(_held(folder, profile).wrapped):
        raise DamagedSealError
    return profile.holder is Holder.KEYRING or twice.is_whole(folder, SEALED)


def _best(copies: tuple[bytes, ...], profile: Profile) -> Held:
    """Return the copy that is whole and of this profile; else what is wrong with the first."""
    failure: BoardpackError = errors.KeyringLostError()
    damaged = None
    for data in copies:
        try:
            held = Held.decode(data, profile)
        except errors.KeyringForeignError as error:
            failure = error
            continue
        if is_intact(held.wrapped):
            return held
        damaged = damaged or held
    if damaged is None:
        raise failure
    return damaged


def _held(folder: Path, profile: Profile) -> Held:
    if profile.holder is Holder.FILE:
        return _best(twice.read(folder, SEALED), profile)
    try:
        text = _keyring().get_password(SERVICE, profile.profile_id)
    except KeyringError as error:
        raise errors.KeyringLockedError from error
    if text is None:
        raise errors.KeyringLostError
    try:
        return Held.decode(base64.b64decode(text, validate=True), profile)
    except (binascii.Error, ValueError) as error:
        raise errors.KeyringLostError from error
