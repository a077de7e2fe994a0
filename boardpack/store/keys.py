"""The store's key: random, wrapped by the unlock secret, held where the system keeps secrets (D5).

`profile.json` stands in clear beside the store: whose profile it is and who holds the wrapped key,
so that a locked profile can say its name. On a system without a keyring the wrapped key lies in
`keys.sealed`, and only a passphrase may wrap it.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

import keyring
import msgspec
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError

from boardpack.domain import ids
from boardpack.sealing.wrap import DEFAULT_COST, check_secret, unwrap, wrap
from boardpack.store import disk, errors

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
    try:
        data = (folder / PROFILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise errors.disk_error(error) from error
    try:
        return msgspec.json.decode(data, type=Profile)
    except msgspec.MsgspecError as error:
        raise errors.KeyringLostError from error


def save_profile(folder: Path, profile: Profile) -> None:
    """Write what may be known of a locked profile."""
    disk.write(folder / PROFILE, msgspec.json.encode(profile))


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
    _hold(folder, profile, wrap(key, secret, COST))
    return profile, key


def unlock(folder: Path, profile: Profile, secret: str) -> bytes:
    """Return the store key.

    Raises:
        WrongSecretError: another PIN or passphrase.
        KeyringLockedError: the keyring did not open.
        KeyringLostError: the wrapped key is gone: the device must be enrolled again.
    """
    return unwrap(_held(folder, profile), secret)


def change_secret(folder: Path, profile: Profile, old: str, new: str) -> None:
    """Wrap the key by another secret.

    Raises:
        WrongSecretError: `old` is not the secret in force.
        WeakPinError, WeakPassphraseError: `new` is too easy to guess.
    """
    key = unlock(folder, profile, old)
    check_secret(new, keyring=profile.holder is Holder.KEYRING)
    _hold(folder, profile, wrap(key, new, COST))


def forget(folder: Path, profile: Profile) -> None:
    """Destroy the wrapped key: without it the store is noise."""
    if profile.holder is Holder.FILE:
        disk.remove(folder / SEALED)
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
        raise errors.KeyringLockedError
    return backend


def _hold(folder: Path, profile: Profile, wrapped: bytes) -> None:
    if profile.holder is Holder.FILE:
        disk.write(folder / SEALED, wrapped)
        return
    text = base64.b64encode(wrapped).decode()
    try:
        _keyring().set_password(SERVICE, profile.profile_id, text)
    except KeyringError as error:
        raise errors.KeyringLockedError from error


def _held(folder: Path, profile: Profile) -> bytes:
    if profile.holder is Holder.FILE:
        try:
            return (folder / SEALED).read_bytes()
        except FileNotFoundError as error:
            raise errors.KeyringLostError from error
        except OSError as error:
            raise errors.disk_error(error) from error
    try:
        text = _keyring().get_password(SERVICE, profile.profile_id)
    except KeyringError as error:
        raise errors.KeyringLockedError from error
    if text is None:
        raise errors.KeyringLostError
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.KeyringLostError from error
