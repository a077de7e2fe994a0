"""What must not be signed is refused with the code that says why, before any key is used."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives import serialization
from freezegun import freeze_time
from pikepdf import Array, Dictionary, Name
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec

from boardpack.domain import clock
from boardpack.domain.errors import ActionableError
from boardpack.messages import describe, use_language
from signing import pades
from signing.backends.pkcs12 import Pkcs12Signer
from signing.certificates import facts
from signing.errors import (
    ActiveContentError,
    CertificateExpiredError,
    CertificateNotYetValidError,
    CertificateUnusableError,
    DamagedDocumentError,
    EncryptedDocumentError,
    FieldAlreadySignedError,
    FormDocumentError,
    HybridDocumentError,
    KeyFileUnreadableError,
    LockedDocumentError,
    SelfCheckError,
    SignerClosedError,
    SigningInputError,
    TamperedDocumentError,
    UnknownFieldError,
    WrongOrderError,
    WrongPassphraseError,
)
from tests.helpers.pki import DAY, Person, pki
from tests.signing.papers import (
    ATTACKS,
    ORDER,
    deliberation,
    foreign_signature,
    signed_once,
    signed_twice,
)


def test_the_secretary_waits_for_the_mayor():
    with pytest.raises(WrongOrderError) as caught:
        pades.check_signable(deliberation(), "Secretaire", ORDER)
    assert caught.value.parameters == {"field": "Secretaire", "waiting_for": "Maire"}


def test_nobody_signs_twice():
    with pytest.raises(FieldAlreadySignedError):
        pades.check_signable(signed_once(), "Maire", ORDER)
    with pytest.raises(FieldAlreadySignedError):
        pades.check_signable(signed_twice(), "Maire")


@pytest.mark.parametrize("field", ["President", "", "Maire.1", "x" * 80, "Mai\nre"])
def test_only_the_named_fields_sign(field: str):
    with pytest.raises(UnknownFieldError):
        pades.check_signable(deliberation(), field, ORDER)


@pytest.mark.parametrize("field", ["", "Maire.1", "x" * 80, "Mai\nre", " Maire"])
def test_impossible_names_are_refused_without_an_order_too(field: str):
    with pytest.raises(UnknownFieldError):
        pades.check_signable(deliberation(), field)


def test_what_can_be_signed_passes():
    pades.check_signable(deliberation(), "Maire", ORDER)
    pades.check_signable(signed_once(), "Secretaire", ORDER)
    pades.check_signable(deliberation(), "Président de séance")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_tampered_document_is_not_signed_any_further(attack: str):
    tampered = ATTACKS[attack](signed_twice())
    with pytest.raises((TamperedDocumentError, DamagedDocumentError)):
        pades.check_signable(tampered, "Adjoint")


def with_form(document: pikepdf.Pdf) -> None:
    field = document.make_indirect(Dictionary(FT=Name.Tx, T="Montant", V="100"))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def with_nested_form(document: pikepdf.Pdf) -> None:
    kid = document.make_indirect(Dictionary(T="Montant"))
    field = document.make_indirect(Dictionary(FT=Name.Tx, T="Budget", Kids=Array([kid])))
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def with_endless_form(document: pikepdf.Pdf) -> None:
    field = document.make_indirect(Dictionary(FT=Name.Sig, T="Boucle"))
    field.Kids = Array([field])
    document.Root.AcroForm = Dictionary(Fields=Array([field]))


def with_xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))


def with_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def with_chained_script(document: pikepdf.Pdf) -> None:
    last = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    document.Root.OpenAction = Dictionary(S=Name.Named, N=Name.FirstPage, Next=Array([last]))


def with_named_script(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([])))


def with_destination(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (with_form, FormDocumentError),
        (with_nested_form, FormDocumentError),
        (with_endless_form, DamagedDocumentError),
        (with_xfa, FormDocumentError),
        (with_script, ActiveContentError),
        (with_chained_script, ActiveContentError),
        (with_named_script, ActiveContentError),
    ],
)
def test_what_may_change_later_is_refused(
    change: Callable[[pikepdf.Pdf], None], refusal: type[SigningInputError]
):
    with pytest.raises(refusal):
        pades.check_signable(deliberation(2, change), "Maire")


def test_opening_at_a_place_is_no_script():
    pades.check_signable(deliberation(2, with_destination), "Maire")


def test_a_protected_document_is_refused():
    output = BytesIO()
    with pikepdf.open(BytesIO(deliberation())) as document:
        document.save(output, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(EncryptedDocumentError):
        pades.check_signable(output.getvalue(), "Maire")


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"PK\x03\x04 no document", b"\x00" * 4096])
def test_what_is_no_document_is_refused(pdf: bytes):
    with pytest.raises(DamagedDocumentError):
        pades.check_signable(pdf, "Maire")


def test_a_document_of_two_cross_reference_tables_is_refused():
    """Word writes them ("hybrid"): a table for old programs, a stream for newer ones."""
    with pytest.raises(HybridDocumentError):
        pades.check_signable(hybrid(), "Maire")


def hybrid() -> bytes:
    """Return a document whose trailer names a cross-reference stream of its own."""
    plain = deliberation()
    stream_at = len(plain)
    entry = (1).to_bytes(1, "big") + stream_at.to_bytes(4, "big") + b"\0"
    stream = (
        b"90 0 obj\n<< /Type /XRef /Size 91 /W [1 4 1] /Index [90 1] /Length 6 >>\nstream\n"
        + entry
        + b"\nendstream\nendobj\n"
    )
    previous = int(plain.rsplit(b"startxref", 1)[1].split()[0])
    table_at = stream_at + len(stream)
    with pikepdf.open(BytesIO(plain)) as document:
        root = document.Root.objgen[0]
    table = (
        f"xref\n0 0\ntrailer\n<< /Size 91 /Root {root} 0 R /Prev {previous} "
        f"/XRefStm {stream_at} >>\nstartxref\n{table_at}\n%%EOF\n"
    )
    return plain + stream + table.encode()


def test_a_certified_document_is_locked():
    certified = foreign_signature(
        deliberation(),
        pki().mayor,
        SigFieldSpec("Certification"),
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    with pytest.raises(LockedDocumentError):
        pades.check_signable(certified, "Maire")


def test_a_certified_form_takes_no_new_field():
    certified = foreign_signature(
        deliberation(),
        pki().mayor,
        SigFieldSpec("Certification"),
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    with pytest.raises(LockedDocumentError):
        pades.check_signable(certified, "Maire")


def test_an_approval_signature_can_lock_too():
    """pyHanko signs on and makes the first signature illegal (pades.md §1.1)."""
    locked = foreign_signature(
        deliberation(),
        pki().mayor,
        SigFieldSpec(
            "Maire",
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL),
            doc_mdp_update_value=MDPPerm.NO_CHANGES,
        ),
    )
    with pytest.raises(LockedDocumentError) as caught:
        pades.check_signable(locked, "Secretaire", ORDER)
    assert caught.value.parameters == {"field": "Secretaire"}


def open_file(person: Person) -> Pkcs12Signer:
    return Pkcs12Signer.open(person.p12, person.passphrase)


def test_a_wrong_passphrase_is_named():
    for wrong in (b"", b"Phrase de Martin", b"phrase de Durand", b"\xff" * 40):
        with pytest.raises(WrongPassphraseError):
            Pkcs12Signer.open(pki().mayor.p12, wrong)


@pytest.mark.parametrize("data", [b"", b"no key", b"0\x82\x01\x00", b"%PDF-1.7"])
def test_a_file_without_a_key_is_named(data: bytes):
    with pytest.raises(KeyFileUnreadableError):
        Pkcs12Signer.open(data, b"phrase")


@pytest.mark.parametrize(
    "how",
    [
        ["-legacy"],
        ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
        [],
    ],
    ids=["RC2", "3DES", "AES"],
)
def test_old_and_new_key_files_open(tmp_path: Path, how: list[str]):
    """Authorities still send files enciphered as in 1999."""
    mayor = pki().mayor
    made = subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-export",
            *how,
            "-passout",
            "pass:été",
            "-out",
            tmp_path / "key.p12",
        ],
        input=mayor.certificate.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + mayor.certificate.pem,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    data = (tmp_path / "key.p12").read_bytes()
    assert Pkcs12Signer.open(data, "été".encode()).facts.name == "Jeanne Martin"
    with pytest.raises(WrongPassphraseError):
        Pkcs12Signer.open(data, b"ete")


def test_an_expired_certificate_does_not_sign():
    with pytest.raises(CertificateExpiredError) as caught:
        open_file(pki().expired)
    until = facts(pki().expired.certificate.der).not_after
    assert caught.value.parameters == {"signer": "Henri Ancien", "until": f"{until:%d/%m/%Y}"}


def test_a_certificate_that_expires_while_the_key_is_open_does_not_sign():
    signer = open_file(pki().mayor)
    with freeze_time(signer.facts.not_after + DAY), pytest.raises(CertificateExpiredError):
        pades.sign(deliberation(), "Maire", signer, moment=clock.now())


def test_a_certificate_of_the_future_does_not_sign():
    with pytest.raises(CertificateNotYetValidError):
        open_file(pki().not_yet_valid)


def test_an_authentication_certificate_does_not_sign():
    with pytest.raises(CertificateUnusableError) as caught:
        open_file(pki().wrong_usage)
    assert caught.value.parameters == {"signer": "Luc Connexion"}


def test_a_closed_key_does_not_sign():
    signer = open_file(pki().secretary)
    signer.close()
    with pytest.raises(SignerClosedError):
        signer.sign_raw(b"anything")


def test_another_persons_key_does_not_pass_the_self_check():
    mayor, other = pki().mayor, pki().other_person
    prepared = pades.prepare(
        deliberation(), "Maire", signer_certificate=mayor.certificate.der, moment=clock.now()
    )
    with other.signer() as signer, pytest.raises(SelfCheckError):
        pades.finish(prepared, signer.sign_raw(prepared.signed_attributes))


def test_nonsense_for_a_signature_does_not_pass_the_self_check():
    prepared = pades.prepare(
        deliberation(),
        "Maire",
        signer_certificate=pki().mayor.certificate.der,
        moment=clock.now(),
    )
    for value in (b"", b"\0" * 384, b"x" * 60_000):
        with pytest.raises(SelfCheckError):
            pades.finish(prepared, value)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_refusals_speak_plainly(language: str):
    use_language(language)
    try:
        with pytest.raises(ActionableError) as caught:
            pades.check_signable(deliberation(), "Secretaire", ORDER)
        text = describe(caught.value)
    finally:
        use_language("fr")
    assert "Secretaire" in text.title
    assert "Maire" in text.do
    assert "{" not in text.title + text.safe + text.do
