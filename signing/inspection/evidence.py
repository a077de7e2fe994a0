"""What trust is judged by: the given roots, the moment, and what the document carries itself."""

# mypy: untyped-calls-exclude=pyhanko
# (pyHanko is typed in part: its untyped functions cannot be helped from here.)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESSubIndic
from pyhanko_certvalidator import ValidationContext

from signing.inspection.objects import PdfThing, entry
from signing.model import Reason, Trust

Asn1: TypeAlias = Any  # asn1crypto has no types
RevocationMode: TypeAlias = Literal["soft-fail", "require"]

#: How many certificates or revocation answers of one document are read: more serve nobody.
MOST_ITEMS: Final = 500

#: What pyHanko's sub-indications (ETSI EN 319 102-1 §5.1) mean for us.
MEANING: Final[dict[str, tuple[Trust, Reason]]] = {
    "NO_CERTIFICATE_CHAIN_FOUND": ("unknown", Reason.UNKNOWN_ISSUER),
    "OUT_OF_BOUNDS_NO_POE": ("untrusted", Reason.CERTIFICATE_EXPIRED),
    "OUT_OF_BOUNDS_NOT_REVOKED": ("untrusted", Reason.CERTIFICATE_EXPIRED),
    "REVOKED_NO_POE": ("untrusted", Reason.CERTIFICATE_REVOKED),
    "REVOKED_CA_NO_POE": ("untrusted", Reason.CERTIFICATE_REVOKED),
    "CHAIN_CONSTRAINTS_FAILURE": ("untrusted", Reason.CERTIFICATE_UNUSABLE),
    "CRYPTO_CONSTRAINTS_FAILURE": ("untrusted", Reason.WEAK_ALGORITHM),
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": ("untrusted", Reason.WEAK_ALGORITHM),
}


@dataclass(frozen=True)
class Evidence:
    """Everything a certificate chain is judged by. Nothing is ever fetched from the network."""

    roots: tuple[Asn1, ...]
    moment: datetime
    certificates: tuple[Asn1, ...] = ()
    ocsps: tuple[Asn1, ...] = ()
    crls: tuple[Asn1, ...] = ()

    @property
    def can_check_revocation(self) -> bool:
        """Whether the document brings revocation answers."""
        return bool(self.ocsps or self.crls)

    def context(
        self, *, moment: datetime | None = None, mode: RevocationMode = "soft-fail"
    ) -> ValidationContext:
        """Return a fresh context: one that was used keeps what other signatures brought."""
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=list(self.certificates),
            moment=moment or self.moment,
            allow_fetching=False,
            revocation_mode=mode,
            ocsps=list(self.ocsps),
            crls=list(self.crls),
        )


def gather(reader: PdfFileReader, roots: Sequence[bytes], moment: datetime) -> Evidence:
    """Collect the roots and what the document's security store holds; skip what is damaged."""
    trusted = tuple(x509.Certificate.load(root) for root in roots)
    store = entry(reader.root, "/DSS")
    return Evidence(
        trusted,
        moment,
        certificates=_loaded(store, "/Certs", x509.Certificate, DecodePurpose.CERTIFICATE),
        ocsps=_loaded(store, "/OCSPs", ocsp.OCSPResponse, DecodePurpose.OCSP_RESPONSE),
        crls=_loaded(store, "/CRLs", crl.CertificateList, DecodePurpose.CRL),
    )


def _loaded(store: PdfThing, key: str, kind: Asn1, purpose: DecodePurpose) -> tuple[Asn1, ...]:
    found = []
    for reference in list(entry(store, key, ()))[:MOST_ITEMS]:
        try:
            item = kind.load(reference.get_object().read_data(purpose), strict=True)
            _ = item.native  # parsed now, where a damaged one can be left out
        except (ValueError, TypeError, KeyError, AttributeError, PdfError):
            continue
        found.append(item)
    return tuple(found)


def meaning(problem: AdESSubIndic | None) -> tuple[Trust, Reason | None]:
    """Translate what pyHanko says about a chain."""
    if problem is None:
        return "trusted", None
    return MEANING.get(problem.standard_name, ("untrusted", Reason.CHAIN_REFUSED))
