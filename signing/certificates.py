"""Facts of a certificate, for display and for the gates before signing.

Read with asn1crypto, which accepts the small faults of real certificates; nothing here says that a
certificate is trusted (`signing.verify` does).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias

from asn1crypto import core, pem, x509

from signing.errors import (
    CertificateExpiredError,
    CertificateNotYetValidError,
    CertificateUnusableError,
    RootsUnreadableError,
)
from signing.model import Category

Asn1: TypeAlias = Any  # asn1crypto has no types

#: ETSI EN 319 412-5: statements of a qualified certificate, in the extension of RFC 3739.
QC_STATEMENTS: Final = "1.3.6.1.5.5.7.1.3"
QC_COMPLIANCE: Final = "0.4.0.1862.1.1"
QC_DEVICE: Final = "0.4.0.1862.1.4"
#: What a person's signing certificate must allow: contentCommitment, formerly nonRepudiation
#: (RFC 5280 §4.2.1.3). An authentication certificate has digitalSignature only.
SIGNING_USAGE: Final = "non_repudiation"
SMALLEST_RSA: Final = 2048
CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")


class _QcStatement(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """RFC 3739 §3.2.6."""

    _fields: ClassVar = [
        ("statement_id", core.ObjectIdentifier),
        ("info", core.Any, {"optional": True}),
    ]


class _QcStatements(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    """RFC 3739 §3.2.6."""

    _child_spec = _QcStatement


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate says of itself.

    Attributes:
        name: common name, or the whole subject when it has none.
        usages: key usages as in RFC 5280, in snake case; None when the extension is absent.
        sha256: fingerprint, 64 hexadecimal digits.
        key: kind and size, as "RSA 3072" or "EC secp256r1".
    """

    name: str
    given_name: str
    surname: str
    organisation: str
    issuer: str
    not_before: datetime
    not_after: datetime
    usages: frozenset[str] | None
    category: Category
    key: str
    sha256: str


def facts(der: bytes) -> CertificateFacts:
    """Read a certificate.

    Raises:
        ValueError: these bytes are no certificate.
    """
    try:
        certificate = x509.Certificate.load(der, strict=True)
        subject = certificate.subject.native
        usage = certificate.key_usage_value
        return CertificateFacts(
            name=_text(subject, "common_name") or str(certificate.subject.human_friendly),
            given_name=_text(subject, "given_name"),
            surname=_text(subject, "surname"),
            organisation=_text(subject, "organization_name"),
            issuer=_text(certificate.issuer.native, "common_name")
            or str(certificate.issuer.human_friendly),
            not_before=certificate.not_valid_before,
            not_after=certificate.not_valid_after,
            usages=None if usage is None else frozenset(usage.native),
            category=_category(certificate),
            key=_key(certificate),
            sha256=hashlib.sha256(der).hexdigest(),
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError("not a certificate") from error


def _text(names: dict[str, Any], key: str) -> str:
    value = names.get(key, "")
    return str(value[-1] if isinstance(value, list) else value)


def _key(certificate: Asn1) -> str:
    public = certificate.public_key
    if public.algorithm == "rsa":
        return f"RSA {public.bit_size}"
    if public.algorithm == "ec":
        return f"EC {public.curve[1]}"
    return str(public.algorithm)


def _category(certificate: Asn1) -> Category:
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted == QC_STATEMENTS:
            claimed = {
                statement["statement_id"].native
                for statement in _QcStatements.load(extension["extn_value"].contents)
            }
            if QC_COMPLIANCE in claimed:
                return "claims_qualified_device" if QC_DEVICE in claimed else "claims_qualified"
    return "ordinary"


def load_certificates(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates (DER) of a PEM file with any number of them, or of one DER file.

    Raises:
        RootsUnreadableError: there is none, or one of them is damaged.
    """
    try:
        if pem.detect(data):
            found = [
                der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"
            ]
        else:
            found = [data]
        for der in found:
            facts(der)
    except ValueError as error:
        raise RootsUnreadableError from error
    if not found:
        raise RootsUnreadableError
    return tuple(found)


def check_usable(der: bytes, moment: datetime) -> CertificateFacts:
    """Refuse a certificate that must not sign at `moment`; pyHanko would (pades.md §0.7).

    Raises:
        CertificateExpiredError: it ended before.
        CertificateNotYetValidError: it begins later.
        CertificateUnusableError: it is not made for signing documents.
    """
    try:
        found = facts(der)
    except ValueError as error:
        raise CertificateUnusableError(signer="?") from error
    if moment > found.not_after:
        raise CertificateExpiredError(signer=found.name, until=f"{found.not_after:%d/%m/%Y}")
    if moment < found.not_before:
        raise CertificateNotYetValidError(signer=found.name, since=f"{found.not_before:%d/%m/%Y}")
    if not _may_sign(found):
        raise CertificateUnusableError(signer=found.name)
    return found


def _may_sign(found: CertificateFacts) -> bool:
    kind, _, size = found.key.partition(" ")
    strong = int(size) >= SMALLEST_RSA if kind == "RSA" else size in CURVES
    # Without the extension a certificate may serve for anything (RFC 5280 §4.2.1.3), but no
    # authority issues a person's signing certificate like that, and verifiers refuse it.
    return strong and found.usages is not None and SIGNING_USAGE in found.usages
