"""Decided acts as PDFs become deliberations that wait for signatures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from boardpack.domain.people import Authority, AuthorityKind
from boardpack.domain.signature import CircuitState, StepState
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.draft_models import DeliberationFile, Signatory
from boardpack.services.errors import (
    AlreadyPlacedError,
    FileChangedError,
    NoSignatoryError,
    NotAllowedError,
    NotSignableError,
    SittingUnknownError,
)
from boardpack.services.following import FollowingService
from boardpack.services.publishing import PublishingService
from sync.protocol.messages import DeliberationsPlaced
from tests.helpers import documents
from tests.helpers.local import (
    AGENT,
    COUNCILLOR,
    MAYOR,
    OTHER,
    Local,
    document,
    dossier,
    local,
    sha256,
    version,
)

CIRCUIT = (
    Signatory(MAYOR.official_id, "Maire", "Maire"),
    Signatory(OTHER.official_id, "SecretaireDeSeance", "Secrétaire de séance"),
)


@dataclass
class Office:
    """A secretariat after a sitting."""

    device: Local
    service: PublishingService
    folder: Path

    def write(self, name: str, data: bytes | None = None) -> Path:
        path = self.folder / name
        path.write_bytes(documents.text_pdf(name) if data is None else data)
        return path

    def examine(self) -> tuple[DeliberationFile, ...]:
        return self.service.examine_deliberations("sitting", [self.folder])


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as made:
        yield made


@pytest.fixture
def office(tmp_path: Path, worker: PdfWorker) -> Iterator[Office]:
    held = dossier(
        document("r1", version(b"%PDF 1"), item=1), document("r2", version(b"2"), item=2)
    )
    with local(tmp_path, AGENT, held) as device:
        folder = tmp_path / "acts"
        folder.mkdir()
        yield Office(device, PublishingService(device.context, worker), folder)


def test_numbers_titles_and_items_come_from_names(office: Office) -> None:
    office.write("2026-042 - Point 2.pdf")
    office.write("2026-043 - Vœu.pdf")
    office.write("01 - Tarifs.pdf")
    found = [(each.number, each.title, each.item_number) for each in office.examine()]
    assert found == [("01", "Tarifs", 1), ("2026-042", "Point 2", 2), ("2026-043", "Vœu", 0)]
    assert all(not each.problem and each.pages == 1 for each in office.examine())


def test_what_cannot_be_signed_is_named_and_nothing_is_placed(office: Office) -> None:
    office.write("2026-1 - Bon.pdf")
    office.write("2026-2 - Secret.pdf", documents.protected_pdf("secret"))
    office.write("2026-3 - Abîmé.pdf", documents.damaged_pdf())
    office.write("2026-4 - Script.pdf", documents.active_pdf())
    office.write("2026-5 - Texte.pdf", b"no pdf")
    files = office.examine()
    problems = {each.number: each.problem for each in files}
    assert problems == {
        "2026-1": "",
        "2026-2": "publishing.not_pdf_to_sign",
        "2026-3": "publishing.not_pdf_to_sign",
        "2026-4": "signing.active_content",
        "2026-5": "publishing.not_pdf_to_sign",
    }
    with pytest.raises(NotSignableError):
        office.service.place("sitting", files, CIRCUIT)
    assert not office.device.waiting()


def test_placing_makes_a_circuit_in_order(office: Office) -> None:
    data = documents.text_pdf("Tarifs", "Annexe")
    office.write("2026-042 - Point 2.pdf", data)
    changes = office.service.place("sitting", office.examine(), CIRCUIT)
    assert changes.deliberations
    assert changes.outbox
    (row,) = office.device.waiting()
    assert isinstance(row.event, DeliberationsPlaced)
    (placed,) = row.event.deliberations
    assert (placed.number, placed.item_id) == ("2026-042", "item2")
    assert placed.current.sha256 == sha256(data)
    assert placed.current.pages == 2
    assert [(step.field, step.official_id, step.state) for step in placed.steps] == [
        ("Maire", "mayor", StepState.WAITING),
        ("SecretaireDeSeance", "other", StepState.WAITING),
    ]
    assert office.device.blobs.read(sha256(data)) == data
    (shown,) = FollowingService(office.device.context).follow("sitting").deliberations
    assert shown.waiting
    assert shown.state is CircuitState.OPEN
    assert [step.official_name for step in shown.steps] == ["Élise Moreau", "Zoé Abadie"]


def test_the_mayor_then_the_chosen_secretary_are_the_usual_signatories(office: Office) -> None:
    assert office.service.signatories("sitting", OTHER.official_id) == CIRCUIT
    assert office.service.signatories("sitting") == CIRCUIT[:1]


def test_elsewhere_a_president_signs(office: Office) -> None:
    office.device.tell(Authority("town", "Agglo", "Agglo", "2", AuthorityKind.AGGLOMERATION))
    assert office.service.signatories("sitting")[0].field == "President"


@pytest.mark.parametrize(
    "signatories",
    [
        (),
        (CIRCUIT[0], CIRCUIT[0]),
        (CIRCUIT[0], replace(CIRCUIT[1], field="Maire")),
        (CIRCUIT[0], replace(CIRCUIT[1], official_id="mayor")),
        (replace(CIRCUIT[0], field="Présidente"),),
    ],
)
def test_a_circuit_that_makes_no_sense_is_refused(
    office: Office, signatories: tuple[Signatory, ...]
) -> None:
    office.write("2026-1 - A.pdf")
    with pytest.raises(NoSignatoryError):
        office.service.place("sitting", office.examine(), signatories)
    assert not office.device.waiting()


def test_a_number_is_given_once(office: Office) -> None:
    office.write("2026-1 - A.pdf")
    office.service.place("sitting", office.examine(), CIRCUIT)
    (again,) = office.examine()
    assert again.already_placed
    with pytest.raises(AlreadyPlacedError):
        office.service.place("sitting", [again], CIRCUIT)
    twice = replace(again, number="2026-9"), replace(again, number="2026-9")
    with pytest.raises(AlreadyPlacedError):
        office.service.place("sitting", twice, CIRCUIT)
    assert len(office.device.waiting()) == 1


def test_a_file_that_changed_stops_the_placing(office: Office) -> None:
    office.write("2026-1 - A.pdf")
    files = office.examine()
    office.write("2026-1 - A.pdf", documents.text_pdf("other"))
    with pytest.raises(FileChangedError):
        office.service.place("sitting", files, CIRCUIT)
    assert not office.device.waiting()


def test_only_the_secretariat_places(tmp_path: Path, worker: PdfWorker) -> None:
    path = tmp_path / "2026-1 - A.pdf"
    path.write_bytes(documents.text_pdf("a"))
    with local(tmp_path, COUNCILLOR, dossier()) as device:
        service = PublishingService(device.context, worker)
        files = service.examine_deliberations("sitting", [path])
        with pytest.raises(NotAllowedError):
            service.place("sitting", files, CIRCUIT)
        assert not device.waiting()


def test_an_unknown_sitting_says_so(office: Office) -> None:
    with pytest.raises(SittingUnknownError):
        office.service.examine_deliberations("none", [])
