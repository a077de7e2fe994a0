"""The mayor signs, then the sitting secretary; everything else is refused with a reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.people import Official
from boardpack.domain.signature import CircuitState, CircuitStep, Deliberation, StepState
from boardpack.services.errors import (
    DamagedDeliberationError,
    DeliberationUnknownError,
    DocumentNotHereError,
    NoReasonError,
)
from boardpack.services.signing import SigningService, Stage
from boardpack.store import deliberations
from boardpack.workflow.transitions import (
    IllegalTransitionError,
    NotYourTurnError,
    StaleBaseError,
    Verb,
    signed,
)
from signing.backends.pkcs12 import Pkcs12Signer
from signing.errors import WrongPassphraseError
from signing.practice import PracticeAuthority, make_practice_authority
from signing.verify import verify
from sync.protocol.messages import DeliberationRefused, DeliberationSigned
from tests.helpers.documents import text_pdf
from tests.helpers.local import COUNCILLOR, MAYOR, OTHER, Local, dossier, local, sha256, version

SECRET = "sésame 42"


@pytest.fixture(scope="module")
def authority() -> PracticeAuthority:
    return make_practice_authority("AC d’essai")


@pytest.fixture(scope="module")
def p12(authority: PracticeAuthority) -> bytes:
    return authority.issue(MAYOR.first_name, MAYOR.last_name, passphrase=SECRET)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return text_pdf("Délibération 2026-042", "Tarifs")


def act(pdf: bytes, *, first: Official = MAYOR, second: Official = COUNCILLOR) -> Deliberation:
    return Deliberation(
        deliberation_id="act",
        sitting_id="sitting",
        assembly_id="council",
        number="2026-042",
        title="Tarifs",
        versions=(version(pdf, pages=2),),
        steps=(
            CircuitStep("Maire", first.official_id, "Maire"),
            CircuitStep("SecretaireDeSeance", second.official_id, "Secrétaire de séance"),
        ),
        placed_at=clock.now(),
    )


@dataclass
class Desk:
    """A signatory at their device."""

    device: Local
    service: SigningService
    p12: bytes

    def sign(self, read_sha256: str, **options: object) -> object:
        passphrase = str(options.pop("passphrase", SECRET)).encode()
        return self.service.sign("act", read_sha256, self.p12, passphrase, **options)


@pytest.fixture
def desk(tmp_path: Path, pdf: bytes, p12: bytes) -> Iterator[Desk]:
    with local(tmp_path, MAYOR, dossier(), act(pdf)) as device:
        device.hold(pdf)
        yield Desk(device, SigningService(device.context, Pkcs12Signer.open), p12)


def test_the_mayor_signs_what_was_read(
    desk: Desk, pdf: bytes, authority: PracticeAuthority
) -> None:
    opened = desk.service.open_for_reading("act")
    stages: list[Stage] = []
    changes = desk.sign(opened.sha256, progress=stages.append)
    assert stages == list(Stage)
    assert changes.deliberations
    assert changes.outbox
    (row,) = desk.device.waiting()
    event = row.event
    assert isinstance(event, DeliberationSigned)
    assert (event.field, event.base_sha256) == ("Maire", sha256(pdf))
    made = desk.device.blobs.read(event.signed_sha256)
    assert made.startswith(pdf)
    assert len(made) == event.size
    verdict = verify(made, roots=[authority.root_pem])
    assert verdict.verdict == "valid"
    assert verdict.signed_fields() == ("Maire",)
    assert deliberations.jobs(desk.device.store.connection) == ()


def test_a_signature_shows_at_once_and_waits(desk: Desk, pdf: bytes) -> None:
    assert Verb.SIGN in desk.service.inbox()[0].abilities
    desk.sign(sha256(pdf))
    (row,) = desk.service.inbox()
    assert row.waiting
    assert row.state is CircuitState.OPEN
    assert [step.state for step in row.steps] == [StepState.SIGNED, StepState.WAITING]
    assert Verb.SIGN not in row.abilities
    assert row.available
    with pytest.raises(NotYourTurnError):
        desk.sign(row.sha256)


def test_the_secretary_signs_second(
    desk: Desk, pdf: bytes, authority: PracticeAuthority, tmp_path: Path
) -> None:
    desk.sign(sha256(pdf))
    first = desk.device.blobs.read(desk.device.waiting()[0].event.signed_sha256)
    deliberation = act(pdf)
    after = signed(deliberation, deliberation.steps[0], version(first, 2, 2), clock.now())
    second = authority.issue(COUNCILLOR.first_name, COUNCILLOR.last_name, passphrase=SECRET)
    with local(tmp_path / "second", COUNCILLOR, dossier(), after) as device:
        device.hold(first)
        service = SigningService(device.context, Pkcs12Signer.open)
        assert service.open_for_reading("act").version_number == 2
        service.sign("act", sha256(first), second, SECRET.encode())
        made = device.blobs.read(device.waiting()[0].event.signed_sha256)
        (row,) = service.inbox()
    verdict = verify(made, roots=[authority.root_pem])
    assert verdict.verdict == "valid"
    assert verdict.signed_fields() == ("Maire", "SecretaireDeSeance")
    assert row.state is CircuitState.COMPLETE


def test_nobody_signs_before_their_turn(tmp_path: Path, pdf: bytes, p12: bytes) -> None:
    with local(tmp_path, COUNCILLOR, dossier(), act(pdf)) as device:
        device.hold(pdf)
        service = SigningService(device.context, Pkcs12Signer.open)
        with pytest.raises(NotYourTurnError):
            service.sign("act", sha256(pdf), p12, SECRET.encode())
        assert not device.waiting()


def test_another_version_than_the_one_read_is_refused(desk: Desk) -> None:
    with pytest.raises(StaleBaseError):
        desk.sign("0" * 64)
    assert not desk.device.waiting()


def test_a_tampered_file_is_refused_and_given_up(desk: Desk, pdf: bytes) -> None:
    source = desk.device.blobs.source(sha256(pdf))
    data = bytearray(source.path.read_bytes())
    data[len(data) // 2] ^= 1
    source.path.write_bytes(data)
    with pytest.raises(DamagedDeliberationError):
        desk.sign(sha256(pdf))
    assert not desk.device.blobs.has(sha256(pdf))
    assert not desk.device.waiting()


def test_bytes_not_received_yet_are_neither_read_nor_signed(desk: Desk, pdf: bytes) -> None:
    desk.device.blobs.give_up(sha256(pdf))
    assert not desk.service.inbox()[0].available
    with pytest.raises(DocumentNotHereError):
        desk.service.open_for_reading("act")
    with pytest.raises(DocumentNotHereError):
        desk.sign(sha256(pdf))


def test_a_wrong_passphrase_changes_nothing(desk: Desk, pdf: bytes) -> None:
    with pytest.raises(WrongPassphraseError):
        desk.sign(sha256(pdf), passphrase="wrong")
    assert not desk.device.waiting()
    assert deliberations.jobs(desk.device.store.connection) == ()
    desk.sign(sha256(pdf))
    assert len(desk.device.waiting()) == 1


class Killed(BaseException):
    """The program was killed."""


@pytest.mark.parametrize("stage", list(Stage))
def test_a_killed_signature_is_made_once_after_all(desk: Desk, pdf: bytes, stage: Stage) -> None:
    def kill(reached: Stage) -> None:
        if reached is stage:
            raise Killed

    with pytest.raises(Killed):
        desk.sign(sha256(pdf), progress=kill)
    assert not desk.device.waiting()
    kept = deliberations.job(desk.device.store.connection, "act")
    assert (kept is None) == (stage is Stage.PREPARING)
    assert [row.deliberation_id for row in desk.service.pending()] == (["act"] if kept else [])
    desk.sign(sha256(pdf))
    assert len(desk.device.waiting()) == 1
    assert deliberations.jobs(desk.device.store.connection) == ()


def interrupt(desk: Desk, pdf: bytes) -> bytes:
    def kill(reached: Stage) -> None:
        if reached is Stage.SIGNING:
            raise Killed

    with pytest.raises(Killed):
        desk.sign(sha256(pdf), progress=kill)
    kept = deliberations.job(desk.device.store.connection, "act")
    assert kept is not None
    return kept.prepared


def test_an_interrupted_signature_goes_on_with_what_was_prepared(desk: Desk, pdf: bytes) -> None:
    prepared = interrupt(desk, pdf)
    assert interrupt(desk, pdf) == prepared


def test_an_old_job_is_prepared_again(
    desk: Desk, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = interrupt(desk, pdf)
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert interrupt(desk, pdf) != prepared


def test_a_job_of_another_certificate_is_prepared_again(
    desk: Desk, pdf: bytes, authority: PracticeAuthority
) -> None:
    prepared = interrupt(desk, pdf)
    desk.p12 = authority.issue(MAYOR.first_name, MAYOR.last_name, passphrase=SECRET)
    assert interrupt(desk, pdf) != prepared


def test_a_damaged_job_is_prepared_again(desk: Desk, pdf: bytes) -> None:
    interrupt(desk, pdf)
    kept = deliberations.job(desk.device.store.connection, "act")
    assert kept is not None
    with desk.device.store.transaction() as connection:
        deliberations.keep_job(connection, replace(kept, prepared=b"noise"))
    desk.sign(sha256(pdf))
    assert len(desk.device.waiting()) == 1


def test_an_exchange_during_the_signature_decides(desk: Desk, pdf: bytes) -> None:
    deliberation = act(pdf)
    refused = replace(deliberation.steps[0], state=StepState.REFUSED, at=clock.now(), reason="x")
    other = replace(deliberation, steps=(refused, deliberation.steps[1]))

    def arrives(reached: Stage) -> None:
        if reached is Stage.CHECKING:
            desk.device.tell(other)

    with pytest.raises(IllegalTransitionError):
        desk.sign(sha256(pdf), progress=arrives)
    assert not desk.device.waiting()


def test_a_refusal_has_a_reason_and_ends_the_circuit(desk: Desk, pdf: bytes) -> None:
    with pytest.raises(NoReasonError):
        desk.service.refuse("act", sha256(pdf), "  ")
    with pytest.raises(StaleBaseError):
        desk.service.refuse("act", "0" * 64, "Erreur de montant")
    desk.service.refuse("act", sha256(pdf), " Erreur de montant ")
    (row,) = desk.device.waiting()
    assert isinstance(row.event, DeliberationRefused)
    assert row.event.reason == "Erreur de montant"
    (shown,) = desk.service.inbox()
    assert shown.state is CircuitState.REFUSED
    assert shown.steps[0].reason == "Erreur de montant"
    with pytest.raises(IllegalTransitionError):
        desk.sign(sha256(pdf))


def test_a_rejected_signature_is_mine_again(desk: Desk, pdf: bytes) -> None:
    desk.sign(sha256(pdf))
    desk.device.answer(accepted=False, code="signature.wrong_person")
    (row,) = desk.service.inbox()
    assert Verb.SIGN in row.abilities
    desk.sign(sha256(pdf))
    assert len(desk.device.waiting()) == 1


def test_only_my_circuits_are_in_my_inbox(desk: Desk, pdf: bytes) -> None:
    foreign = replace(act(pdf, first=OTHER), deliberation_id="foreign", number="2026-043")
    desk.device.tell(foreign)
    assert [row.deliberation_id for row in desk.service.inbox()] == ["act"]


def test_what_waits_for_me_comes_first(desk: Desk, pdf: bytes) -> None:
    later = replace(act(pdf, first=OTHER, second=MAYOR), deliberation_id="later", number="2026-001")
    desk.device.tell(later)
    assert [row.deliberation_id for row in desk.service.inbox()] == ["act", "later"]


def test_a_certificate_says_whose_it_is(desk: Desk, authority: PracticeAuthority) -> None:
    view = desk.service.certificate(desk.p12, SECRET.encode())
    assert view.name == "Élise Moreau"
    assert view.is_mine
    foreign = authority.issue("Jean", "Autre", passphrase=SECRET)
    assert not desk.service.certificate(foreign, SECRET.encode()).is_mine


def test_an_unknown_deliberation_says_so(desk: Desk) -> None:
    with pytest.raises(DeliberationUnknownError):
        desk.service.deliberation("none")


def test_files_are_verified_one_by_one(
    desk: Desk, pdf: bytes, authority: PracticeAuthority, tmp_path: Path
) -> None:
    desk.sign(sha256(pdf))
    made = desk.device.blobs.read(desk.device.waiting()[0].event.signed_sha256)
    plain, whole = tmp_path / "plain.pdf", tmp_path / "signed.pdf"
    plain.write_bytes(pdf)
    whole.write_bytes(made)
    verdicts = desk.service.verify_files([plain, whole], [authority.root_pem])
    assert [each.verdict for each in verdicts] == ["unsigned", "valid"]
    assert [each.field for each in verdicts[1].signatures] == ["Maire"]
