"""The stages with pyHanko: room in the document, what to sign, the finished signature."""

# mypy: untyped-calls-exclude="pyhanko,pyhanko_certvalidator"
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

import asyncio
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

from signing.errors import LockedDocumentError
from signing.prepared import PreparedSignature

#: Hexadecimal digits of /Contents: a signature takes a third; timestamp and more come later, and
#: pyHanko's own reserve is too small for any (pades.md §0.2).
RESERVED: Final = 2 * 24 * 1024
DIGEST: Final = "sha256"


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


def make_room(  # noqa: PLR0913 a signature has that many facts
    reader: PdfFileReader,
    field: str,
    *,
    name: str,
    certificate: bytes,
    other_certificates: tuple[bytes, ...],
    reason: str | None,
    location: str | None,
    moment: datetime,
    base_size: int,
) -> PreparedSignature:
    """Add the field with room for its signature, and compute what is to be signed.

    Raises:
        LockedDocumentError: the field sets conditions that this signature does not meet.
    """
    signer = _signer(certificate, other_certificates)
    session = PdfSigner(
        PdfSignatureMetadata(
            field_name=field,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            # /Reason, never together with a commitment type (EN 319 142-1 §6.3 (d), (m)).
            reason=reason,
            location=location,
            name=name,
        ),
        signer,
        stamp_style=_NoStamp(),
        new_field_spec=SigFieldSpec(field),
    )
    try:
        started = session.init_signing_session(_PlainUpdate.from_reader(reader))
        started.system_time = moment
        document = started.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
        output = BytesIO()
        digest, _ = document.digest_tbs_document(output=output)
    except SigningError as error:
        raise LockedDocumentError(field=field) from error
    attributes = asyncio.run(signer.signed_attrs(digest.document_digest, DIGEST, use_pades=True))
    return PreparedSignature(
        field=field,
        document=output.getvalue(),
        base_size=base_size,
        digest=digest.document_digest,
        reserved=(digest.reserved_region_start, digest.reserved_region_end),
        signed_attributes=attributes.dump(),
        certificate=certificate,
        other_certificates=other_certificates,
        moment=moment,
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
