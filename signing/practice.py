"""Practice certificates for demos, trainings and tests: trusted by nothing but themselves.

A root, one intermediate, and people's signing certificates in PKCS#12 files, like those that an
elected official gets from a certification authority, made in memory with `cryptography`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from boardpack.domain import clock

KeyKind: TypeAlias = Literal["rsa3072", "p256"]
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

YEARS: Final = timedelta(days=3 * 365)
AUTHORITY_YEARS: Final = timedelta(days=20 * 365)
#: Passphrase rounds: enough for a practice key, and tests stay fast.
ROUNDS: Final = 2_000
#: What the law calls a signature: contentCommitment, beside digitalSignature.
SIGNING: Final = frozenset({"digital_signature", "content_commitment"})
AUTHENTICATION: Final = frozenset({"digital_signature"})


class CertificateOptions(TypedDict, total=False):
    """Facts of a practice certificate that have a default.

    Attributes:
        key: p256 when absent; rsa3072 takes up to a second to make.
        not_before: yesterday when absent.
        not_after: three years after `not_before` when absent.
        key_usage: names of RFC 5280 in snake case: SIGNING (when absent) or AUTHENTICATION.
        organisation: the authority the person acts for; nothing when absent.
    """

    key: KeyKind
    not_before: datetime | None
    not_after: datetime | None
    key_usage: frozenset[str]
    organisation: str


def make_key(kind: KeyKind) -> PrivateKey:
    """Return a new private key."""
    if kind == "rsa3072":
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return ec.generate_private_key(ec.SECP256R1())


def usage(*names: str) -> x509.KeyUsage:
    """Return a key usage extension with exactly these usages (RFC 5280 §4.2.1.3)."""
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in known})


@dataclass(frozen=True)
class PracticeCertificate:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate alone, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate alone, DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class PracticeAuthority:
    """A certification authority of two storeys: the root is trusted, the intermediate issues."""

    root: PracticeCertificate
    intermediate: PracticeCertificate

    @property
    def root_pem(self) -> bytes:
        """What a verifier must be given to trust this authority."""
        return self.root.pem

    def certify(
        self, given_name: str, surname: str, **facts: Unpack[CertificateOptions]
    ) -> PracticeCertificate:
        """Return a new key and its certificate for a person.

        Args:
            given_name: as in the register of births.
            surname: the certificate's common name is "given_name surname".
            **facts: see `CertificateOptions`.
        """
        private = make_key(facts.get("key", "p256"))
        begins = facts.get("not_before") or clock.now() - timedelta(days=1)
        ends = facts.get("not_after") or begins + YEARS
        subject = _name(
            f"{given_name} {surname}",
            given_name=given_name,
            surname=surname,
            of=facts.get("organisation", ""),
        )
        usages = facts.get("key_usage", SIGNING)
        builder = (
            _builder(subject, self.intermediate.certificate.subject, private)
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(*usages), critical=True)
            .add_extension(_issued_by(self.intermediate.key), critical=False)
        )
        return PracticeCertificate(builder.sign(self.intermediate.key, hashes.SHA256()), private)

    def pack(self, person: PracticeCertificate, passphrase: str) -> bytes:
        """Return a PKCS#12 file with the person's key, certificate and the intermediate."""
        cipher = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(ROUNDS)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(passphrase.encode("utf-8"))
        )
        return pkcs12.serialize_key_and_certificates(
            b"signature", person.key, person.certificate, [self.intermediate.certificate], cipher
        )

    def issue(
        self,
        given_name: str,
        surname: str,
        *,
        passphrase: str,
        **facts: Unpack[CertificateOptions],
    ) -> bytes:
        """Return a PKCS#12 file for a person: `certify` with these facts, then `pack`."""
        return self.pack(self.certify(given_name, surname, **facts), passphrase)


def make_practice_authority(name: str, *, begins: datetime | None = None) -> PracticeAuthority:
    """Return a new authority called `name`, valid for twenty years from `begins` (a year ago)."""
    start = begins or clock.now() - timedelta(days=365)
    root_key, key = make_key("p256"), make_key("p256")
    root_name, issuing_name = _name(f"{name} (racine)"), _name(name)
    root = (
        _builder(root_name, root_name, root_key)
        .not_valid_before(start)
        .not_valid_after(start + AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    intermediate = (
        _builder(issuing_name, root_name, key)
        .not_valid_before(start)
        .not_valid_after(start + AUTHORITY_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(_issued_by(root_key), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return PracticeAuthority(
        PracticeCertificate(root, root_key), PracticeCertificate(intermediate, key)
    )


def _builder(subject: x509.Name, issuer: x509.Name, private: PrivateKey) -> x509.CertificateBuilder:
    public = private.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _issued_by(private: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(private.public_key())


def _name(common: str, *, given_name: str = "", surname: str = "", of: str = "") -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, of),
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])
