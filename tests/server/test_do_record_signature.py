"""do_record_signature: the server believes only what it verified itself, whoever sent it."""

import hashlib
from dataclasses import replace

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.signature import CircuitState, StepState
from signing import pades
from sync.protocol.messages import DeliberationRefused, DeliberationSigned, DeliberationsPlaced
from sync.server import certificates, records
from sync.server.actions.do_pin_certificate import do_pin_certificate
from sync.server.actions.do_trust_root import do_trust_root
from sync.server.models import AppliedEvent, AuditLine, Deliberation, PinnedCertificate
from tests.helpers import world as worlds
from tests.helpers.documents import text_pdf
from tests.helpers.exchanging import Reader, send
from tests.helpers.pki import Person as Signer, pki
from tests.helpers.server_state import contents

BASE = text_pdf("Délibération 2026-12-01\nBudget primitif")
MAYOR, SECRETARY = "Maire", "SecretaireDeSeance"


def signed_by(signer: Signer, pdf: bytes, field: str = MAYOR) -> bytes:
    return pades.sign(pdf, field, signer.signer(), moment=clock.now())


@pytest.fixture
def circuit(world):
    """A deliberation that waits for the mayor, then for the sitting's secretary (the deputy)."""
    for certificate in certificates.read(pki().roots[0]):
        do_trust_root(worlds.IT, certificates.root_of(certificate))
    agent = worlds.person(world.agent)
    dossier = worlds.dossier(world.council)
    placed = worlds.deliberation(
        dossier, worlds.keep(agent, BASE), (MAYOR, world.mayor), (SECRETARY, world.deputy)
    )
    event = DeliberationsPlaced(ids.new_id(), clock.now(), (placed,))
    answers = send(agent, worlds.published(dossier), event)
    assert all(each.accepted for each in answers), answers
    return placed


def event(circuit, signed: bytes, base: bytes = BASE, field: str = MAYOR, **more: object):
    facts = {
        "event_id": ids.new_id(),
        "at": clock.now(),
        "deliberation_id": circuit.deliberation_id,
        "field": field,
        "base_sha256": hashlib.sha256(base).hexdigest(),
        "signed_sha256": hashlib.sha256(signed).hexdigest(),
        "size": len(signed),
    }
    return DeliberationSigned(**(facts | more))


def stored(circuit):
    return records.deliberation(Deliberation.objects.get(id=circuit.deliberation_id))


def refused(person, sent, code):
    before = contents()
    (answer,) = send(person, sent)
    assert (answer.accepted, answer.code) == (False, code), answer
    assert contents() == before
    return answer


def test_both_signatures_are_verified_recorded_and_told(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    first = signed_by(pki().mayor, BASE)
    worlds.keep(mayor, first)
    (answer,) = send(mayor, event(circuit, first))
    assert answer.accepted, answer
    step = stored(circuit).steps[0]
    assert (step.state, step.verdict) == (StepState.SIGNED, "valid")
    assert "Jeanne Martin" in step.signer
    assert step.sha256 == hashlib.sha256(first).hexdigest()

    deputy = worlds.person(world.deputy)
    fingerprint = certificates.x509.load_der_x509_certificate(pki().secretary.certificate.der)
    pin = PinnedCertificate(
        official=world.deputy,
        certificate_sha256=fingerprint.fingerprint(certificates.SHA256()).hex(":").upper(),
    )
    do_pin_certificate(worlds.IT, pin)
    second = signed_by(pki().secretary, first, SECRETARY)
    worlds.keep(deputy, second)
    (answer,) = send(deputy, event(circuit, second, first, SECRETARY))
    assert answer.accepted, answer
    assert stored(circuit).state is CircuitState.COMPLETE
    assert [each.number for each in stored(circuit).versions] == [1, 2, 3]
    for who in (world.agent, world.mayor, world.deputy):
        reader = Reader(worlds.person(who))
        reader.sync()
        assert reader.of("deliberation")[circuit.deliberation_id] == stored(circuit)
    assert AuditLine.objects.filter(action="record_signature").count() == 2


def test_the_same_signature_twice_counts_once(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().mayor, BASE)
    worlds.keep(mayor, signed)
    sent = event(circuit, signed)
    assert send(mayor, sent) == send(mayor, sent)
    assert len(stored(circuit).versions) == 2
    refused(mayor, event(circuit, signed), "workflow.not_your_turn")


def test_without_a_trusted_root_the_verdict_says_so(world, circuit) -> None:
    from sync.server.models import TrustRoot

    TrustRoot.objects.all().delete()
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().mayor, BASE)
    worlds.keep(mayor, signed)
    assert send(mayor, event(circuit, signed))[0].accepted
    assert stored(circuit).steps[0].verdict == "indeterminate"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("deputy", "workflow.not_your_turn"),
        ("agent", "workflow.not_your_turn"),
        ("councillor", "access.unknown"),
        ("other_agent", "access.unknown"),
        ("stranger", "access.unknown"),
    ],
)
def test_nobody_signs_in_anothers_place(world, circuit, who, code) -> None:
    person = worlds.person(getattr(world, who))
    signed = signed_by(pki().mayor, BASE)
    worlds.keep(person, signed)
    refused(person, event(circuit, signed), code)


def test_the_order_of_signature_holds(world, circuit) -> None:
    deputy = worlds.person(world.deputy)
    signed = signed_by(pki().secretary, BASE, SECRETARY)
    worlds.keep(deputy, signed)
    refused(deputy, event(circuit, signed, field=SECRETARY), "workflow.not_your_turn")


