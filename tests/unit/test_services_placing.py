"""Decided acts as PDFs become deliberations that wait for signatures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentVersion
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
from signing import pades
from signing.verify import verify
from sync.protocol.messages import DeliberationsPlaced
from tests.conftest import CORPUS
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
from tests.helpers.pki import pki

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


# Files of Word, of two cross-reference tables: written anew before the first signature.


def signed_twice(data: bytes) -> bytes:
    with pki().mayor.signer() as signer:
        once = pades.sign(data, CIRCUIT[0].field, signer, moment=clock.now())
    with pki().secretary.signer() as signer:
        return pades.sign(once, CIRCUIT[1].field, signer, moment=clock.now())


def placed_versions(office: Office) -> list[DocumentVersion]:
    (row,) = office.device.waiting()
    assert isinstance(row.event, DeliberationsPlaced)
    return [each.current for each in row.event.deliberations]


def test_a_hybrid_file_is_written_anew_placed_and_signed(office: Office) -> None:
    data = documents.hybrid_pdf("Tarifs", "Annexe")
    path = office.write("2026-042 - Point 2.pdf", data)
    (file,) = office.examine()
    assert (file.problem, file.rewritten, file.pages) == ("", True, 2)
    assert file.sha256 != sha256(data)
    office.service.place("sitting", [file], CIRCUIT)
    (version_placed,) = placed_versions(office)
    assert (version_placed.sha256, version_placed.size) == (file.sha256, file.size)
    kept = office.device.blobs.read(file.sha256)
    assert (sha256(kept), len(kept)) == (file.sha256, file.size)
    assert verify(signed_twice(kept), roots=pki().roots).verdict == "valid"
    assert path.read_bytes() == data
    assert [each.name for each in office.folder.iterdir()] == [path.name]


def test_an_ordinary_file_is_placed_as_it_is(office: Office) -> None:
    office.write("2026-1 - A.pdf")
    assert not office.examine()[0].rewritten


def test_writing_anew_mends_nothing_else(office: Office) -> None:
    signed = signed_twice(documents.text_pdf("Acte"))
    office.write("1 - Script.pdf", documents.hybrid_pdf(whole=documents.active_pdf()))
    office.write("2 - Signé.pdf", documents.hybrid_pdf(whole=signed))
    files = office.examine()
    assert {each.number: each.problem for each in files} == {
        "1": "signing.active_content",
        "2": "signing.hybrid_xref",
    }
    assert files[1].sha256 == sha256(office.folder.joinpath("2 - Signé.pdf").read_bytes())
    assert not any(each.rewritten for each in files)


@pytest.mark.parametrize("later", ["other", "signed", "gone"])
def test_a_hybrid_file_that_changed_stops_the_placing(office: Office, later: str) -> None:
    path = office.write("2026-1 - A.pdf", documents.hybrid_pdf("A"))
    files = office.examine()
    if later == "other":
        path.write_bytes(documents.hybrid_pdf("B"))
    elif later == "signed":
        path.write_bytes(signed_twice(documents.text_pdf("A")))
    else:
        path.unlink()
    with pytest.raises(FileChangedError):
        office.service.place("sitting", files, CIRCUIT)
    assert not office.device.waiting()


@pytest.mark.corpus
@pytest.mark.long
def test_real_council_papers_are_placed_and_signed_twice(office: Office) -> None:
    papers = sorted((CORPUS / "council").glob("*.pdf"))
    files = office.service.examine_deliberations("sitting", papers)
    good = [replace(each, number="") for each in files if not each.problem]
    assert len(good) == len(papers) - 2
    assert sum(each.rewritten for each in good) == 5
    office.service.place("sitting", good, CIRCUIT)
    for each in placed_versions(office):
        signed = signed_twice(office.device.blobs.read(each.sha256))
        assert verify(signed, roots=pki().roots).verdict == "valid"
