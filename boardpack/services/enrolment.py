"""Enrolling this device: all of it, or nothing of it."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass, replace as replaced
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import pyrage
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from boardpack.domain import clock
from boardpack.domain.errors import ActionableError
from boardpack.domain.ports import Applicant, ConnectionLostError, Registrar, Registration
from boardpack.sealing.wrap import check_secret
from boardpack.services import offers, qr, recovery
from boardpack.services.account import Account, host
from boardpack.services.accounts import Accounts
from boardpack.services.context import InStore
from boardpack.services.offers import EnrolmentOffer
from boardpack.store import farewell, keys, meta
from boardpack.store.database import Store
from boardpack.store.erasing import erase
from boardpack.store.errors import KeyringLostError
from boardpack.store.meta import Enrolled

if TYPE_CHECKING:
    from boardpack.services.session import Session

Registrars: TypeAlias = Callable[[str], Registrar]

#: A registration whose answer was lost is sent again: the server knows the key by which it came.
_TRIES: Final = 3
_NAME_LENGTH: Final = 100


class AlreadyEnrolledError(ActionableError):
    """This profile is enrolled already at that server."""

    code = "account.already_enrolled"


class WrongServerError(ActionableError):
    """The server that answered has not the key that the code announced."""

    code = "account.wrong_server"


@dataclass(frozen=True)
class _Prepared:
    """A device before any server knows it: its store, and the keys that it made."""

    account: Account
    store: Store
    profile: keys.Profile
    device_key: ECKey
    identity: pyrage.x25519.Identity


class EnrolmentService:
    """First start, or one more server. Network lane; its store steps go through `in_store`."""

    def __init__(self, accounts: Accounts, in_store: InStore, registrars: Registrars) -> None:
        """Add to `accounts`; `registrars` reaches a server by its address."""
        self._accounts = accounts
        self._in_store = in_store
        self._registrars = registrars

    @property
    def keyring(self) -> bool:
        """Whether this system has a keyring: then a PIN is enough."""
        return keys.has_keyring()

    def check_code(self, text: str, server_url: str = "") -> EnrolmentOffer:
        """Read a code as it was typed or scanned; see `boardpack.services.offers.parse`."""
        return offers.parse(text, server_url)

    def read_qr(self, path: Path) -> EnrolmentOffer:
        """Read the code from a picture of its QR image."""
        return offers.parse(qr.read_qr(path))

    def check_secret(self, secret: str) -> None:
        """Refuse an unlock secret that is too easy to guess.

        Raises:
            WeakPinError, WeakPassphraseError: choose another.
        """
        check_secret(secret, keyring=self.keyring)

    def enrol(
        self,
        offer: EnrolmentOffer,
        secret: str,
        device_name: str = "",
        *,
        replace: bool = False,
        language: str = "fr",
    ) -> Session:
        """Enrol this device and open its session. When it fails, nothing stays on the device.

        Args:
            offer: what `check_code` or `read_qr` gave.
            secret: the PIN or passphrase that the person chose; where the profile has an account
                already, the one that opens it.
            device_name: shown in the list of devices; empty: the computer's own name.
            replace: the person agreed that their former device retires.
            language: of the interface, kept in the profile.

        Raises:
            DeviceAlreadyActiveError: say so, then call again with `replace`; the code stays good.
            BadCodeError, TooManyTriesError, WrongServerError, AlreadyEnrolledError.
            WeakPinError, WeakPassphraseError, KeyringLockedError.
            WrongSecretError, TooSoonError: not the PIN or passphrase of this profile.
        """
        prepared = self._in_store(lambda: self._prepare(offer, secret))
        try:
            name = (device_name.strip() or platform.node() or "boardpack")[:_NAME_LENGTH]
            registration = self._register(offer, name, prepared, replace=replace)
            _check_key(offer, registration)
            session = self._in_store(
                lambda: self._finish(prepared, offer.server_url, name, registration)
            )
        except BaseException:
            self._in_store(lambda: self._discard(prepared))
            raise
        self._in_store(
            lambda: session.preferences.set(replaced(session.preferences.get(), language=language))
        )
        return session

    def _prepare(self, offer: EnrolmentOffer, secret: str) -> _Prepared:
        present = self._accounts.present()
        if any(_is_of(account, offer) for account in present):
            raise AlreadyEnrolledError(server=host(offer.server_url))
        if present:
            self._accounts.admit(secret)
        account = self._accounts.vacant(offer.server_url)
        folder = account.folder
        # What an enrolment that was killed half-way left is worth nothing.
        erase(folder, None)
        farewell.forget(folder)
        try:
            store, profile = _new_store(folder, secret)
        except BaseException:
            erase(folder, None)
            self._accounts.tidy()
            raise
        return _Prepared(
            account=account,
            store=store,
            profile=profile,
            device_key=ECKey.generate_key("P-256", private=True, auto_kid=False),
            identity=pyrage.x25519.Identity.generate(),
        )

    def _register(
        self, offer: EnrolmentOffer, name: str, prepared: _Prepared, *, replace: bool
    ) -> Registration:
        applicant = Applicant(
            code=offer.code,
            device_name=name,
            device_key=_members(prepared.device_key, private=False),
            recipient=str(prepared.identity.to_public()),
            replace=replace,
        )
        registrar = self._registrars(offer.server_url)
        try:
            for _ in range(_TRIES - 1):
                try:
                    return registrar.register(applicant)
                except ConnectionLostError:
                    continue
            return registrar.register(applicant)
        finally:
            registrar.close()

    def _finish(
        self, prepared: _Prepared, server_url: str, name: str, registration: Registration
    ) -> Session:
        enrolled = Enrolled(
            server_url=server_url,
            server_id=registration.server_id,
            server_key=dict(registration.server_key),
            device_id=registration.device_id,
            device_name=name,
            device_key=_members(prepared.device_key, private=True),
            official_id=registration.official_id,
            official_name=registration.official_name,
            authority_names=registration.authority_names,
            identity=str(prepared.identity),
            recipient=str(prepared.identity.to_public()),
            enrolled_at=clock.now(),
        )
        with prepared.store.transaction() as connection:
            meta.save_enrolled(connection, enrolled)
            recovery.begin(connection, enrolled, identity_kept=registration.identity_kept)
        session = prepared.account.open_store(prepared.store)
        shown = keys.with_names(
            prepared.profile,
            registration.official_name,
            next(iter(registration.authority_names), ""),
            server_url,
        )
        # From here on the profile exists.
        keys.save_profile(prepared.account.folder, shown)
        return session

    def _discard(self, prepared: _Prepared) -> None:
        prepared.account.lock()
        prepared.store.close()
        erase(prepared.account.folder, prepared.profile)
        self._accounts.tidy()


def _is_of(account: Account, offer: EnrolmentOffer) -> bool:
    """Tell whether an account is of the server that an offer names, by address or by key."""
    session = account.session
    if session is not None and offer.fingerprint:
        known = meta.enrolled(session.context.store.connection)
        if known and ECKey.import_key(dict(known.server_key)).thumbprint() == offer.fingerprint:
            return True
    try:
        return account.known().server_url == offer.server_url
    except KeyringLostError:
        # Nobody can tell whose it is: that must not keep a person from another server.
        return False


def _new_store(folder: Path, secret: str) -> tuple[Store, keys.Profile]:
    check_secret(secret, keyring=keys.has_keyring())
    Store.make_folder(folder)
    profile, key = keys.create(folder, secret)
    try:
        return Store.create(folder, key), profile
    except BaseException:
        erase(folder, profile)
        raise


def _members(key: ECKey, *, private: bool) -> dict[str, str]:
    names = ("kty", "crv", "x", "y", "d") if private else ("kty", "crv", "x", "y")
    found = key.as_dict(private=private)
    return {name: str(found[name]) for name in names}


def _check_key(offer: EnrolmentOffer, registration: Registration) -> None:
    """Hold the server's key against the thumbprint of the code (RFC 7638)."""
    try:
        thumbprint = ECKey.import_key(dict(registration.server_key)).thumbprint()
    except (JoseError, ValueError, TypeError) as error:
        raise WrongServerError from error
    if offer.fingerprint and offer.fingerprint != thumbprint:
        raise WrongServerError
