"""What an attacker does to a signed document never leaves a valid verdict."""

from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
)

from boardpack.domain import clock
from signing import pades
from signing.diff import only_added
from signing.inspection.objects import resolved
from signing.model import Modifications, Reason
from signing.verify import verify
from tests.helpers.pki import pki
from tests.signing.papers import (
    ATTACKS,
    add_annotation,
    change_form_defaults,
    deliberation,
    empty_field_over_page,
    foreign_signature,
    replace_content,
    signed_once,
    signed_twice,
    update,
)


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_tampering_with_two_signatures_makes_it_invalid(attack: str):
    tampered = ATTACKS[attack](signed_twice())
    assert tampered != signed_twice()
    assert verify(tampered, roots=pki().roots).verdict == "invalid"
    assert not only_added(signed_once(), tampered)
    assert not only_added(signed_twice(), tampered)


@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"swap_contents"}))
def test_tampering_with_one_signature_makes_it_invalid(attack: str):
    tampered = ATTACKS[attack](signed_once())
    assert verify(tampered, roots=pki().roots).verdict == "invalid"
    assert not only_added(deliberation(), tampered)


@pytest.mark.parametrize(
    ("attack", "modifications", "reason"),
    [
        ("tail", "unsigned_tail", Reason.UNSIGNED_TAIL),
        ("add_page", "content", Reason.CONTENT_CHANGED),
        ("add_annotation", "content", Reason.CONTENT_CHANGED),
        ("replace_content", "content", Reason.CONTENT_CHANGED),
        ("empty_field_over_page", "content", Reason.CONTENT_CHANGED),
        ("remove_signature", "content", Reason.SIGNATURE_REMOVED),
        ("flip", "none", Reason.BROKEN_DIGEST),
    ],
)
def test_the_verdict_says_what_happened(attack: str, modifications: Modifications, reason: Reason):
    verdict = verify(ATTACKS[attack](signed_once()), roots=pki().roots)
    assert verdict.modifications == modifications
    found = set(verdict.reasons).union(*(one.reasons for one in verdict.signatures))
    assert reason in found


@pytest.mark.parametrize("attack", [add_annotation, replace_content, empty_field_over_page])
def test_a_change_between_two_signatures_is_found(attack: Callable[[bytes], bytes]):
    """The second signature is the attacker's accomplice: it covers the change with its own."""
    changed = attack(signed_once())
    twice = foreign_signature(changed, pki().secretary, SigFieldSpec("Secretaire"))
    verdict = verify(twice, roots=pki().roots)
    assert verdict.verdict != "valid"
    assert not only_added(signed_once(), twice)


