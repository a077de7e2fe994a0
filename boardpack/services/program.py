"""What the window and the command line hold: the program, and the session once unlocked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from boardpack.services.session import Session

if TYPE_CHECKING:
    from boardpack.services.account import Account, ProfileState
    from boardpack.services.enrolment import EnrolmentService

__all__ = ["Program", "Session"]


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
