"""The profile: new, locked or open; its unlock secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from boardpack.domain.errors import ActionableError
from boardpack.store import keys, meta, repairing
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.errors import DamagedStoreError
from boardpack.store.meta import Enrolled

if TYPE_CHECKING:
    from boardpack.services.session import Session


class NotEnrolledError(ActionableError):
    """This profile was never enrolled."""

    code = "account.not_enrolled"


class ProfileKind(StrEnum):
    """What can be done with a profile."""

    NEW = "new"
    LOCKED = "locked"
    OPEN = "open"


@dataclass(frozen=True)
class ProfileState:
    """What is shown before a profile is unlocked.

    Attributes:
        keyring: the key lies (or will lie) in the system's keyring, so that a PIN is enough.
    """

    kind: ProfileKind
    official_name: str
    authority_name: str
    server_url: str
    keyring: bool


@dataclass(frozen=True)
class Opened:
    """A session, and what closes all that it holds but the store."""

    session: Session
    close: Callable[[], None]


SessionOpener: TypeAlias = Callable[[Store, BlobStore, Enrolled], Opened]


class Account:
    """The profile in one folder. Store lane."""

    def __init__(self, profile: Path, opener: SessionOpener) -> None:
        """Work in `profile`; `opener` builds the services on an open store."""
        self.profile = profile
        self._opener = opener
        self._opened: Opened | None = None
        self._store: Store | None = None
        self._on_lock: list[Callable[[], None]] = []

    @property
    def session(self) -> Session | None:
        """The open session."""
        return self._opened.session if self._opened else None

    def on_lock(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each lock."""
        self._on_lock.append(callback)

    def state(self) -> ProfileState:
        """Say what can be done with this profile, and whose it is."""
        profile = keys.read_profile(self.profile)
        if profile is None:
            return ProfileState(ProfileKind.NEW, "", "", "", keyring=keys.has_keyring())
        return ProfileState(
            kind=ProfileKind.OPEN if self._opened else ProfileKind.LOCKED,
            official_name=profile.official_name,
            authority_name=profile.authority_name,
            server_url=profile.server_url,
            keyring=profile.holder is keys.Holder.KEYRING,
        )

    def unlock(self, secret: str) -> Session:
        """Open the profile with its PIN or passphrase."""
        if self._opened is not None:
            return self._opened.session
        key = keys.unlock(self.profile, self._known(), secret)
        return self.open_store(Store.open(self.profile, key))

    def repair(self, secret: str) -> Session:
        """Take over what is whole of a damaged store, then open it."""
        key = keys.unlock(self.profile, self._known(), secret)
        repairing.repair(self.profile, key)
        return self.open_store(Store.open(self.profile, key))

    def open_store(self, store: Store) -> Session:
        """Build the session on an open store, which is closed when that fails."""
        try:
            enrolled = _enrolled(store)
            blobs = BlobStore(store)
            blobs.sweep()
            self._opened = self._opener(store, blobs, enrolled)
        except BaseException:
            store.close()
            raise
        self._store = store
        return self._opened.session

    def lock(self) -> None:
        """Close the session and the store. Harmless when done twice."""
        if self._opened is None:
            return
        opened, self._opened = self._opened, None
        store, self._store = self._store, None
        try:
            opened.close()
        finally:
            if store is not None:
                store.close()
        for callback in self._on_lock:
            callback()

    def change_secret(self, old: str, new: str) -> None:
        """Wrap the store's key with another PIN or passphrase."""
        keys.change_secret(self.profile, self._known(), old, new)

    def _known(self) -> keys.Profile:
        profile = keys.read_profile(self.profile)
        if profile is None:
            raise NotEnrolledError
        return profile


def _enrolled(store: Store) -> Enrolled:
    enrolled = meta.enrolled(store.connection)
    if enrolled is None:
        raise DamagedStoreError(findings=1, detail="account")
    return enrolled
