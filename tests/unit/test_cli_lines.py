"""What the command line says to people, in both languages: whole, and never a crash."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from boardpack.cli import notes_cmd, search_cmd, show_cmd, sync_cmd, texts
from boardpack.cli.push_lines import act_lines, draft_lines
from boardpack.cli.sittings_cmd import line
from boardpack.cli.status_cmd import Status, lines
from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind
from boardpack.domain.records import ReceiptKind
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.messages import LANGUAGES, use_language
from boardpack.services.account import ProfileKind, ProfileState
from boardpack.services.device_clock import clock_state
from boardpack.services.draft_models import (
    AbsentDocument,
    DeliberationFile,
    DraftItem,
    DraftView,
    FileProblem,
    FileReport,
    FileRole,
    Signatory,
)
from boardpack.services.following import FollowingService
from boardpack.services.note_writing import NoteWriter
from boardpack.services.notes import NotesService
from boardpack.services.read_models import SearchHit, SearchResult
from boardpack.services.reading import ReadingService
from boardpack.services.rejections import RejectedRow
from boardpack.services.sync_models import SyncReport
from boardpack.services.sync_state import SyncMode, SyncState
from tests.helpers.local import (
    AGENT,
    COUNCILLOR,
    MAYOR,
    document,
    dossier,
    local,
    note,
    receipt,
    soon,
    version,
)


@pytest.fixture(autouse=True, params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language(LANGUAGES[0])


def text(found: Iterable[str]) -> str:
    made = "\n".join(found)
    assert "{" not in made, "a parameter was not filled in"
    return made


def sitting() -> object:
    newer = (version(b"%PDF old"), version(b"%PDF r", 2, 12))
    return dossier(
        document("Convocation", version(b"%PDF c"), kind=DocumentKind.CONVOCATION),
        document("Budget", *newer, item=3, position=1),
        document("Sheet", version(b"x", media_type="text/csv"), position=2),
    )


def act() -> Deliberation:
    step = CircuitStep("Maire", MAYOR.official_id, "Maire")
    now = clock.now()
    return Deliberation(
        "act", "sitting", "council", "2026-1", "Tarifs", (version(b"a"),), (step,), now
    )


def test_a_sitting_and_its_followers(tmp_path: Path) -> None:
    with local(tmp_path, AGENT, sitting(), act()) as device:
        device.tell(receipt(ReceiptKind.RECEIVED, COUNCILLOR, sitting()))
        view = ReadingService(device.context).sitting("sitting")
        told = text(show_cmd.view_lines(view))
        assert "3. Point 3" in told
        assert "Budget" in told
        assert "sitting" in line(view.row)
        followed = text(show_cmd.follow_lines(FollowingService(device.context).follow("sitting")))
        assert "Paul Dubois" in followed
        assert "2026-1 · Tarifs" in followed


def test_notes_and_status(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR, sitting()) as device:
        notes = NotesService(device.context, NoteWriter(device.context, device.keys, "here"))
        notes.save(note("Deux\nlignes", document_id="Budget"))
        assert "Deux lignes" in text(notes_cmd.line(row) for row in notes.all())
        profile = ProfileState(
            ProfileKind.LOCKED, "Paul Dubois", "Ville", "https://x", keyring=True
        )
        state = SyncState(SyncMode.IDLE, clock.now(), 2, 0, 0, 4_200_000, 3)
        todo = ReadingService(device.context).home().todo
        status = Status("x", profile, state, clock_state(device.context), todo, ())
        told = text(lines(status))
        assert "Paul Dubois" in told
        assert "4,2" in told or "4.2" in told
        assert "Conseil municipal" in told


def test_an_exchange_tells_what_was_refused() -> None:
    report = SyncReport(sent=3, rejected=1, received_files=2, received_bytes=1500, incomplete=1)
    refused = RejectedRow(
        "e", "note_sealed", "n", None, None, "Note", clock.now(), "workflow.stale_base", {}, ""
    )
    told = text(sync_cmd.report_lines(report, (refused,)))
    assert "[workflow.stale_base]" in told
    assert len(told.splitlines()) == 3


def test_an_exchange_tells_what_it_spared() -> None:
    report = SyncReport(received_files=1, received_bytes=2_000, saved_bytes=3_400_000)
    told = text(sync_cmd.report_lines(report, ()))
    assert told.splitlines()[1].replace(",", ".").startswith("3.4\u00a0M")


def test_search_marks_what_was_found(tmp_path: Path) -> None:
    with local(tmp_path, COUNCILLOR, sitting()) as device:
        row = ReadingService(device.context).sitting("sitting").row
    hit = SearchHit(
        "d",
        "0" * 64,
        "sitting",
        "CM",
        soon(),
        row.assembly,
        1,
        "Budget",
        4,
        "le \u2068mot\u2069",
        True,  # noqa: FBT003
    )
    told = text(
        search_cmd.result_lines(SearchResult((hit, replace(hit, page=-1)), 2, 0, more=False))
    )
    assert "le [mot]" in told
    assert text(search_cmd.result_lines(SearchResult((), 0, 0, more=False)))


def report(path: str, role: FileRole, *problems: FileProblem, change: str = "new") -> FileReport:
    place = (role, 1, 0, path)
    facts = (3, 1000, "0" * 64, "application/pdf", 0)
    return FileReport(path, *place, *facts, problems, ("b.pdf",), change, blocking=False)


def test_an_import_report_names_everything() -> None:
    files = [report(f"{problem}.pdf", FileRole.REPORT, problem) for problem in FileProblem]
    view = DraftView(
        sitting_id="s",
        folder="push",
        assembly_id="a",
        title="Conseil municipal",
        starts_at=None,
        place="",
        revision=2,
        convocation=report("convocation.pdf", FileRole.CONVOCATION, change="unchanged"),
        items=(DraftItem(1, "Budget", "Zoé", closed=False, files=tuple(files)),),
        others=(report("plan.pdf", FileRole.OTHER, change="moved"),),
        not_placed=(report("x.pdf", FileRole.LEFT_OUT, change=""),),
        absent=(AbsentDocument("d", "3", "Tarifs", withdrawn=True),),
        missing=("date", "place", "convocation", "items", "item_titles", "assembly", "title"),
        changes=2,
        already_sent=True,
        total_pages=30,
        total_bytes=2_000_000,
    )
    told = text(draft_lines(view))
    assert all(file.path in told for file in files)
    assert "Tarifs" in told


def test_acts_name_their_problem() -> None:
    file = DeliberationFile(
        "/x/2026-1 - A.pdf", "2026-1", "A", 3, 2, 10, "0" * 64, "signing.has_form"
    )
    told = text(act_lines([file], [Signatory("o", "Maire", "Maire")]))
    assert "2026-1 - A.pdf" in told
    assert "1. Maire" in told


@pytest.mark.parametrize("rewritten", [False, True])
def test_acts_written_anew_say_so(rewritten: bool) -> None:  # noqa: FBT001 parametrised
    file = DeliberationFile("/x/A.pdf", "1", "A", 0, 2, 10, "0" * 64, rewritten=rewritten)
    told = text(act_lines([file], []))
    assert (len(told.splitlines()) == 2) is rewritten


@pytest.mark.parametrize(
    ("count", "number"), [(999, "999"), (1_500, "1"), (2_000_000, "2"), (7_000_000_000_000, "7")]
)
def test_sizes_have_units(count: int, number: str) -> None:
    assert texts.size(count).startswith(number)
