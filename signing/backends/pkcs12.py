"""Keys from a PKCS#12 file (.p12, .pfx): parsed once, kept in memory, forgotten on `close`.

pyHanko's own signer parses the RSA key again at every signature: 184 of its 244 ms (pades.md §1.2).
"""

from __future__ import annotations

from typing import Self

from asn1crypto import pkcs12 as structure
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from boardpack.domain import clock
from signing.certificates import CertificateFacts, check_usable
from signing.errors import KeyFileUnreadableError, SignerClosedError, WrongPassphraseError


class Pkcs12Signer:
    """A person's key and certificate; implements `signing.ports.Signer`."""

    def __init__(
        self,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        certificate: bytes,
        other_certificates: tuple[bytes, ...],
        facts: CertificateFacts,
    ) -> None:
        """Keep the parsed key; `open` is how to get one."""
        self._key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = key
        self.certificate = certificate
        self.other_certificates = other_certificates
        self.facts = facts

    @classmethod
    def open(cls, data: bytes, passphrase: bytes) -> Self:
        """Read a PKCS#12 file and check that its certificate may sign today.

        Raises:
            WrongPassphraseError: the passphrase does not fit.
            KeyFileUnreadableError: no PKCS#12 with a key and its certificate.
            CertificateExpiredError, CertificateNotYetValidError, CertificateUnusableError: the
                certificate must not sign.
        """
        key, certificate, others = _read(data, passphrase)
        der = certificate.public_bytes(serialization.Encoding.DER)
        facts = check_usable(der, clock.now())
        if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)) or (
            key.public_key() != certificate.public_key()
        ):
            # `check_usable` saw the certificate only: the file may pair it with a foreign key.
            raise KeyFileUnreadableError
        encoded = tuple(other.public_bytes(serialization.Encoding.DER) for other in others)
        return cls(key, der, encoded, facts)

    def sign_raw(self, data: bytes) -> bytes:
        """Sign `data`: PKCS#1 v1.5 or ECDSA over SHA-256.

        Raises:
            SignerClosedError: `close` was called.
        """
        if self._key is None:
            raise SignerClosedError
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def close(self) -> None:
        """Forget the key."""
        self._key = None

    def __enter__(self) -> Self:
        """Return itself: closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the key."""
        self.close()


def _read(
    data: bytes, passphrase: bytes
) -> tuple[object, x509.Certificate, list[x509.Certificate]]:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
    except UnsupportedAlgorithm as error:
        raise KeyFileUnreadableError from error
    except (ValueError, TypeError) as error:
        # The library says one thing for both: a file with the outer form of PKCS#12 was read.
        if _looks_like_pkcs12(data):
            raise WrongPassphraseError from error
        raise KeyFileUnreadableError from error
    if key is None or certificate is None:
        raise KeyFileUnreadableError
    return key, certificate, others


def _looks_like_pkcs12(data: bytes) -> bool:
    try:
        outer = structure.Pfx.load(data, strict=True)
        return outer["version"].native == "v3" and bool(outer.authenticated_safe)
    except (ValueError, TypeError, KeyError):
        return False
