"""From a folder to the outbox, with the real PDF worker and a real store."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from boardpack.domain.dossier import DocumentKind, Dossier
from boardpack.domain.people import Role
from boardpack.domain.records import Access
from boardpack.pdf.worker_client import PdfWorker
from boardpack.services.draft_models import (
    EVERY_ABSENT,
    Corrections,
    DraftView,
    FileProblem,
    FileRole,
    ItemCorrection,
    Placing,
)
from boardpack.services.errors import (
    AssemblyUnknownError,
    DraftBlockedError,
    DraftIncompleteError,
    DraftUnknownError,
    FileChangedError,
    FileTooLargeError,
    NoSecretariatError,
    NotAllowedError,
    NothingToSendError,
    SittingFileKeyError,
    SittingUnknownError,
)
from boardpack.services.publishing import PublishingService
from boardpack.services.reading import ReadingService
from sync.protocol.messages import DossierPublished
from tests.helpers import documents
from tests.helpers.local import AGENT, BUREAU, COUNCILLOR, Local, local, sha256

PARIS = ZoneInfo("Europe/Paris")
STARTS = datetime(2099, 9, 24, 18, 30, tzinfo=PARIS)
TOML = """
assembly = "cm"
date = 2099-09-24
time = "18h30"
place = "Salle du conseil"
"""


def mixed_pdf() -> bytes:
    """A page of text and a scanned one."""
    merged = pikepdf.new()
    for data in (documents.text_pdf("texte"), documents.scan_pdf()):
        with pikepdf.open(BytesIO(data)) as part:
            merged.pages.extend(part.pages)
    out = BytesIO()
    merged.save(out)
    return out.getvalue()


@dataclass
class Office:
    """A secretariat at its desk."""

    device: Local
    service: PublishingService
    folder: Path

    def write(self, name: str, data: bytes | None = None) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(documents.text_pdf(name) if data is None else data)

    def examine(self, **options: object) -> DraftView:
        return self.service.examine(self.folder, **options)

    def push(self) -> Dossier:
        """Examine and send, let the server accept and tell it; return the revision."""
        self.service.publish(self.examine())
        event = self.device.waiting()[-1].event
        assert isinstance(event, DossierPublished)
        self.device.tell(event.dossier)
        self.device.answer()
        return event.dossier


@pytest.fixture(scope="module")
def worker() -> Iterator[PdfWorker]:
    with PdfWorker() as made:
        yield made


@pytest.fixture
def office(tmp_path: Path, worker: PdfWorker) -> Iterator[Office]:
    with local(tmp_path, AGENT) as device:
        folder = tmp_path / "push"
        folder.mkdir()
        made = Office(device, PublishingService(device.context, worker), folder)
        made.write("sitting.toml", TOML.encode())
        made.write("Convocation.pdf")
        made.write("01 - Procès-verbal.pdf")
        made.write("02 - Budget primitif.pdf", documents.text_pdf("a", "b", "c"))
        made.write("02.1 - Tableau.ods", b"PK\x03\x04 a sheet")
        yield made


def test_a_whole_folder_is_understood(office: Office) -> None:
    office.write("10 - Vœux.pdf")
    seen: list[tuple[int, int, str]] = []
    view = office.examine(progress=lambda *step: seen.append(step))
    assert view.assembly_id == "council"
    assert view.title == "Conseil municipal"
    assert view.starts_at == STARTS
    assert str(view.starts_at.tzinfo) == "Europe/Paris"
    assert view.convocation is not None
    assert [(item.number, item.title) for item in view.items] == [
        (1, "Procès-verbal"),
        (2, "Budget primitif"),
        (10, "Vœux"),
    ]
    annex = view.items[1].files[1]
    assert (annex.role, annex.annex_number, annex.pages) == (FileRole.ANNEX, 1, 0)
    assert view.items[1].files[0].pages == 3
    assert (view.revision, view.already_sent, view.changes) == (1, False, 5)
    assert view.sendable
    assert seen[0] == (0, 5, "01 - Procès-verbal.pdf")
    assert seen[-1] == (5, 5, "")


def test_what_is_wrong_with_files_is_named(office: Office) -> None:
    twin = documents.text_pdf("the same")
    office.write("03 - Scan.pdf", documents.scan_pdf(2))
    office.write("04 - Mixte.pdf", mixed_pdf())
    office.write("05 - Secret.pdf", documents.protected_pdf("secret"))
    office.write("06 - Abîmé.pdf", documents.damaged_pdf())
    (office.folder / "07 - Vide.pdf").touch()
    office.write("08 - Un.pdf", twin)
    office.write("09 - Deux.pdf", twin)
    office.write("11 - Faux.pdf", b"just text")
    office.write("12 - Script.pdf", documents.active_pdf())
    office.write("notes.docx", b"PK\x03\x04 docx")
    view = office.examine()
    files = {file.path: file for file in (*view.sent_files, *view.not_placed)}
    problems = {name[:2]: set(file.problems) for name, file in files.items() if file.problems}
    assert problems == {
        "03": {FileProblem.SCAN},
        "04": {FileProblem.PARTLY_SCAN},
        "05": {FileProblem.PASSWORD},
        "06": {FileProblem.DAMAGED},
        "07": {FileProblem.EMPTY},
        "08": {FileProblem.DUPLICATE},
        "09": {FileProblem.DUPLICATE},
        "11": {FileProblem.NOT_PDF},
        "12": {FileProblem.ACTIVE_CONTENT},
        "no": {FileProblem.NOT_PLACED},
    }
    assert files["08 - Un.pdf"].same_as == ("09 - Deux.pdf",)
    assert {name[:2] for name, file in files.items() if file.blocking} == {"05", "06", "07", "11"}
    assert not view.sendable
    with pytest.raises(DraftBlockedError) as caught:
        office.service.publish(view)
    assert "06 - Abîmé.pdf" in str(caught.value.parameters["files"])
    assert not office.device.waiting()


def test_two_reports_at_one_item_block(office: Office) -> None:
    office.write("02 - Autre budget.pdf")
    view = office.examine()
    assert [file.blocking for file in view.items[1].files] == [True, True, False]
    assert FileProblem.SAME_PLACE in view.items[1].files[0].problems


def test_sending_keeps_the_bytes_and_one_event(office: Office) -> None:
    view = office.examine()
    changes = office.service.publish(view)
    assert changes.outbox
    assert changes.sittings == {view.sitting_id}
    (row,) = office.device.waiting()
    assert isinstance(row.event, DossierPublished)
    sent = row.event.dossier
    assert (sent.revision, sent.sitting_id, sent.starts_at) == (1, view.sitting_id, STARTS)
    assert [each.kind for each in sent.documents] == [
        DocumentKind.CONVOCATION,
        DocumentKind.REPORT,
        DocumentKind.REPORT,
        DocumentKind.ANNEX,
    ]
    assert [each.position for each in sent.documents] == [0, 1, 2, 3]
    for each in sent.documents:
        path = office.folder / each.file_name
        assert office.device.blobs.read(each.current.sha256) == path.read_bytes()
    row_shown = ReadingService(office.device.context).sitting(view.sitting_id).row
    assert row_shown.waiting
    assert row_shown.missing_bytes == 0


def test_words_of_the_sitting_file_win_over_names(office: Office) -> None:
    toml = TOML + (
        '[items.2]\ntitle = "Budget primitif 2100"\nreporter = "Zoé Abadie"\n'
        'kind = "draft_deliberation"\nclosed = true\n[items.3]\ntitle = "Questions diverses"\n'
    )
    office.write("sitting.toml", toml.encode())
    sent = office.push()
    assert [(item.number, item.title) for item in sent.items] == [
        (1, "Procès-verbal"),
        (2, "Budget primitif 2100"),
        (3, "Questions diverses"),
    ]
    assert (sent.items[1].reporter, sent.items[1].closed) == ("Zoé Abadie", True)
    assert sent.documents[2].kind is DocumentKind.DRAFT_DELIBERATION


def test_a_second_push_sends_only_what_changed(office: Office) -> None:
    first = office.push()
    changed = documents.text_pdf("rectified")
    office.write("02 - Budget primitif.pdf", changed)
    office.write("03 - Subventions.pdf")
    view = office.examine()
    assert (view.revision, view.already_sent, view.changes) == (2, True, 3)
    states = {file.path: file.change for file in view.sent_files}
    assert states == {
        "Convocation.pdf": "unchanged",
        "01 - Procès-verbal.pdf": "unchanged",
        "02 - Budget primitif.pdf": "changed",
        "02.1 - Tableau.ods": "unchanged",
        "03 - Subventions.pdf": "new",
    }
    second = office.push()
    assert second.revision == 2
    assert second.first_sent_at == first.first_sent_at
    before = {each.title: each for each in first.documents}
    after = {each.title: each for each in second.documents}
    budget = after["Budget primitif"]
    assert budget.document_id == before["Budget primitif"].document_id
    assert [each.number for each in budget.versions] == [1, 2]
    assert budget.versions[0] == before["Budget primitif"].current
    assert budget.current.sha256 == sha256(changed)
    assert after["Procès-verbal"] == before["Procès-verbal"]
    assert second.items[:2] == first.items


def test_the_same_push_again_sends_nothing(office: Office) -> None:
    office.push()
    view = office.examine()
    assert (view.changes, view.sendable) == (0, False)
    with pytest.raises(NothingToSendError):
        office.service.publish(view)
    assert not office.device.waiting()


def test_two_pushes_without_network_follow_each_other(office: Office) -> None:
    office.service.publish(office.examine())
    office.write("03 - Subventions.pdf")
    office.service.publish(office.examine())
    revisions = [row.event.dossier.revision for row in office.device.waiting()]
    assert revisions == [1, 2]


def test_a_push_of_another_folder_of_the_same_sitting_corrects_it(
    office: Office, tmp_path: Path
) -> None:
    first = office.push()
    other = tmp_path / "elsewhere"
    office.folder.rename(other)
    office.folder = other
    office.write("03 - Subventions.pdf")
    assert office.examine().sitting_id == first.sitting_id


def test_the_next_sitting_from_the_same_folder_is_a_new_one(office: Office) -> None:
    first = office.push()
    office.write("sitting.toml", TOML.replace("2099-09-24", "2099-10-22").encode())
    view = office.examine()
    assert view.sitting_id != first.sitting_id
    assert view.revision == 1


def test_an_item_that_moves_keeps_its_document_and_identity(office: Office) -> None:
    first = office.push()
    (office.folder / "02 - Budget primitif.pdf").rename(office.folder / "04 - Budget primitif.pdf")
    (office.folder / "02.1 - Tableau.ods").rename(office.folder / "04.1 - Tableau.ods")
    view = office.examine()
    assert {file.change for file in view.items[1].files} == {"moved"}
    second = office.push()
    assert {each.document_id for each in second.documents} == {
        each.document_id for each in first.documents
    }
    assert second.items[1].item_id == first.items[1].item_id
    assert second.items[1].number == 4


def test_reports_that_change_places_keep_their_notes(office: Office) -> None:
    first = office.push()
    one, two = (
        office.folder / name for name in ("01 - Procès-verbal.pdf", "02 - Budget primitif.pdf")
    )
    contents = one.read_bytes(), two.read_bytes()
    one.write_bytes(contents[1])
    two.write_bytes(contents[0])
    second = office.push()
    owners = {each.current.sha256: each.document_id for each in first.documents}
    assert all(owners[each.current.sha256] == each.document_id for each in second.documents)


def test_a_vanished_file_stays_until_the_person_takes_it_out(office: Office) -> None:
    first = office.push()
    (office.folder / "02.1 - Tableau.ods").unlink()
    view = office.examine()
    (absent,) = view.absent
    assert (absent.label, absent.title, absent.withdrawn) == ("2", "Tableau", False)
    assert view.changes == 0
    view = office.service.adjust(view, Corrections(withdraw=(absent.document_id,)))
    assert view.changes == 1
    assert view.absent[0].withdrawn
    office.service.publish(view)
    event = office.device.waiting()[-1].event
    assert isinstance(event, DossierPublished)
    withdrawn = [each.title for each in event.dossier.documents if each.withdrawn]
    assert withdrawn == ["Tableau"]
    assert len(event.dossier.documents) == len(first.documents)


def test_a_withdrawn_file_may_come_back(office: Office) -> None:
    first = office.push()
    sheet = (office.folder / "02.1 - Tableau.ods").read_bytes()
    (office.folder / "02.1 - Tableau.ods").unlink()
    view = office.examine()
    view = office.service.adjust(view, Corrections(withdraw=(view.absent[0].document_id,)))
    office.service.publish(view)
    office.write("02.1 - Tableau.ods", sheet)
    view = office.examine()
    assert [file.change for file in view.items[1].files] == ["unchanged", "new"]
    office.service.publish(view)
    event = office.device.waiting()[-1].event
    assert isinstance(event, DossierPublished)
    back = [each for each in event.dossier.documents if each.title == "Tableau"]
    assert [each.document_id for each in back] == [first.documents[3].document_id]
    assert len(back[0].versions) == 1


def test_corrections_are_kept_at_once_and_through_a_new_look(office: Office) -> None:
    (office.folder / "sitting.toml").unlink()
    office.write("plan.pdf")
    view = office.examine()
    assert view.missing == ("date", "place")
    assert [file.path for file in view.not_placed] == ["plan.pdf"]
    view = office.service.adjust(
        view,
        Corrections(
            title="Séance extraordinaire",
            starts_at=STARTS.astimezone(UTC),
            place="Mairie annexe",
            items=(ItemCorrection(1, title="PV du 3 juin", reporter="Paul Dubois"),),
            files=(Placing("plan.pdf", FileRole.ANNEX, 1, title="Plan"),),
        ),
    )
    assert view.sendable
    assert [file.path for file in view.items[0].files] == ["01 - Procès-verbal.pdf", "plan.pdf"]
    assert view.items[0].reporter == "Paul Dubois"
    assert office.service.draft(view.sitting_id) == view
    again = office.examine()
    assert again.sitting_id == view.sitting_id
    assert again == view
    (row,) = office.service.drafts()
    assert (row.title, row.folder) == ("Séance extraordinaire", "push")


def test_a_file_may_be_left_out_or_belong_to_no_item(office: Office) -> None:
    office.write("plan.pdf")
    view = office.service.adjust(
        office.examine(),
        Corrections(
            files=(
                Placing("plan.pdf", FileRole.OTHER, title="Plan de la commune"),
                Placing("02.1 - Tableau.ods", FileRole.LEFT_OUT),
            )
        ),
    )
    assert [file.title for file in view.others] == ["Plan de la commune"]
    assert [file.path for file in view.not_placed] == ["02.1 - Tableau.ods"]
    assert view.not_placed[0].problems == ()
    office.service.publish(view)
    event = office.device.waiting()[0].event
    assert isinstance(event, DossierPublished)
    assert event.dossier.documents[-1].item_id is None
    assert len(event.dossier.documents) == 4


def test_choosing_the_date_of_a_sent_sitting_makes_it_a_correction(office: Office) -> None:
    sent = office.push()
    other = office.folder.with_name("rectificatif")
    other.mkdir()
    (other / "02 - Budget primitif.pdf").write_bytes(documents.text_pdf("rectified"))
    view = office.service.examine(other)
    assert view.sitting_id != sent.sitting_id
    view = office.service.adjust(view, Corrections(starts_at=STARTS))
    assert (view.sitting_id, view.revision) == (sent.sitting_id, 2)
    assert [each.title for each in view.absent] == ["Convocation", "Procès-verbal", "Tableau"]
    assert view.missing == ()
    assert view.sendable


def test_a_sitting_may_be_named_or_a_new_one_asked_for(office: Office) -> None:
    sent = office.push()
    (office.folder / "sitting.toml").unlink()
    assert office.examine(sitting_id=sent.sitting_id).sitting_id == sent.sitting_id
    assert office.examine(as_new=True).sitting_id != sent.sitting_id
    with pytest.raises(SittingUnknownError):
        office.examine(sitting_id="none")


def test_a_new_sitting_asked_for_at_the_same_hour_stays_new(office: Office) -> None:
    sent = office.push()
    view = office.examine(as_new=True)
    assert view.sitting_id != sent.sitting_id


def test_a_look_without_keeping_leaves_nothing(office: Office) -> None:
    view = office.examine(keep=False)
    assert view.sendable
    assert office.service.drafts() == ()
    with pytest.raises(DraftUnknownError):
        office.service.draft(view.sitting_id)


def test_a_discarded_draft_is_gone(office: Office) -> None:
    view = office.examine()
    office.service.discard(view.sitting_id)
    assert office.service.drafts() == ()
    with pytest.raises(DraftUnknownError):
        office.service.publish(view)


def test_a_file_that_changed_since_it_was_examined_stops_the_sending(office: Office) -> None:
    view = office.examine()
    office.write("02 - Budget primitif.pdf", documents.text_pdf("other"))
    with pytest.raises(FileChangedError):
        office.service.publish(view)
    (office.folder / "02 - Budget primitif.pdf").unlink()
    with pytest.raises(FileChangedError):
        office.service.publish(view)
    assert not office.device.waiting()
    assert office.service.draft(view.sitting_id) == view


def test_an_incomplete_draft_says_what_is_missing(office: Office) -> None:
    office.write("sitting.toml", b'assembly = "CM"\n')
    (office.folder / "Convocation.pdf").unlink()
    view = office.examine()
    assert view.missing == ("date", "place", "convocation")
    with pytest.raises(DraftIncompleteError):
        office.service.publish(view)


def test_the_date_may_stand_in_the_name_of_the_folder(office: Office) -> None:
    office.write("sitting.toml", b'place = "Mairie"\n')
    named = office.folder.with_name("2099-09-24 18h30 Conseil municipal")
    office.folder.rename(named)
    office.folder = named
    view = office.examine()
    assert view.starts_at == STARTS
    assert view.sendable


def test_an_assembly_of_others_is_refused(office: Office) -> None:
    office.device.tell(BUREAU)
    with pytest.raises(AssemblyUnknownError):
        office.examine(assembly_id="BM")


def test_with_two_secretariats_the_assembly_is_asked_for(office: Office) -> None:
    office.device.tell(BUREAU, Access("bureau", (Role.SECRETARY_OFFICE,), granted=True))
    office.write("sitting.toml", b"")
    view = office.examine()
    assert "assembly" in view.missing
    view = office.service.adjust(view, Corrections(assembly_id="bureau"))
    assert view.assembly_id == "bureau"
    assert [each.short_name for each in office.service.assemblies()] == ["BM", "CM"]


def test_a_councillor_publishes_nothing(tmp_path: Path, worker: PdfWorker) -> None:
    (tmp_path / "push").mkdir()
    (tmp_path / "push" / "01 - A.pdf").write_bytes(documents.text_pdf("a"))
    with local(tmp_path, COUNCILLOR) as device, pytest.raises(NoSecretariatError):
        PublishingService(device.context, worker).examine(tmp_path / "push")


def test_who_left_the_secretariat_sends_no_draft(office: Office) -> None:
    view = office.examine()
    office.device.tell(Access("council", (Role.MEMBER,), granted=True))
    with pytest.raises((NotAllowedError, DraftIncompleteError)):
        office.service.publish(view)
    assert not office.device.waiting()


def test_a_slip_in_the_sitting_file_stops_before_anything_is_kept(office: Office) -> None:
    office.write("sitting.toml", b'lieu = "Mairie"\n')
    with pytest.raises(SittingFileKeyError):
        office.examine()
    assert office.service.drafts() == ()


def test_a_file_that_no_server_takes_is_refused_before_it_is_read(office: Office) -> None:
    with (office.folder / "03 - Film.pdf").open("wb") as file:
        file.truncate(501_000_000)
    with pytest.raises(FileTooLargeError):
        office.examine()


def test_members_are_offered_the_president_first(office: Office) -> None:
    names = [(row.name, row.group) for row in office.service.people("council")]
    assert names == [("Élise Moreau", "SAE"), ("Zoé Abadie", "SAE"), ("Paul Dubois", "SAE")]


def test_a_colleague_s_newer_revision_is_the_base(office: Office) -> None:
    first = office.push()
    view = office.examine()
    newer = replace(first, revision=2, title="Autre")
    office.device.tell(newer)
    assert office.service.draft(view.sitting_id).revision == 3


def test_what_is_said_with_the_push_wins_over_the_folder(office: Office) -> None:
    said = Corrections(
        title="Séance extraordinaire",
        starts_at=datetime.fromisoformat("2099-10-01T09:00"),
        place="Gymnase",
    )
    view = office.examine(corrections=said, keep=False)
    assert (view.title, view.place) == ("Séance extraordinaire", "Gymnase")
    assert view.starts_at == datetime(2099, 10, 1, 9, 0, tzinfo=PARIS)


def test_taking_out_what_is_gone_is_said_each_time(office: Office) -> None:
    office.push()
    (office.folder / "02.1 - Tableau.ods").unlink()
    view = office.examine(corrections=Corrections(withdraw=(EVERY_ABSENT,)))
    assert [each.withdrawn for each in view.absent] == [True]
    office.service.publish(view)
    (office.folder / "01 - Procès-verbal.pdf").unlink()
    (absent,) = office.examine().absent
    assert (absent.title, absent.withdrawn) == ("Procès-verbal", False)
