"""Certificates and verdicts as a person is shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertificateView:
    """Whose signature a certificate file makes, shown before signing.

    Attributes:
        is_mine: it names the person of this profile; else the server may refuse the signature.
    """

    name: str
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    is_mine: bool


@dataclass(frozen=True)
class SignatureView:
    """One signature found in a PDF; see `signing.verify`."""

    field: str
    signer: str
    level: str
    signing_time: datetime | None
    covers_whole_document: bool
    integrity: str
    trust: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FileVerdict:
    """What verifying one file found: valid, invalid, indeterminate, unsigned."""

    file: str
    verdict: str
    signatures: tuple[SignatureView, ...]
    modifications: str
    reasons: tuple[str, ...]
