"""One account: one server's folder, new, locked or open. `services.accounts` holds them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.services.errors import ErasedError
from boardpack.services.profile_state import ProfileKind, ProfileState, host
from boardpack.store import farewell, keys, meta
from boardpack.store.attempts import Attempts
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store, acquire
from boardpack.store.erasing import erase
from boardpack.store.errors import DamagedStoreError
from boardpack.store.meta import Enrolled

if TYPE_CHECKING:
    from boardpack.services.session import Session

__all__ = ["Account", "NotEnrolledError", "Opened", "ProfileKind", "ProfileState", "host"]


class NotEnrolledError(ActionableError):
    """This profile was never enrolled."""

    code = "account.not_enrolled"


@dataclass(frozen=True)
class Opened:
    """A session, and what closes all that it holds but the store."""

    session: Session
    close: Callable[[], None]


SessionOpener: TypeAlias = Callable[[Store, BlobStore, Enrolled, str], Opened]


class Account:
    """One server's store in one folder. Store lane.

    Attributes:
        name: among the accounts of the profile; empty for the first.
        failure: why it did not open, or what it met while it was open.
    """

    def __init__(self, folder: Path, name: str, opener: SessionOpener) -> None:
        """Work in `folder`; `opener` builds the services on an open store."""
        self.folder = folder
        self.name = name
        self.failure: BoardpackError | None = None
        self._opener = opener
        self._opened: Opened | None = None
        self._store: Store | None = None
        self._before = Attempts()

    @property
    def session(self) -> Session | None:
        """The open session."""
        return self._opened.session if self._opened else None

    def state(self) -> ProfileState:
        """Say what can be done with this account, and whose it is.

        Raises:
            KeyringLostError: what stands in clear beside the store cannot be read.
        """
        if self._opened is None and farewell.finish(self.folder) is not None:
            return self._state(ProfileKind.ERASED, None)
        profile = keys.read_profile(self.folder)
        if profile is None:
            return self._state(ProfileKind.NEW, None)
        return self._state(ProfileKind.OPEN if self._opened else ProfileKind.LOCKED, profile)

    def unknown(self) -> ProfileState:
        """Say that something is there, and not whose."""
        return self._state(ProfileKind.LOCKED, None)

    def _state(self, kind: ProfileKind, profile: keys.Profile | None) -> ProfileState:
        note = farewell.read(self.folder) if kind is ProfileKind.ERASED else None
        holder = profile.holder if profile else None
        return ProfileState(
            kind=kind,
            official_name=profile.official_name if profile else "",
            authority_name=profile.authority_name if profile else "",
            server_url=profile.server_url if profile else note.server_url if note else "",
            keyring=holder is keys.Holder.KEYRING if holder else keys.has_keyring(),
            account=self.name,
            code=self.failure.code if self.failure else "",
            parameters=self.failure.parameters if self.failure else {},
        )

    # The secret

    def waiting(self) -> int:
        """Return how many seconds to wait before a PIN or passphrase is judged."""
        return keys.waiting(self.folder, self.known())

    def admit(self, secret: str) -> bytes:
        """Return the store's key; a miss is counted."""
        profile = self.known()
        self._before = keys.attempts(self.folder, profile)
        return keys.unlock(self.folder, profile, secret)

    def take_back(self) -> None:
        """Count the last miss no longer."""
        keys.take_back(self.folder, self.known(), self._before)

    def rewrap(self, key: bytes, secret: str) -> None:
        """Wrap the store's key with another PIN or passphrase."""
        keys.rewrap(self.folder, self.known(), key, secret)

    def known(self) -> keys.Profile:
        """Return what stands in clear beside the store.

        Raises:
            ErasedError, NotEnrolledError: there is none.
            KeyringLostError: it cannot be read.
        """
        if farewell.finish(self.folder) is not None:
            raise ErasedError
        profile = keys.read_profile(self.folder)
        if profile is None:
            raise NotEnrolledError
        return profile

    # The session

    def open(self, key: bytes) -> Session:
        """Open the store with its key."""
        if self._opened is not None:
            return self._opened.session
        return self.open_store(Store.open(self.folder, key))

    def open_store(self, store: Store) -> Session:
        """Build the session on an open store, which is closed when that fails."""
        try:
            enrolled = _enrolled(store)
            blobs = BlobStore(store)
            if store.unclean or store.put_back:
                blobs.sweep()
            self._opened = self._opener(store, blobs, enrolled, self.name)
        except BaseException:
            store.close()
            raise
        self._store = store
        self.failure = None
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
            farewell.finish(self.folder)

    def start_over(self) -> None:
        """Erase the account, its key first. Harmless when done twice."""
        self.lock()
        profile = keys.read_profile(self.folder)
        if profile is None:
            return
        # Nobody may be working on what goes.
        acquire(self.folder).release()
        erase(self.folder, profile)


def _enrolled(store: Store) -> Enrolled:
    enrolled = meta.enrolled(store.connection)
    if enrolled is None:
        raise DamagedStoreError(findings=1, detail="account")
    return enrolled
