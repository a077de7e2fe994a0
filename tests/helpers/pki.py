"""A real public-key infrastructure: root, intermediate, signers good and bad, revocation lists.

Made once a process with the product's own practice authority; free of pytest, so that other
programs can use it too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import keys as asn1_keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from boardpack.domain import clock
from signing.backends.pkcs12 import Pkcs12Signer
from signing.practice import (
    AUTHENTICATION,
    PracticeAuthority,
    PracticeCertificate,
    make_key,
    make_practice_authority,
    usage,
)

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """A signing certificate in its PKCS#12 file."""

    certificate: PracticeCertificate
    p12: bytes
    passphrase: bytes

    def signer(self) -> Pkcs12Signer:
        return Pkcs12Signer.open(self.p12, self.passphrase)


@dataclass(frozen=True)
class Pki:
    """One authority that is trusted, one that nobody knows, and their people."""

    authority: PracticeAuthority
    unknown_authority: PracticeAuthority
    mayor: Person
    secretary: Person
    other_person: Person
    expired: Person
    not_yet_valid: Person
    wrong_usage: Person
    stranger: Person

    @property
    def roots(self) -> tuple[bytes, ...]:
        return (self.authority.root_pem,)


@cache
def pki() -> Pki:
    """Return the infrastructure of this process."""
    now = clock.now()
    authority = make_practice_authority("Autorité d’essai", begins=now - 4000 * DAY)
    unknown = make_practice_authority("Autorité inconnue")

    def person(
        given_name: str, surname: str, by: PracticeAuthority = authority, **how: Any
    ) -> Person:
        passphrase = f"phrase de {surname}"
        certificate = by.certify(given_name, surname, **how)
        return Person(certificate, by.pack(certificate, passphrase), passphrase.encode())

    return Pki(
        authority=authority,
        unknown_authority=unknown,
        mayor=person("Jeanne", "Martin", key="rsa3072"),
        secretary=person("Paul", "Durand"),
        other_person=person("Zoé", "Lefèvre"),
        expired=person("Henri", "Ancien", not_before=now - 1000 * DAY, not_after=now - 10 * DAY),
        not_yet_valid=person(
            "Ève", "Future", not_before=now + 10 * DAY, not_after=now + 1000 * DAY
        ),
        wrong_usage=person("Luc", "Connexion", key_usage=AUTHENTICATION),
        stranger=person("Marc", "Étranger", unknown),
    )


def revocation_lists(*revoked: Person) -> list[bytes]:
    """Return the lists (DER) of both storeys of the trusted authority, as of now."""
    authority = pki().authority
    return [
        _revocation_list(authority.root),
        _revocation_list(authority.intermediate, *(one.certificate for one in revoked)),
    ]


def _revocation_list(issuer: PracticeCertificate, *revoked: PracticeCertificate) -> bytes:
    now = clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - DAY)
        .next_update(now + 30 * DAY)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.certificate.serial_number)
            .revocation_date(now - 2 * DAY)
            .build()
        )
    made = builder.sign(issuer.key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


@cache
def timestamp_authority() -> tuple[asn1_x509.Certificate, asn1_keys.PrivateKeyInfo]:
    """Return certificate and key of a timestamp service under the trusted authority."""
    issuer = pki().authority.intermediate
    key = make_key("rsa3072")
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Horodatage d’essai")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + 7300 * DAY)
        .add_extension(usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
        .sign(issuer.key, hashes.SHA256())
    )
    return (
        asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        ),
    )
