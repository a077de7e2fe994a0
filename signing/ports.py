"""What a signature needs from whoever holds the key: a file, a token, a remote service."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """A certificate and the means to sign with its private key.

    RSA keys sign by PKCS#1 v1.5 and elliptic curves by ECDSA (DER), both over SHA-256 of the data.
    """

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""

    @property
    def other_certificates(self) -> tuple[bytes, ...]:
        """Intermediate certificates up to the root, DER, in any order."""

    def sign_raw(self, data: bytes) -> bytes:
        """Return the signature value over `data` (the signed attributes, DER).

        Raises:
            SigningKeyError: the key refused.
        """
