"""What the window and the command line hold: the program, and the sessions once unlocked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.session import Session

if TYPE_CHECKING:
    from boardpack.services.accounts import Accounts
    from boardpack.services.enrolment import EnrolmentService
    from boardpack.services.farewells import FarewellService

__all__ = ["Program", "Session"]


class Program:
    """One profile: new, locked, open or erased; one account in it, or several."""

    def __init__(
        self, accounts: Accounts, enrolment: EnrolmentService, farewells: FarewellService
    ) -> None:
        """Join what `boardpack.bootstrap` built."""
        self._accounts = accounts
        self.enrolment = enrolment
        self.farewells = farewells

    @property
    def profile(self) -> Path:
        """The profile's folder."""
        return self._accounts.profile

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The open sessions, the first enrolled first; none while the profile is locked."""
        return self._accounts.sessions

    @property
    def session(self) -> Session | None:
        """The first of them; None while the profile is new or locked."""
        return next(iter(self.sessions), None)

    def profile_state(self) -> ProfileState:
        """Say whether the profile is new, locked, open or erased, and whose it is.

        Raises:
            KeyringLostError: what stands in clear beside the only account cannot be read.
        """
        found = self._accounts.states()
        if not found:
            return self._accounts.first.state()
        if len(found) == 1 and found[0].kind is ProfileKind.LOCKED and not found[0].server_url:
            return self._accounts.called(found[0].account).state()
        order = (ProfileKind.OPEN, ProfileKind.LOCKED, ProfileKind.ERASED)
        shown = min(found, key=lambda each: order.index(each.kind))
        names = (each.authority_name for each in found if each.kind is shown.kind)
        return replace(shown, authority_name=", ".join(dict.fromkeys(filter(None, names))))

    def accounts(self) -> tuple[ProfileState, ...]:
        """Say how each account stands, erased ones with them; on the store lane."""
        return self._accounts.states()

    def folders(self) -> tuple[tuple[ProfileState, Path], ...]:
        """Return the accounts that hold something, each with its folder; on the store lane."""
        present = {each.name: each.folder for each in self._accounts.present()}
        states = self._accounts.states()
        return tuple((each, present[each.account]) for each in states if each.account in present)

    def waiting(self) -> int:
        """Return how many seconds to wait before `unlock` judges a secret; on the store lane.

        Raises:
            KeyringLockedError, KeyringLostError: as `unlock`.
        """
        return self._accounts.waiting()

    def unlock(self, secret: str) -> Session:
        """Open every account that the secret opens, on the store lane; return the first.

        An account that does not open keeps no other from it: `accounts` says why.

        Raises:
            TooSoonError: it was missed too often: wait.
            WrongSecretError: not the PIN or passphrase of this profile.
            KeyringLockedError, KeyringLostError: see their texts.
            DamagedStoreError: `repair` takes over what is whole.
            LockedByOtherError: another boardpack works on this profile.
        """
        return self._accounts.unlock(secret)

    def admit(self, secret: str) -> frozenset[str]:
        """Judge a secret without opening anything; return the names of the accounts it opens.

        Raises:
            BoardpackError: it opens none; as `unlock`.
        """
        return frozenset(self._accounts.admit(secret))

    def repair(self, secret: str) -> Session:
        """Mend what `boardpack doctor` would, then open the profile; the rest is fetched again."""
        return self._accounts.repair(secret)

    def start_over(self) -> None:
        """Erase the profile, for whoever forgot the PIN or passphrase; on the store lane.

        What was not sent is lost, and so are private notes: their key goes. Another code enrols
        the device again.

        Raises:
            LockedByOtherError: another boardpack works on this profile.
            KeyringLockedError: the keyring did not open; nothing was erased.
        """
        self._accounts.start_over()

    def leave(self, account: str) -> None:
        """Erase one account and leave the others as they are; on the store lane.

        Raises:
            LockedByOtherError, KeyringLockedError: as `start_over`.
        """
        self._accounts.leave(account)

    def close(self, account: str) -> None:
        """Close one session, for instance of an account that was erased; on the store lane."""
        self._accounts.called(account).lock()

    def lock(self) -> None:
        """Close the sessions, forget the keys; on the store lane."""
        self._accounts.lock()

    def change_secret(self, old: str, new: str) -> None:
        """Wrap every account's key with another PIN or passphrase.

        After a crash each opens with the old or the new one; `unite` ends what was begun.
        """
        self._accounts.change_secret(old, new)

    def unite(self, other: str, secret: str) -> None:
        """Open accounts left with another PIN or passphrase; from then on `secret` opens them.

        Raises:
            WrongSecretError, TooSoonError: as `unlock`.
        """
        self._accounts.unite(other, secret)

    def subscribe_lock(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the sessions were closed."""
        self._accounts.on_lock(callback)
