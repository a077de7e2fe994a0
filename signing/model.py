"""What a verification finds, as values; what `boardpack verify --json` prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from boardpack.domain import clock

VerdictWord: TypeAlias = Literal["valid", "invalid", "indeterminate", "unsigned"]
#: PAdES baseline levels (ETSI EN 319 142-1 §6); "other" is no PAdES signature.
Level: TypeAlias = Literal["B-B", "B-T", "B-LT", "B-LTA", "other"]
#: intact: signed bytes unchanged, only permitted additions; modified: signed bytes unchanged, but
#: the document was changed afterwards; broken: not the signed bytes; unknown: cannot be computed.
Integrity: TypeAlias = Literal["intact", "modified", "broken", "unknown"]
#: unknown: no root leads there; untrusted: the chain is known and refused.
Trust: TypeAlias = Literal["trusted", "unknown", "untrusted"]
#: What came after the first signature, gravest first. signatures: only signatures, timestamps and
#: validation data; unrecognised: changes that draw nothing on a page, of unknown purpose.
Modifications: TypeAlias = Literal[
    "unreadable", "content", "unsigned_tail", "unrecognised", "appearance", "signatures", "none"
]
#: What the certificate itself claims (ETSI EN 319 412-5); only a trusted list proves it.
Category: TypeAlias = Literal["claims_qualified_device", "claims_qualified", "ordinary", "unknown"]


class Reason(StrEnum):
    """Why a verdict is not simply "valid"; the text for people is `signing.reasons.reason_text`."""

    BROKEN_DIGEST = "broken_digest"
    BROKEN_SIGNATURE = "broken_signature"
    UNREADABLE_SIGNATURE = "unreadable_signature"
    UNSUPPORTED_FORMAT = "unsupported_format"
    UNUSUAL_BYTE_RANGE = "unusual_byte_range"
    UNSIGNED_TAIL = "unsigned_tail"
    CONTENT_CHANGED = "content_changed"
    UNRECOGNISED_CHANGES = "unrecognised_changes"
    APPEARANCE_ADDED = "appearance_added"
    LOCK_VIOLATED = "lock_violated"
    SIGNATURE_REMOVED = "signature_removed"
    CONDITIONS_VIOLATED = "conditions_violated"
    HYBRID_XREF = "hybrid_xref"
    ENCRYPTED_DOCUMENT = "encrypted_document"
    DAMAGED_DOCUMENT = "damaged_document"
    NO_ROOTS = "no_roots"
    UNKNOWN_ISSUER = "unknown_issuer"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    SIGNED_OUTSIDE_VALIDITY = "signed_outside_validity"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_UNUSABLE = "certificate_unusable"
    CHAIN_REFUSED = "chain_refused"
    WEAK_ALGORITHM = "weak_algorithm"
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    TIMESTAMP_BROKEN = "timestamp_broken"
    TIMESTAMP_UNTRUSTED = "timestamp_untrusted"


@dataclass(frozen=True)
class SignatureFinding:
    """One signature, verified on its own (arrêté du 22 mars 2019, article 7).

    Attributes:
        field: full name of the signature field.
        signer: common name in the certificate, or "" when it cannot be read.
        signing_time: what the signer's device claims, or the timestamp's when one is trusted.
        covers_whole_document: the signed bytes are the whole file but the signature itself.
        reasons: codes, gravest first; "revocation_not_checked" and timestamps' may stand beside
            a valid verdict.
        certificate_sha256: fingerprint, 64 hexadecimal digits, or "".
        format: "PAdES", or "other" for older or foreign kinds.
    """

    field: str
    signer: str
    level: Level
    signing_time: datetime | None
    covers_whole_document: bool
    integrity: Integrity
    trust: Trust
    reasons: tuple[Reason, ...] = ()
    certificate_sha256: str = ""
    signer_given_name: str = ""
    signer_surname: str = ""
    issuer: str = ""
    category: Category = "unknown"
    format: Literal["PAdES", "other"] = "other"

    def as_json(self) -> dict[str, object]:
        """Return what `verify --json` prints for one signature."""
        return {
            "field": self.field,
            "signer": self.signer,
            "level": self.level,
            "signing_time": clock.stamp(self.signing_time) if self.signing_time else None,
            "covers_whole_document": self.covers_whole_document,
            "integrity": self.integrity,
            "trust": self.trust,
            "reasons": [str(reason) for reason in self.reasons],
        }


@dataclass(frozen=True)
class TimestampFinding:
    """One document timestamp (ISO 32000-2 §12.8.5): proof that the document existed at `time`."""

    field: str
    time: datetime | None
    covers_whole_document: bool
    integrity: Integrity
    trust: Trust
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The strict verdict on a file.

    Attributes:
        verdict: "valid" only when every signature is intact, trusted, and nothing but signatures,
            timestamps and validation data came after the first; "invalid" when something signed
            does not hold; "indeterminate" when we cannot know; "unsigned" without any signature.
        signatures: in the order of signing.
        reasons: of the document as a whole.
    """

    verdict: VerdictWord
    signatures: tuple[SignatureFinding, ...] = ()
    modifications: Modifications = "none"
    reasons: tuple[Reason, ...] = ()
    timestamps: tuple[TimestampFinding, ...] = ()

    def as_json(self, file: str) -> dict[str, object]:
        """Return what `verify --json` prints for `file`."""
        return {
            "file": file,
            "verdict": self.verdict,
            "signatures": [finding.as_json() for finding in self.signatures],
            "modifications": self.modifications,
        }

    def signed_fields(self) -> tuple[str, ...]:
        """Return the names of the fields that hold a signature, in the order of signing."""
        return tuple(finding.field for finding in self.signatures)
