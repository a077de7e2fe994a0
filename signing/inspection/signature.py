"""One signature, on its own: are these the signed bytes, whose are they, what came after."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from signing.certificates import CertificateFacts, facts
from signing.inspection.drawing import draws_the_same
from signing.inspection.evidence import Evidence, RevocationMode, meaning
from signing.inspection.level import is_pades, level_of
from signing.inspection.objects import ANY_FAILURE
from signing.inspection.policy import STRICT_POLICY
from signing.model import (
    Integrity,
    Modifications,
    Reason,
    SignatureFinding,
    TimestampFinding,
    Trust,
)

Status: TypeAlias = Any


@dataclass(frozen=True)
class Chain:
    """What is known of a certificate chain, and the reasons why it is no better."""

    trust: Trust
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Bytes:
    """What is known of the signed bytes and of what came after them.

    Attributes:
        upkeep_only: nothing came after, or timestamps and validation data only: no signature.
    """

    integrity: Integrity
    after: Modifications = "none"
    whole: bool = False
    upkeep_only: bool = False
    reasons: tuple[Reason, ...] = ()


async def examine_timestamp(
    stamp: EmbeddedPdfSignature, evidence: Evidence
) -> tuple[TimestampFinding, Bytes]:
    """Judge a document timestamp."""
    try:
        status = await async_validate_pdf_timestamp(stamp, evidence.context(), skip_diff=True)
    except ANY_FAILURE:
        # ISO 32000-2 wants /Type /DocTimeStamp; some programs forget it, which forges nothing.
        typed = stamp.sig_object_type == "/DocTimeStamp"
        found = Bytes(
            "broken" if typed else "unknown",
            reasons=(Reason.TIMESTAMP_BROKEN if typed else Reason.UNSUPPORTED_FORMAT,),
        )
        finding = TimestampFinding(
            field=stamp.field_name,
            time=None,
            covers_whole_document=False,
            integrity=found.integrity,
            trust="unknown",
            reasons=found.reasons,
        )
        return finding, found
    found = _bytes(stamp, status)
    chain = _chain(status, evidence, evidence.moment)
    reasons = found.reasons
    if found.integrity == "broken":
        reasons = (Reason.TIMESTAMP_BROKEN, *reasons)
    elif chain.trust != "trusted":
        reasons = (*reasons, Reason.TIMESTAMP_UNTRUSTED)
    finding = TimestampFinding(
        field=stamp.field_name,
        time=status.timestamp,
        covers_whole_document=found.whole,
        integrity=found.integrity,
        trust=chain.trust,
        reasons=reasons,
    )
    return finding, found


async def examine(
    signature: EmbeddedPdfSignature,
    evidence: Evidence,
    stamps: list[tuple[EmbeddedPdfSignature, TimestampFinding]],
) -> tuple[SignatureFinding, Bytes]:
    """Judge a signature.

    Args:
        signature: as pyHanko read it.
        evidence: what trust is judged by.
        stamps: the document timestamps of the file, judged already.
    """
    try:
        status = await _validated(signature, evidence)
        found = _bytes(signature, status)
        proven = _proven_time(signature, status, stamps)
        chain = await _trust(signature, evidence, status, proven)
        level = level_of(signature, [stamp for stamp, _ in stamps])
        claimed = _aware(signature.self_reported_timestamp)
    except (UnsupportedAlgorithm, NotImplementedError):
        return unreadable(signature.field_name, Reason.UNSUPPORTED_FORMAT)
    except ANY_FAILURE:
        return unreadable(signature.field_name, Reason.UNREADABLE_SIGNATURE)
    finding = SignatureFinding(
        field=signature.field_name,
        signer="",
        level=level,
        signing_time=proven or claimed,
        covers_whole_document=found.whole,
        integrity=found.integrity,
        trust=chain.trust,
        reasons=tuple(dict.fromkeys((*found.reasons, *_extra(status), *chain.reasons))),
        format="PAdES" if is_pades(signature) else "other",
    )
    return _named(finding, signature), found


async def _validated(
    signature: EmbeddedPdfSignature,
    evidence: Evidence,
    moment: datetime | None = None,
    mode: RevocationMode = "soft-fail",
) -> PdfSignatureStatus:
    context = evidence.context(moment=moment, mode=mode)
    return await async_validate_pdf_signature(signature, context, skip_diff=True)


def _bytes(signature: EmbeddedPdfSignature, status: Status) -> Bytes:
    coverage: Status = signature.coverage  # set by the validation, which pyHanko's types ignore
    whole = bool(coverage == SignatureCoverageLevel.ENTIRE_FILE)
    if not status.intact:
        return Bytes("broken", whole=whole, reasons=(Reason.BROKEN_DIGEST,))
    if not status.valid:
        return Bytes("broken", whole=whole, reasons=(Reason.BROKEN_SIGNATURE,))
    if coverage is None or coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return Bytes("broken", whole=whole, reasons=(Reason.UNUSUAL_BYTE_RANGE,))
    if whole:
        return Bytes("intact", whole=True, upkeep_only=True)
    return _after(signature)


def _after(signature: EmbeddedPdfSignature) -> Bytes:
    """Judge the revisions that came after the signature's own."""
    result = _difference(signature, locks=True)
    if result is None:
        if _difference(signature, locks=False) is not None:
            return Bytes("modified", "content", reasons=(Reason.LOCK_VIOLATED,))
        return _unexplained(signature)
    level, lock = result.modification_level, signature.docmdp_level
    if lock is not None and level.value > lock.value:
        return Bytes("modified", "content", reasons=(Reason.LOCK_VIOLATED,))
    nothing = level == ModificationLevel.NONE
    return Bytes(
        "intact",
        "none" if nothing else "signatures",
        upkeep_only=level <= ModificationLevel.LTA_UPDATES,
    )


