"""Opening a file of unknown origin, and finding every signature in it."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.inspection.objects import ANY_FAILURE, PdfThing, entry, resolved
from signing.model import Reason

#: Signature kinds that can be judged; others (adbe.x509.rsa_sha1) are of another age.
KNOWN_KINDS: Final = frozenset(
    {"/ETSI.CAdES.detached", "/adbe.pkcs7.detached", "/PBAD.PAdES", "/ETSI.RFC3161"}
)
#: A document with more signatures than this is no council paper.
MOST_SIGNATURES: Final = 200


@dataclass(frozen=True)
class Opened:
    """A file that could be read, in `strict` mode or only by overlooking faults.

    Attributes:
        reasons: why it is doubtful as a whole.
    """

    reader: PdfFileReader
    strict: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Found:
    """A filled signature field; `signature` is None when it cannot be read, `reason` says why."""

    field: str
    signature: EmbeddedPdfSignature | None
    reason: Reason = Reason.UNREADABLE_SIGNATURE

    @property
    def is_timestamp(self) -> bool:
        """Whether it is a document timestamp."""
        if self.signature is None:
            return False
        return bool(entry(self.signature.sig_object, "/SubFilter") == "/ETSI.RFC3161")


def open_document(pdf: bytes) -> Opened | None:
    """Open a file; None when nothing can be read at all."""
    try:
        return _opened(pdf, strict=True)
    except ANY_FAILURE:
        strict_failed = (Reason.DAMAGED_DOCUMENT,)
    try:
        opened = _opened(pdf, strict=False)
    except ANY_FAILURE:
        return None
    return Opened(opened.reader, strict=False, reasons=(*strict_failed, *opened.reasons))


def _opened(pdf: bytes, *, strict: bool) -> Opened:
    reader = PdfFileReader(BytesIO(pdf), strict=strict)
    if reader.encrypted and reader.decrypt(b"").status == AuthStatus.FAILED:
        return Opened(reader, strict, (Reason.ENCRYPTED_DOCUMENT,))
    _ = reader.root["/Pages"]
    if strict and reader.xrefs.hybrid_xrefs_present:
        # Strict pyHanko refuses to judge them; read as other programs do, and say so.
        lenient = _opened(pdf, strict=False).reader
        return Opened(lenient, strict=False, reasons=(Reason.HYBRID_XREF,))
    return Opened(reader, strict)


def find_signatures(reader: PdfFileReader) -> list[Found]:
    """Return every filled signature field, in the order of signing; unreadable ones first.

    Raises:
        Exception: of many kinds, when the form itself cannot be read.
    """
    found = []
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        field: PdfThing = reference.get_object()
        found.append(_read(reader, str(name), field, value))
        if len(found) > MOST_SIGNATURES:
            raise ValueError("too many signatures")
    return sorted(found, key=lambda one: one.signature.signed_revision if one.signature else -1)


def _read(reader: PdfFileReader, name: str, field: PdfThing, value: PdfThing) -> Found:
    try:
        kind = entry(resolved(value), "/SubFilter")
        if kind is not None and kind not in KNOWN_KINDS:
            return Found(name, None, Reason.UNSUPPORTED_FORMAT)
        return Found(name, EmbeddedPdfSignature(reader, field, name))
    except ANY_FAILURE:  # a signature that cannot be read is a finding
        return Found(name, None)


def had_signatures(reader: PdfFileReader) -> bool:
    """Tell whether an earlier revision held a signature that the last one does not show."""
    return any(
        any(True for _ in enumerate_sig_fields(earlier, filled_status=True))
        for earlier in map(reader.get_historical_resolver, range(reader.total_revisions - 1))
    )
