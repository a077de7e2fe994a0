"""What the window and the command line hold: the program, and the session once unlocked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boardpack.services.account import Account, ProfileState
    from boardpack.services.changes import Announcer
    from boardpack.services.context import Context
    from boardpack.services.enrolment import EnrolmentService
    from boardpack.services.following import FollowingService
    from boardpack.services.identity import Identity, Me
    from boardpack.services.notes import NotesService
    from boardpack.services.pages import PageService
    from boardpack.services.preferences import PreferencesService
    from boardpack.services.publishing import PublishingService
    from boardpack.services.reading import ReadingService
    from boardpack.services.searching import SearchingService
    from boardpack.services.signing import SigningService
    from boardpack.services.synchronize import SyncService


@dataclass(frozen=True)
class Session:
    """The services of an unlocked profile. Made by `boardpack.bootstrap`; closed by `Program`."""

    context: Context
    announcer: Announcer
    identity: Identity
    reading: ReadingService
    notes: NotesService
    publishing: PublishingService
    following: FollowingService
    signing: SigningService
    synchronizing: SyncService
    searching: SearchingService
    preferences: PreferencesService
    pages: PageService

    @property
    def me(self) -> Me:
        """Whose session this is, with roles and abilities as of the last exchange."""
        return self.identity.me


class Program:
    """One profile: new, locked or open."""

    def __init__(self, account: Account, enrolment: EnrolmentService) -> None:
        """Join what `boardpack.bootstrap` built."""
        self._account = account
        self.enrolment = enrolment

    @property
    def profile(self) -> Path:
        """The profile's folder."""
        return self._account.profile

    @property
    def session(self) -> Session | None:
        """The open session, None while the profile is new or locked."""
        return self._account.session

    def profile_state(self) -> ProfileState:
        """Say whether the profile is new, locked or open, and whose it is."""
        return self._account.state()

    def unlock(self, secret: str) -> Session:
        """Open the profile, on the store lane.

        Raises:
            WrongSecretError: not the PIN or passphrase of this profile.
            KeyringLockedError, KeyringLostError: see their texts.
            DamagedStoreError: `repair` takes over what is whole.
            LockedByOtherError: another boardpack works on this profile.
        """
        return self._account.unlock(secret)

    def repair(self, secret: str) -> Session:
        """Take over what is whole of a damaged store, then open it; the rest is fetched again."""
        return self._account.repair(secret)

    def lock(self) -> None:
        """Close the session, forget the keys; on the store lane."""
        self._account.lock()

    def change_secret(self, old: str, new: str) -> None:
        """Wrap the store's key with another PIN or passphrase."""
        self._account.change_secret(old, new)

    def subscribe_lock(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the session was closed."""
        self._account.on_lock(callback)