def _difference(signature: EmbeddedPdfSignature, *, locks: bool) -> DiffResult | None:
    """Return what the strict policy makes of the later revisions; None when it refuses them."""
    fields, document = (signature.fieldmdp, signature.docmdp_level) if locks else (None, None)
    if not locks and not signature.fieldmdp and signature.docmdp_level is None:
        return None
    try:
        result = STRICT_POLICY.review_file(
            signature.reader, signature.signed_revision, fields, document
        )
    except ANY_FAILURE:  # what cannot be compared is refused
        return None
    return result if isinstance(result, DiffResult) else None


def _unexplained(signature: EmbeddedPdfSignature) -> Bytes:
    try:
        same = draws_the_same(signature.reader, signature.signed_revision)
    except ANY_FAILURE:  # whatever cannot be compared counts as changed
        same = False
    if same:
        return Bytes("modified", "unrecognised", reasons=(Reason.UNRECOGNISED_CHANGES,))
    return Bytes("modified", "content", reasons=(Reason.CONTENT_CHANGED,))


def _chain(status: Status, evidence: Evidence, moment: datetime) -> Chain:
    trust, reason = meaning(status.trust_problem_indic)
    if trust == "trusted" and not status.trusted:
        trust, reason = "unknown", Reason.UNKNOWN_ISSUER
    if trust == "trusted":
        return Chain("trusted")
    if reason == Reason.UNKNOWN_ISSUER and not evidence.roots:
        reason = Reason.NO_ROOTS
    if reason == Reason.CHAIN_REFUSED and moment < status.signing_cert.not_valid_before:
        reason = Reason.CERTIFICATE_NOT_YET_VALID
    return Chain(trust, (reason,) if reason else ())


async def _trust(
    signature: EmbeddedPdfSignature,
    evidence: Evidence,
    status: PdfSignatureStatus,
    proven: datetime | None,
) -> Chain:
    """Judge the chain now or, when a trusted timestamp proves an earlier time, at that time."""
    chain = _chain(status, evidence, evidence.moment)
    moment = evidence.moment
    if chain.trust == "untrusted" and proven is not None:
        moment = proven
        chain = _chain(await _validated(signature, evidence, moment=proven), evidence, proven)
    claimed = proven or _aware(signature.self_reported_timestamp)
    signer = status.signing_cert
    if claimed and not signer.not_valid_before <= claimed <= signer.not_valid_after:
        trust: Trust = "untrusted" if chain.trust == "trusted" else chain.trust
        return Chain(trust, (*chain.reasons, Reason.SIGNED_OUTSIDE_VALIDITY))
    if chain.trust != "trusted":
        return chain
    if not signer.not_valid_before <= moment <= signer.not_valid_after:
        # pyHanko believes a signer's certificate for ever when it is given as a root itself.
        return Chain("untrusted", (Reason.CERTIFICATE_EXPIRED,))
    return await _unrevoked(signature, evidence, moment)


async def _unrevoked(
    signature: EmbeddedPdfSignature, evidence: Evidence, moment: datetime
) -> Chain:
    """Judge a trusted chain by the document's own revocation answers."""
    if evidence.can_check_revocation:
        # "soft-fail" would look only where the certificate names an address to ask.
        status = await _validated(signature, evidence, moment=moment, mode="require")
        chain = _chain(status, evidence, moment)
        if chain.trust == "trusted" or Reason.CERTIFICATE_REVOKED in chain.reasons:
            return chain
    return Chain("trusted", (Reason.REVOCATION_NOT_CHECKED,))


def _proven_time(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    stamps: list[tuple[EmbeddedPdfSignature, TimestampFinding]],
) -> datetime | None:
    times = [
        finding.time
        for stamp, finding in stamps
        if stamp.signed_revision > signature.signed_revision
        and finding.integrity == "intact"
        and finding.trust == "trusted"
        and finding.time is not None
    ]
    token: Status = status.timestamp_validity
    if token is not None and token.trusted:
        times.append(token.timestamp)
    return min(times, default=None)


def _extra(status: PdfSignatureStatus) -> list[Reason]:
    reasons: list[Reason] = []
    token: Status = status.timestamp_validity
    if token is not None and not (token.intact and token.valid):
        reasons.append(Reason.TIMESTAMP_BROKEN)
    elif token is not None and not token.trusted:
        reasons.append(Reason.TIMESTAMP_UNTRUSTED)
    if not status.seed_value_ok:
        reasons.append(Reason.CONDITIONS_VIOLATED)
    return reasons


def _aware(moment: datetime | None) -> datetime | None:
    # PDF dates may lack a zone (ISO 32000-1 §7.9.4): then it is unknown, and UTC as good as any.
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _named(finding: SignatureFinding, signature: EmbeddedPdfSignature) -> SignatureFinding:
    try:
        found: CertificateFacts = facts(signature.signer_cert.dump())
    except ValueError:
        return finding
    return replace(
        finding,
        signer=found.name,
        certificate_sha256=found.sha256,
        signer_given_name=found.given_name,
        signer_surname=found.surname,
        issuer=found.issuer,
        category=found.category,
    )


def unreadable(field: str, reason: Reason) -> tuple[SignatureFinding, Bytes]:
    """Return the finding for a signature that cannot be opened or judged."""
    integrity: Integrity = "unknown" if reason == Reason.UNSUPPORTED_FORMAT else "broken"
    finding = SignatureFinding(
        field=field,
        signer="",
        level="other",
        signing_time=None,
        covers_whole_document=False,
        integrity=integrity,
        trust="unknown",
        reasons=(reason,),
    )
    return finding, Bytes(integrity, reasons=(reason,))