def test_an_older_version_cannot_be_signed(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    other = text_pdf("Une autre version")
    signed = signed_by(pki().mayor, other)
    worlds.keep(mayor, signed)
    refused(mayor, event(circuit, signed, other), "workflow.stale_base")


def test_the_signed_file_must_be_held(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().mayor, BASE)
    refused(mayor, event(circuit, signed), "blob.missing")
    worlds.keep(mayor, signed)
    refused(mayor, event(circuit, signed, size=3), "server.bad_event")


def test_another_document_is_refused(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    for wrong in (
        signed_by(pki().mayor, text_pdf("Un autre texte")),
        BASE,
        BASE + b"\n% more",
        b"no pdf",
    ):
        worlds.keep(mayor, wrong)
        refused(mayor, event(circuit, wrong), "signature.altered")


def test_a_changed_byte_is_refused(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    signed = bytearray(signed_by(pki().mayor, BASE))
    signed[len(BASE) // 2] ^= 1
    worlds.keep(mayor, bytes(signed))
    refused(mayor, event(circuit, bytes(signed)), "signature.altered")


def test_two_signatures_at_once_are_refused(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    both = signed_by(pki().secretary, signed_by(pki().mayor, BASE), SECRETARY)
    worlds.keep(mayor, both)
    refused(mayor, event(circuit, both), "signature.altered")


def test_another_field_is_refused(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().mayor, BASE, "Ailleurs")
    worlds.keep(mayor, signed)
    refused(mayor, event(circuit, signed), "signature.wrong_field")


def test_another_persons_certificate_is_refused(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().other_person, BASE)
    worlds.keep(mayor, signed)
    answer = refused(mayor, event(circuit, signed), "signature.wrong_person")
    assert "Lefèvre" in str(answer.parameters["signer"])


def test_once_a_certificate_is_pinned_a_namesakes_counts_no_more(world, circuit) -> None:
    mayor = worlds.person(world.mayor)
    pin = PinnedCertificate(official=world.mayor, certificate_sha256="0" * 64)
    do_pin_certificate(worlds.IT, pin)
    signed = signed_by(pki().mayor, BASE)
    worlds.keep(mayor, signed)
    refused(mayor, event(circuit, signed), "signature.wrong_person")


def test_a_refusal_needs_a_reason_and_ends_the_circuit(world, circuit) -> None:
    mayor = worlds.person(world.mayor)

    def refusal(reason: str, **more: object) -> DeliberationRefused:
        facts = {
            "event_id": ids.new_id(),
            "at": clock.now(),
            "deliberation_id": circuit.deliberation_id,
            "field": MAYOR,
            "base_sha256": hashlib.sha256(BASE).hexdigest(),
            "reason": reason,
        }
        return DeliberationRefused(**(facts | more))

    refused(mayor, refusal("  "), "workflow.illegal_transition")
    refused(mayor, refusal("a\0"), "server.bad_event")
    refused(mayor, refusal("x" * 4001), "server.bad_event")
    refused(mayor, refusal("Montant faux", base_sha256="0" * 64), "workflow.stale_base")
    for who in (world.deputy, world.agent):
        refused(worlds.person(who), refusal("Montant faux"), "workflow.not_your_turn")
    refused(worlds.person(world.councillor), refusal("Montant faux"), "access.unknown")
    assert send(mayor, refusal("Montant faux"))[0].accepted
    assert stored(circuit).state is CircuitState.REFUSED
    assert stored(circuit).steps[0].reason == "Montant faux"
    reader = Reader(worlds.person(world.agent))
    reader.sync()
    assert reader.of("deliberation")[circuit.deliberation_id].state is CircuitState.REFUSED
    refused(mayor, refusal("Encore"), "workflow.illegal_transition")


@pytest.mark.parametrize(
    ("given", "surname", "first_name", "last_name", "same"),
    [
        ("Jeanne", "MARTIN", "Jeanne", "Martin", True),
        ("JEANNE", "martin", "Jeanne", "Martin", True),
        ("Éloïse", "Le Goff", "Eloise", "Le-Goff", True),
        ("Jean Pierre", "D’Ornano", "Jean-Pierre", "d'Ornano", True),
        ("Jeanne", "Martin", "Jean", "Martin", False),
        ("Jeanne", "", "Jeanne", "Martin", False),
        ("", "", "", "", False),
        ("ﬁona", "Straße", "Fiona", "Strasse", True),
    ],
)
def test_names_are_compared_without_accents_and_hyphens(
    db, given, surname, first_name, last_name, same
) -> None:
    from signing.model import SignatureFinding
    from sync.server.models import Official
    from sync.server.verification import is_signer

    finding = SignatureFinding(
        field=MAYOR,
        signer="",
        level="B-B",
        signing_time=None,
        covers_whole_document=True,
        integrity="intact",
        trust="trusted",
        signer_given_name=given,
        signer_surname=surname,
    )
    official = Official(first_name=first_name, last_name=last_name)
    assert is_signer(finding, official) is same


def test_verification_happens_outside_any_transaction(world, circuit, monkeypatch) -> None:
    """A large file takes seconds to verify: other writers must not wait for it."""
    from django.db import connection

    from sync.server.actions import do_record_signature

    depth = []
    real = do_record_signature.verification.examine

    def watched(*args: object, **kwargs: object) -> object:
        depth.append(len(connection.savepoint_ids))
        return real(*args, **kwargs)

    monkeypatch.setattr(do_record_signature.verification, "examine", watched)
    mayor = worlds.person(world.mayor)
    signed = signed_by(pki().mayor, BASE)
    worlds.keep(mayor, signed)
    outside = len(connection.savepoint_ids)
    assert send(mayor, event(circuit, signed))[0].accepted
    assert depth == [outside]
    assert AppliedEvent.objects.filter(kind="deliberation_signed").count() == 1
    assert replace(stored(circuit), placed_at=circuit.placed_at).number == circuit.number
