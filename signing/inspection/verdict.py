"""The strict verdict: all signatures together, and the document around them."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.inspection.drawing import adds_appearance
from signing.inspection.evidence import gather
from signing.inspection.level import adds_validation_data
from signing.inspection.objects import ANY_FAILURE
from signing.inspection.opening import Found, find_signatures, had_signatures, open_document
from signing.inspection.signature import Bytes, examine, examine_timestamp, unreadable
from signing.model import (
    Modifications,
    Reason,
    SignatureFinding,
    TimestampFinding,
    Verdict,
    VerdictWord,
)

#: Gravest first: a document is as good as its worst finding.
GRAVITY: Final[tuple[Modifications, ...]] = (
    "unreadable",
    "content",
    "unsigned_tail",
    "unrecognised",
    "appearance",
    "signatures",
    "none",
)
#: Reasons of the document that no good signature outweighs.
FATAL: Final = frozenset({Reason.UNSIGNED_TAIL, Reason.SIGNATURE_REMOVED, Reason.CONTENT_CHANGED})
#: What may stand beside a valid verdict.
HARMLESS: Final = frozenset({Reason.REVOCATION_NOT_CHECKED, Reason.TIMESTAMP_UNTRUSTED})
MARK: Final = b"/ByteRange"


@dataclass(frozen=True)
class Judged:
    """All signatures of a file, each judged on its own."""

    signatures: tuple[SignatureFinding, ...]
    timestamps: tuple[TimestampFinding, ...]
    bytes: tuple[Bytes, ...]
    first_revision: int | None
    last: Bytes | None
    adds_validation_data: bool


def reach_verdict(pdf: bytes, roots: Sequence[bytes], moment: datetime) -> Verdict:
    """Return the strict verdict; every failure on the way is part of it.

    Args:
        pdf: the whole file.
        roots: trusted roots, DER.
        moment: when trust is judged, unless a trusted timestamp proves an earlier time.

    Raises:
        RuntimeError: called inside an event loop; that must not look like a damaged document.
    """
    _leave_event_loop()
    opened = open_document(pdf)
    if opened is None:
        return Verdict("invalid", modifications="unreadable", reasons=(Reason.DAMAGED_DOCUMENT,))
    if Reason.ENCRYPTED_DOCUMENT in opened.reasons:
        return Verdict("indeterminate", modifications="unreadable", reasons=opened.reasons)
    try:
        found = find_signatures(opened.reader)
        if not found:
            return _unsigned(pdf, opened.reader, opened.reasons)
        judged = asyncio.run(_judge(opened.reader, found, roots, moment))
        document = (*opened.reasons, *_document_reasons(pdf, opened.reader, judged))
    except ANY_FAILURE:
        reasons = tuple(dict.fromkeys((*opened.reasons, Reason.DAMAGED_DOCUMENT)))
        return Verdict("invalid", modifications="unreadable", reasons=reasons)
    return Verdict(
        verdict=_word(judged, document),
        signatures=judged.signatures,
        modifications=_modifications(judged, document),
        reasons=document,
        timestamps=judged.timestamps,
    )


def _leave_event_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("signatures are verified in a worker thread, outside any event loop")


def _unsigned(pdf: bytes, reader: PdfFileReader, reasons: tuple[Reason, ...]) -> Verdict:
    if MARK not in pdf:
        return Verdict("unsigned", reasons=reasons)
    if reasons or had_signatures(reader):
        # The remains of a signature in a file that is damaged, or in an earlier revision.
        return Verdict(
            "invalid", modifications="content", reasons=(*reasons, Reason.SIGNATURE_REMOVED)
        )
    return Verdict("unsigned", reasons=reasons)


async def _judge(
    reader: PdfFileReader, found: list[Found], roots: Sequence[bytes], moment: datetime
) -> Judged:
    evidence = gather(reader, roots, moment)
    # By place, not by name: two fields may have the same name, and none may hide the other.
    results: dict[int, Bytes] = {}
    stamps: list[tuple[EmbeddedPdfSignature, TimestampFinding]] = []
    for place, one in enumerate(found):
        if one.signature and one.is_timestamp:
            stamp, results[place] = await examine_timestamp(one.signature, evidence)
            stamps.append((one.signature, stamp))
    findings = []
    for place, one in enumerate(found):
        if one.is_timestamp:
            continue
        if one.signature is None:
            finding, results[place] = unreadable(one.field, one.reason)
        else:
            finding, results[place] = await examine(one.signature, evidence, stamps)
        findings.append(finding)
    revisions = [one.signature.signed_revision for one in found if one.signature]
    return Judged(
        signatures=tuple(findings),
        timestamps=tuple(stamp for _, stamp in stamps),
        bytes=tuple(results.values()),
        first_revision=min(revisions, default=None),
        # The signatures are in order: the last one is the last that can be read, if any can.
        last=results[len(found) - 1] if revisions else None,
        adds_validation_data=bool(revisions) and adds_validation_data(reader, max(revisions)),
    )


def _document_reasons(pdf: bytes, reader: PdfFileReader, judged: Judged) -> list[Reason]:
    reasons = []
    if judged.last is not None and judged.last.integrity == "intact" and not judged.last.whole:
        if judged.last.after == "none" or not _ends_cleanly(pdf):
            reasons.append(Reason.UNSIGNED_TAIL)
        elif not judged.last.upkeep_only:
            # Signature fields, say, that nobody signed: they may be drawn over a page.
            reasons.append(Reason.CONTENT_CHANGED)
        elif not judged.adds_validation_data:
            # Metadata, say: permitted beside a signature, but here nobody signed it.
            reasons.append(Reason.UNRECOGNISED_CHANGES)
    if judged.first_revision is not None and adds_appearance(reader, judged.first_revision):
        reasons.append(Reason.APPEARANCE_ADDED)
    return reasons


def _ends_cleanly(pdf: bytes) -> bool:
    return pdf.rstrip(b"\r\n").endswith(b"%%EOF")


def _word(judged: Judged, document: Sequence[Reason]) -> VerdictWord:
    integrities = {one.integrity for one in judged.bytes}
    changed = any(one.after == "content" for one in judged.bytes)
    intact = integrities == {"intact"}
    doubtful = Reason.DAMAGED_DOCUMENT in document and not intact
    stamps_broken = any(Reason.TIMESTAMP_BROKEN in one.reasons for one in judged.signatures)
    if "broken" in integrities or changed or doubtful or stamps_broken or FATAL & set(document):
        return "invalid"
    troubled = any(set(one.reasons) - HARMLESS for one in judged.signatures)
    trusted = all(one.trust == "trusted" for one in judged.signatures)
    if document or troubled or not trusted or not judged.signatures or not intact:
        return "indeterminate"
    return "valid"


def _modifications(judged: Judged, document: Sequence[Reason]) -> Modifications:
    found: set[Modifications] = {one.after for one in judged.bytes} | {"none"}
    if Reason.UNSIGNED_TAIL in document:
        found.add("unsigned_tail")
    if Reason.CONTENT_CHANGED in document:
        found.add("content")
    if Reason.UNRECOGNISED_CHANGES in document:
        found.add("unrecognised")
    if Reason.APPEARANCE_ADDED in document:
        found.add("appearance")
    return min(found, key=GRAVITY.index)
