"""Certificates of authorities as IT gives them: PEM with one or several, or DER."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from boardpack.domain.errors import ActionableError
from sync.server.models import TrustRoot


class BadCertificateError(ActionableError):
    """No certificate of an authority can be read (`reason`)."""

    code = "server.bad_certificate"


def read(data: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates in `data`, each of an authority.

    Raises:
        BadCertificateError: none can be read, or one is no authority's.
    """
    try:
        if b"-----BEGIN" in data:
            found = tuple(x509.load_pem_x509_certificates(data))
        else:
            found = (x509.load_der_x509_certificate(data),)
        for certificate in found:
            _require_authority(certificate)
    except ValueError as error:
        raise BadCertificateError(reason=str(error)[:200]) from error
    return found


def _require_authority(certificate: x509.Certificate) -> None:
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        basic = None
    if basic is None or not basic.value.ca:
        raise BadCertificateError(reason=certificate.subject.rfc4514_string()[:200])


def root_of(certificate: x509.Certificate) -> TrustRoot:
    """Return the row of a certificate, not saved."""
    return TrustRoot(
        subject=certificate.subject.rfc4514_string()[:500],
        pem=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        sha256=certificate.fingerprint(SHA256()).hex(),
        expires_at=certificate.not_valid_after_utc,
    )
