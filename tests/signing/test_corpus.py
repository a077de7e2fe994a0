"""Every signed document of the shared corpus gets a verdict; no attack ever a valid one."""

import csv
import time
from contextlib import suppress
from pathlib import Path

import pytest
from asn1crypto import pem
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation

from signing import pades
from signing.errors import SigningInputError
from signing.inspection.opening import find_signatures, open_document
from signing.verify import verify

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SIGNED = sorted((CORPUS / "signed").glob("*.pdf"))
ATTACKS = [path for path in SIGNED if path.name.startswith("insecurity__")]
#: Structure alone decides the level; two samples of the corpus would need more than that.
LEVELS = {
    "itext_levels__B-B.pdf": "B-B",
    "itext_levels__B-LT.pdf": "B-LT",
    "dss__pades-t-level-extended.pdf": "B-T",
    "dss__Test.signed_Certipost-2048-SHA512.extended.pdf": "B-LTA",
    "dss__Signature-P-HU_POL-7.pdf": "B-LTA",
    "misc__pdf_digital_signature_timestamp.pdf": "other",
}
#: Genuine documents of other programs: never called forged.
GENUINE = [
    *LEVELS,
    "dss__encrypted.pdf",
    "dss__pades-epes.pdf",
    "dss__doc-firmado-LT.pdf",
    "misc__pdf_with_reason_and_location.pdf",
    "pyhanko__minimal-two-fields-signed-twice.pdf",
    "pyhanko__sig-with-ski-sid.pdf",
]

pytestmark = pytest.mark.corpus


def name(path: Path) -> str:
    return path.name


def own_certificates(pdf: bytes) -> list[bytes]:
    """Return every certificate that a document brings: what an attacker would have us trust."""
    opened = open_document(pdf)
    found: list[bytes] = []
    for one in find_signatures(opened.reader) if opened else ():
        if one.signature is not None:
            certificates = extract_certs_for_validation(one.signature.signed_data)
            found += [certificates.signer_cert.dump()]
            found += [other.dump() for other in certificates.other_certs]
    return found


@pytest.mark.parametrize("path", SIGNED, ids=name)
def test_every_document_gets_a_verdict(path: Path):
    began = time.process_time()
    verdict = verify(path.read_bytes())
    assert time.process_time() - began < 5
    assert verdict.verdict in {"invalid", "indeterminate", "unsigned"}
    assert set(verdict.as_json(path.name)) == {"file", "verdict", "signatures", "modifications"}


@pytest.mark.parametrize("path", ATTACKS, ids=name)
def test_no_attack_is_valid_even_when_its_own_certificates_are_trusted(path: Path):
    pdf = path.read_bytes()
    assert verify(pdf).verdict == "invalid"
    moments = [one.signing_time for one in verify(pdf).signatures if one.signing_time]
    roots = [pem.armor("CERTIFICATE", der) for der in own_certificates_or_none(pdf)]
    for moment in (None, *moments):
        assert verify(pdf, roots=roots, moment=moment).verdict == "invalid"


def own_certificates_or_none(pdf: bytes) -> list[bytes]:
    try:
        return own_certificates(pdf)
    except ValueError:
        return []


@pytest.mark.parametrize("path", SIGNED, ids=name)
def test_every_document_is_signed_or_refused(path: Path):
    with suppress(SigningInputError):
        pades.check_signable(path.read_bytes(), "Maire")


@pytest.mark.parametrize("file", sorted(LEVELS))
def test_levels_are_recognised(file: str):
    verdict = verify((CORPUS / "signed" / file).read_bytes())
    assert verdict.signatures[0].level == LEVELS[file]


@pytest.mark.parametrize("file", GENUINE)
def test_genuine_documents_are_not_called_forged(file: str):
    assert verify((CORPUS / "signed" / file).read_bytes()).verdict == "indeterminate"


def test_what_the_manifest_calls_invalid_is_never_trusted():
    with (CORPUS / "signed" / "MANIFEST.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    invalid = [row["file"] for row in rows if row["expected"].startswith("INVALID")]
    assert len(invalid) > 10
    for file in invalid:
        pdf = (CORPUS / "signed" / file).read_bytes()
        assert verify(pdf, roots=own_certificates_or_none(pdf)).verdict != "valid"


@pytest.mark.parametrize("path", sorted((CORPUS / "pdf").glob("*.pdf")), ids=name)
def test_hostile_documents_are_signed_or_refused_in_time(path: Path):
    began = time.process_time()
    pdf = path.read_bytes()
    with suppress(SigningInputError):
        pades.check_signable(pdf, "Maire")
    assert verify(pdf).verdict in {"unsigned", "invalid", "indeterminate"}
    assert time.process_time() - began < 20
