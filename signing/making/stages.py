"""The stages with pyHanko: room in the document, what to sign, the finished signature."""

# mypy: untyped-calls-exclude="pyhanko,pyhanko_certvalidator"
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import ExternalSigner, PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import PdfTBSDocument
from pyhanko.stamp import BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.errors import DamagedDocumentError, LockedDocumentError
from signing.inspection.addition import adds_one_field
from signing.inspection.objects import ANY_FAILURE
from signing.prepared import PreparedSignature

#: Hexadecimal digits of /Contents: a signature takes a third; timestamp and more come later, and
#: pyHanko's own reserve is too small for any (pades.md §0.2).
RESERVED: Final = 2 * 24 * 1024
DIGEST: Final = "sha256"


@dataclass(frozen=True)
class Request:
    """What is asked of `prepare`; see `signing.pades.prepare`."""

    pdf: bytes
    field: str
    name: str
    certificate: bytes
    other_certificates: tuple[bytes, ...]
    reason: str | None
    location: str | None
    moment: datetime


class _PlainUpdate(IncrementalPdfFileWriter):
    """An incremental update that touches nothing but what the signature needs."""

    def _update_meta(self) -> None:
        """Leave /Info and XMP alone: rewriting the producer makes them differ (pades.md §1.7)."""


class _NoStamp(BaseStampStyle):
    """Draws nothing into a visible field that somebody else prepared."""

    def create_stamp(
        self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict[str, Any]
    ) -> None:
        """Return no stamp: pyHanko's own has a font that is not embedded."""


def _signer(
    certificate: bytes, others: tuple[bytes, ...], value: bytes | None = None
) -> ExternalSigner:
    registry = SimpleCertificateStore()
    registry.register_multiple([x509.Certificate.load(other) for other in others])
    return ExternalSigner(
        signing_cert=x509.Certificate.load(certificate),
        cert_registry=registry,
        signature_value=value,
        embed_roots=False,
    )


def prepare(reader: PdfFileReader, request: Request) -> PreparedSignature:
    """Make room for the signature and see that nothing else changed.

    Raises:
        LockedDocumentError: the field sets conditions that this signature does not meet.
        DamagedDocumentError: the document has faults that would make a later signature doubtful.
    """
    try:
        prepared = _make_room(reader, request)
        # A later signature is judged by the difference to this one: faults of the document that
        # hinder that must be found now, not when the second person has signed.
        clean = adds_one_field(request.pdf, prepared.document)
    except SigningError as error:
        raise LockedDocumentError(field=request.field) from error
    except ANY_FAILURE as error:
        raise DamagedDocumentError from error
    if not clean:
        raise DamagedDocumentError
    return prepared


def _make_room(reader: PdfFileReader, request: Request) -> PreparedSignature:
    signer = _signer(request.certificate, request.other_certificates)
    metadata = PdfSignatureMetadata(
        field_name=request.field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        # /Reason, never together with a commitment type (EN 319 142-1 §6.3 (d), (m)).
        reason=request.reason,
        location=request.location,
        name=request.name,
    )
    session = PdfSigner(
        metadata, signer, stamp_style=_NoStamp(), new_field_spec=SigFieldSpec(request.field)
    ).init_signing_session(_PlainUpdate.from_reader(reader))
    session.system_time = request.moment
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
    output = BytesIO()
    digest, _ = document.digest_tbs_document(output=output)
    attributes = asyncio.run(signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True))
    return PreparedSignature(
        field=request.field,
        document=output.getvalue(),
        base_size=len(request.pdf),
        digest=digest.document_digest,
        reserved=(digest.reserved_region_start, digest.reserved_region_end),
        signed_attributes=attributes.dump(),
        certificate=request.certificate,
        other_certificates=request.other_certificates,
        moment=request.moment,
    )


def fill(prepared: PreparedSignature, value: bytes) -> bytes:
    """Put the signature into its room; return the finished document."""
    signer = _signer(prepared.certificate, prepared.other_certificates, value)
    content = asyncio.run(
        signer.async_sign_prescribed_attributes(
            DIGEST, signed_attrs=cms.CMSAttributes.load(prepared.signed_attributes)
        )
    )
    output = BytesIO(prepared.document)
    where = PreparedByteRangeDigest(prepared.digest, *prepared.reserved)
    PdfTBSDocument.resume_signing(output, where, content)
    return output.getvalue()
