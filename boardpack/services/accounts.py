"""The accounts of one profile: one a server, each with a store, keys and a folder of its own.

The first lives in the folder of the profile, every other one in `accounts/<name>` below it: each is
all that a profile of one server is, and shares nothing with the others but the PIN or passphrase
that the person has for the window. One that is damaged, erased or shut keeps no other from opening:
it keeps its own `failure`. Docs: ADR 0018.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from boardpack.domain import ids
from boardpack.domain.errors import ActionableError, BoardpackError
from boardpack.domain.waits import TooSoonError
from boardpack.sealing.errors import WrongSecretError
from boardpack.sealing.wrap import check_secret
from boardpack.services.account import Account, ProfileKind, ProfileState, SessionOpener
from boardpack.services.errors import ErasedError
from boardpack.services.health.doctor import Doctor
from boardpack.services.session import Session
from boardpack.store import farewell, keys
from boardpack.store.database import acquire
from boardpack.store.erasing import erase
from boardpack.store.errors import LockedByOtherError

FOLDER: Final = "accounts"


class OtherSecretError(ActionableError):
    """This account opens with another PIN or passphrase: changing it was cut short."""

    code = "account.other_secret"


class Accounts:
    """Every account of the profile. Store lane."""

    def __init__(self, profile: Path, opener: SessionOpener) -> None:
        """Work in the folder `profile`; `opener` builds the services on an open store."""
        self.profile = profile
        self._opener = opener
        self._made: dict[Path, Account] = {}
        self._on_lock: list[Callable[[], None]] = []

    def _account(self, folder: Path) -> Account:
        if folder not in self._made:
            name = "" if folder == self.profile else folder.name
            self._made[folder] = Account(folder, name, self._opener)
        return self._made[folder]

    @property
    def first(self) -> Account:
        """The account in the folder of the profile, which may be new."""
        return self._account(self.profile)

    def every(self) -> tuple[Account, ...]:
        """Return all folders of accounts, the first enrolled first; some may hold nothing."""
        folder = self.profile / FOLDER
        found = folder.iterdir() if folder.is_dir() else ()
        return (self.first, *map(self._account, sorted(each for each in found if each.is_dir())))

    def present(self) -> tuple[Account, ...]:
        """Return the accounts that are neither new nor erased."""
        return tuple(each for each in self.every() if self._kind(each) in _PRESENT)

    def _kind(self, account: Account) -> ProfileKind:
        try:
            return account.state().kind
        except BoardpackError as error:
            # Something is there: opening it says what is wrong.
            account.failure = error
            return ProfileKind.LOCKED

    def states(self) -> tuple[ProfileState, ...]:
        """Return how each account stands, erased ones with them; none for a new profile."""
        found = map(self._state, self.every())
        return tuple(each for each in found if each.kind is not ProfileKind.NEW)

    def _state(self, account: Account) -> ProfileState:
        try:
            return account.state()
        except BoardpackError as error:
            account.failure = error
            return account.unknown()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The open sessions, the first enrolled first. Any lane."""
        made = sorted(self._made.values(), key=lambda account: account.name)
        return tuple(each for each in (account.session for account in made) if each is not None)

    def failed(self, account: str, error: BoardpackError) -> None:
        """Keep what an open account met."""
        self.called(account).failure = error

    def called(self, name: str) -> Account:
        """Return the account of that name."""
        return self._account(self.profile / FOLDER / name if name else self.profile)

    # The secret

    def waiting(self) -> int:
        """Return how many seconds to wait before a secret is judged by any account.

        Raises:
            BoardpackError: what the first account says where none can tell.
        """
        waits: list[int] = []
        failure: BoardpackError | None = None
        for account in self.present() or (self.first,):
            try:
                waits.append(account.waiting())
            except BoardpackError as error:
                failure = failure or error
        if not waits and failure is not None:
            raise failure
        return min(waits, default=0)

    def admit(self, secret: str) -> dict[str, bytes]:
        """Judge a secret by every account; return the keys that it opens, by account.

        Every account judges each attempt, so that attempts are counted alike and nobody gets more
        of them by having several. A miss does not count where the secret opens another account.

        Raises:
            BoardpackError: no account opens: a wrong secret or a wait before all else.
        """
        present = self.present()
        if not present:
            raise self._absent()
        admitted: dict[str, bytes] = {}
        missed: list[Account] = []
        for account in present:
            try:
                admitted[account.name] = account.admit(secret)
                if isinstance(account.failure, _JUDGED):
                    account.failure = None
            except BoardpackError as error:
                account.failure = error
                if isinstance(error, WrongSecretError | TooSoonError):
                    missed.append(account)
        if not admitted:
            raise _most_telling(present)
        for account in missed:
            account.take_back()
            if not account.waiting():
                account.failure = OtherSecretError()
        return admitted

    def _absent(self) -> BoardpackError:
        try:
            self.first.known()
        except BoardpackError as error:
            return error
        return ErasedError()

    def unlock(self, secret: str) -> Session:
        """Open every account that this secret opens; return the first of them.

        Raises:
            BoardpackError: none opened: what the first that was tried says.
        """
        if self.sessions:
            return self.sessions[0]
        admitted = {self.called(name): key for name, key in self.admit(secret).items()}
        for account, key in admitted.items():
            self._open(account, key)
        return self._any(tuple(admitted))

    def _open(self, account: Account, key: bytes) -> None:
        try:
            account.open(key)
        except BoardpackError as error:
            account.failure = error

    def _any(self, tried: tuple[Account, ...]) -> Session:
        if not self.sessions:
            raise _most_telling(tried)
        return self.sessions[0]

    def repair(self, secret: str) -> Session:
        """Mend the accounts that this secret opens, then open them; see `unlock`."""
        admitted = {self.called(name): key for name, key in self.admit(secret).items()}
        for account, key in admitted.items():
            try:
                Doctor(account.folder).repair(secret, read_files=False)
            except BoardpackError as error:
                account.failure = error
            self._open(account, key)
        return self._any(tuple(admitted))

    def change_secret(self, old: str, new: str) -> None:
        """Wrap every key that `old` opens with `new`.

        Raises:
            WrongSecretError: `old` opens nothing.
            WeakPinError, WeakPassphraseError: `new` is too easy to guess; nothing was changed.
        """
        admitted = {self.called(name): key for name, key in self.admit(old).items()}
        for account in admitted:
            check_secret(new, keyring=account.known().holder is keys.Holder.KEYRING)
        for account, key in admitted.items():
            account.rewrap(key, new)

    def unite(self, other: str, secret: str) -> None:
        """End a change of the secret that was cut short: what `other` opens opens with `secret`.

        Raises:
            WrongSecretError: `secret` opens nothing, or `other` nothing that was left.
        """
        admitted = self.admit(secret)
        for account in self.present():
            if account.name in admitted or not isinstance(account.failure, _JUDGED):
                continue
            key = account.admit(other)
            account.rewrap(key, secret)
            self._open(account, key)

    # Coming and going

    def vacant(self, server_url: str) -> Account:
        """Return where a new account belongs; what was left there is worth nothing."""
        if not self.present():
            return self.first
        for account in self.every():
            self._clear(account, server_url)
        return self.called(ids.new_id())

    def _clear(self, account: Account, server_url: str) -> None:
        """Let go what an enrolment that was killed left, or what was said of this server before."""
        state = self._state(account)
        if state.kind is ProfileKind.ERASED and state.server_url == server_url:
            farewell.forget(account.folder)
        if account is self.first or self._kind(account) is not ProfileKind.NEW:
            return
        try:
            acquire(account.folder).release()
        except LockedByOtherError:
            return
        erase(account.folder, None)

    def on_lock(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each lock."""
        self._on_lock.append(callback)

    def lock(self) -> None:
        """Close every session. Harmless when done twice."""
        was_open = bool(self.sessions)
        with ExitStack() as stack:
            if was_open:
                for callback in reversed(self._on_lock):
                    stack.callback(callback)
            # Each is closed, whatever closing another raised.
            for account in tuple(self._made.values()):
                stack.callback(account.lock)

    def start_over(self) -> None:
        """Erase every account."""
        self.lock()
        for account in self.every():
            account.start_over()
        self.tidy()

    def leave(self, name: str) -> None:
        """Erase one account; the others stay as they are."""
        self.called(name).start_over()
        self.tidy()

    def tidy(self) -> None:
        """Remove folders that hold nothing any more."""
        folder = self.profile / FOLDER
        if folder.is_dir():
            for each in (*folder.iterdir(), folder):
                if each.is_dir() and not any(each.iterdir()):
                    each.rmdir()


_JUDGED: Final = (OtherSecretError, TooSoonError, WrongSecretError)
_PRESENT: Final = frozenset({ProfileKind.LOCKED, ProfileKind.OPEN})


def _most_telling(accounts: tuple[Account, ...]) -> BoardpackError:
    """Return what the person is told when nothing opens: what they typed comes first."""
    failures = [each.failure for each in accounts if each.failure is not None]
    for kind in (WrongSecretError, TooSoonError):
        for failure in failures:
            if isinstance(failure, kind):
                return failure
    return failures[0] if failures else ErasedError()
