"""Which PAdES baseline level a signature has by its structure (ETSI EN 319 142-1 §6).

Structural means: the parts are there. Whether they prove anything is the verdict's matter.
"""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.inspection.objects import PdfThing, entry
from signing.model import Level

#: Subfilter of a PAdES signature and the unsigned attribute of a signature timestamp.
PADES: Final = "/ETSI.CAdES.detached"
TIMESTAMP_ATTRIBUTE: Final = "signature_time_stamp_token"


def is_pades(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether it has the subfilter and the signed reference to the signer's certificate."""
    if entry(signature.sig_object, "/SubFilter") != PADES:
        return False
    return get_signing_cert_attr(signature.signer_info["signed_attrs"]) is not None


def level_of(signature: EmbeddedPdfSignature, timestamps: Sequence[EmbeddedPdfSignature]) -> Level:
    """Return the level of `signature`, given the document timestamps of the file."""
    if not is_pades(signature):
        return "other"
    later = [stamp for stamp in timestamps if stamp.signed_revision > signature.signed_revision]
    if not later and not has_timestamp(signature):
        return "B-B"
    reader = signature.reader
    if not _has_validation_data(reader, reader.total_revisions - 1):
        return "B-T"
    if any(_has_validation_data(reader, stamp.signed_revision) for stamp in later):
        return "B-LTA"
    return "B-LT"


def has_timestamp(signature: EmbeddedPdfSignature) -> bool:
    """Tell whether a signature timestamp stands in the signature itself."""
    attributes: PdfThing = signature.signer_info["unsigned_attrs"]
    return any(attribute["type"].native == TIMESTAMP_ATTRIBUTE for attribute in attributes)


def adds_validation_data(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether the security store changed after that revision."""
    old, new = (
        entry(reader.get_historical_root(number), "/DSS")
        for number in (revision, reader.total_revisions - 1)
    )
    return bool(old != new)


def _has_validation_data(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether that revision's security store holds certificates and revocation answers."""
    store = entry(reader.get_historical_root(revision), "/DSS")
    return bool(entry(store, "/Certs")) and bool(entry(store, "/OCSPs") or entry(store, "/CRLs"))
