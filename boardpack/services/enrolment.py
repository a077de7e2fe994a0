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
from boardpack.services import offers, qr
from boardpack.services.account import Account
from boardpack.services.context import InStore
from boardpack.services.offers import EnrolmentOffer
from boardpack.store import keys, meta
from boardpack.store.database import Store
from boardpack.store.erasing import erase
from boardpack.store.meta import Enrolled

if TYPE_CHECKING:
    from boardpack.services.session import Session

Registrars: TypeAlias = Callable[[str], Registrar]

#: A registration whose answer was lost is sent again: the server knows the key by which it came.
_TRIES: Final = 3
_NAME_LENGTH: Final = 100


class AlreadyEnrolledError(ActionableError):
    """This profile is enrolled already."""

    code = "account.already_enrolled"


class WrongServerError(ActionableError):
    """The server that answered has not the key that the code announced."""

    code = "account.wrong_server"


@dataclass(frozen=True)
class _Prepared:
    """A device before any server knows it: its store, and the keys that it made."""

    store: Store
    profile: keys.Profile
    device_key: ECKey
    identity: pyrage.x25519.Identity


class EnrolmentService:
    """First start. Network lane; its store steps go through `in_store`."""

    def __init__(self, account: Account, in_store: InStore, registrars: Registrars) -> None:
        """Enrol the profile of `account`; `registrars` reaches a server by its address."""
        self._account = account
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
            secret: the PIN or passphrase that the person chose.
            device_name: shown in the list of devices; empty: the computer's own name.
            replace: the person agreed that their former device retires.
            language: of the interface, kept in the profile.

        Raises:
            DeviceAlreadyActiveError: say so, then call again with `replace`; the code stays good.
            BadCodeError, TooManyTriesError, WrongServerError, AlreadyEnrolledError.
            WeakPinError, WeakPassphraseError, KeyringLockedError.
        """
        prepared = self._in_store(lambda: self._prepare(secret))
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

    def _prepare(self, secret: str) -> _Prepared:
        folder = self._account.profile
        if keys.read_profile(folder) is not None:
            raise AlreadyEnrolledError
        # What an enrolment that was killed half-way left is worth nothing.
        erase(folder, None)
        store, profile = _new_store(folder, secret)
        return _Prepared(
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
        session = self._account.open_store(prepared.store)
        shown = keys.with_names(
            prepared.profile,
            registration.official_name,
            next(iter(registration.authority_names), ""),
            server_url,
        )
        # From here on the profile exists.
        keys.save_profile(self._account.profile, shown)
        return session

    def _discard(self, prepared: _Prepared) -> None:
        self._account.lock()
        prepared.store.close()
        erase(self._account.profile, prepared.profile)


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
