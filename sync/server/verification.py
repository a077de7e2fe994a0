"""Whether a signed file is what the signatory was to make of the file before it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from signing.diff import only_added
from signing.model import SignatureFinding
from signing.verify import verify
from sync.protocol.errors import (
    AlteredDocumentError,
    InvalidSignatureError,
    WrongSignatureFieldError,
    WrongSignerError,
)
from sync.server.models import Official, PinnedCertificate, TrustRoot


@dataclass(frozen=True)
class Finding:
    """What the server believes of a new signature."""

    verdict: str
    signer: str
    certificate_sha256: str


def examine(base: bytes, signed: bytes, *, field: str, official: Official) -> Finding:
    """Verify that `signed` is `base` plus one signature in `field` by `official`.

    Raises:
        AlteredDocumentError: more than a signature was added.
        InvalidSignatureError: the verdict is invalid.
        WrongSignatureFieldError: the new signature stands in another field, or is not alone.
        WrongSignerError: the certificate is another person's.
    """
    if not only_added(base, signed):
        raise AlteredDocumentError
    roots = [each.encode() for each in TrustRoot.objects.values_list("pem", flat=True)]
    before = {each.field for each in verify(base, roots=roots).signatures}
    verdict = verify(signed, roots=roots)
    if verdict.verdict == "invalid":
        raise InvalidSignatureError
    new = [each for each in verdict.signatures if each.field not in before]
    if [each.field for each in new] != [field]:
        raise WrongSignatureFieldError(field=field)
    if not is_signer(new[0], official):
        raise WrongSignerError(signer=new[0].signer)
    return Finding(verdict.verdict, new[0].signer, new[0].certificate_sha256)


def is_signer(finding: SignatureFinding, official: Official) -> bool:
    """Tell whether the certificate is this official's: pinned, or of their name.

    A certificate that IT pinned decides alone: it may carry a birth name, and once it is known a
    namesake's certificate counts no more.
    """
    pinned = PinnedCertificate.objects.filter(official=official)
    fingerprints = set(pinned.values_list("certificate_sha256", flat=True))
    if fingerprints:
        return finding.certificate_sha256 in fingerprints
    named = folded(f"{finding.signer_given_name} {finding.signer_surname}")
    return bool(named) and named == folded(f"{official.first_name} {official.last_name}")


def folded(name: str) -> str:
    """Return a name without accents, capitals, hyphens and doubled spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        each if each.isalnum() else " " for each in plain if not unicodedata.combining(each)
    )
    return " ".join(letters.split())