def test_an_overlay_by_a_trusted_second_signer_is_never_valid():
    """A signature drawn over the page may hide what the first one signed."""
    twice = foreign_signature(
        signed_once(), pki().secretary, SigFieldSpec("Secretaire", box=(50, 700, 550, 800))
    )
    verdict = verify(twice, roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.reasons == (Reason.APPEARANCE_ADDED,)
    assert verdict.modifications == "appearance"
    assert not only_added(signed_once(), twice)


def test_a_visible_first_signature_is_fine():
    once = foreign_signature(
        deliberation(), pki().mayor, SigFieldSpec("Maire", box=(50, 50, 200, 100))
    )
    assert verify(once, roots=pki().roots).verdict == "valid"


def test_a_change_that_draws_nothing_is_unrecognised():
    verdict = verify(change_form_defaults(signed_once()), roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.modifications == "unrecognised"
    assert verdict.signatures[0].integrity == "modified"


def test_new_metadata_alone_is_not_covered_by_any_signature():
    def change(writer: BasePdfFileWriter) -> None:
        title = generic.DictionaryObject({pdf_name("/Title"): pdf_string("Another title")})
        writer.set_info(writer.add_object(title))

    verdict = verify(update(signed_once(), change), roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.modifications == "unrecognised"


def test_a_rollback_shows_fewer_signatures():
    """The file cannot know that more was there: whoever keeps the register must count."""
    rolled_back = signed_twice()[: len(signed_once())]
    verdict = verify(rolled_back, roots=pki().roots)
    assert verdict.verdict == "valid"
    assert verdict.signed_fields() == ("Maire",)
    assert not only_added(signed_twice(), rolled_back)


def test_signing_after_a_lock_breaks_the_lock():
    locked = foreign_signature(
        deliberation(),
        pki().mayor,
        SigFieldSpec(
            "Maire",
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL),
            doc_mdp_update_value=MDPPerm.NO_CHANGES,
        ),
    )
    assert verify(locked, roots=pki().roots).verdict == "valid"
    twice = foreign_signature(locked, pki().secretary, SigFieldSpec("Secretaire"))
    verdict = verify(twice, roots=pki().roots)
    assert verdict.verdict == "invalid"
    assert Reason.LOCK_VIOLATED in verdict.signatures[0].reasons


def test_a_stranger_is_not_trusted():
    with pki().stranger.signer() as signer:
        signed = pades.sign(signed_once(), "Secretaire", signer, moment=clock.now())
    verdict = verify(signed, roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert [one.trust for one in verdict.signatures] == ["trusted", "unknown"]
    assert only_added(signed_once(), signed)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("expired", Reason.CERTIFICATE_EXPIRED),
        ("not_yet_valid", Reason.CERTIFICATE_NOT_YET_VALID),
        ("wrong_usage", Reason.CERTIFICATE_UNUSABLE),
    ],
)
def test_a_certificate_that_must_not_sign_is_not_trusted(name: str, reason: Reason):
    signed = foreign_signature(deliberation(), getattr(pki(), name), SigFieldSpec("Maire"))
    verdict = verify(signed, roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.signatures[0].trust == "untrusted"
    assert reason in verdict.signatures[0].reasons


def test_a_document_without_signature_is_unsigned():
    verdict = verify(deliberation(), roots=pki().roots)
    assert (verdict.verdict, verdict.modifications) == ("unsigned", "none")
    assert verdict.signatures == ()


def test_a_prepared_document_is_not_signed():
    prepared = pades.prepare(
        deliberation(),
        "Maire",
        signer_certificate=pki().mayor.certificate.der,
        moment=clock.now(),
    )
    assert verify(prepared.document, roots=pki().roots).verdict == "invalid"
    assert not only_added(deliberation(), prepared.document)


@pytest.mark.parametrize("pdf", [b"", b"hello", b"%PDF-1.7\n%%EOF", b"\x00" * 10_000])
def test_what_is_no_document_is_invalid(pdf: bytes):
    verdict = verify(pdf)
    assert (verdict.verdict, verdict.modifications) == ("invalid", "unreadable")
    assert verdict.reasons == (Reason.DAMAGED_DOCUMENT,)


def test_a_good_field_does_not_hide_a_broken_one_of_the_same_name():
    """Found by reading, not by luck: results were once kept by name."""

    def change(writer: BasePdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        good = form["/Fields"][0]
        broken = generic.DictionaryObject(
            {
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): pdf_string("Maire"),
                pdf_name("/V"): writer.add_object(
                    generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Sig")})
                ),
            }
        )
        good_reference = form["/Fields"].raw_get(0)
        assert good["/T"] == "Maire"
        form["/Fields"] = generic.ArrayObject([writer.add_object(broken), good_reference])
        writer.update_container(form)
        writer.update_root()

    doubled = update(signed_once(), change)
    twice = foreign_signature(doubled, pki().secretary, SigFieldSpec("Secretaire"))
    verdict = verify(twice, roots=pki().roots)
    assert verdict.verdict == "invalid"
    assert len(verdict.signatures) == 3


def test_a_second_signature_field_with_a_script_is_never_valid():
    def change(writer: BasePdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Secretaire"))
        field = resolved(writer.root["/AcroForm"]["/Fields"].raw_get(1))
        script = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("x()")}
        field[pdf_name("/AA")] = generic.DictionaryObject(
            {pdf_name("/PO"): generic.DictionaryObject(script)}
        )

    twice = foreign_signature(
        update(signed_once(), change), pki().secretary, SigFieldSpec("Secretaire")
    )
    verdict = verify(twice, roots=pki().roots)
    assert verdict.verdict == "indeterminate"
    assert verdict.signatures[0].integrity == "modified"
