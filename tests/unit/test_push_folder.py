"""What the names of a push folder say."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from boardpack.services.draft_models import FileRole
from boardpack.services.errors import FolderEmptyError, FolderUnreadableError, TooManyFilesError
from boardpack.services.push_folder import (
    MOST_FILES,
    NamedPlace,
    files_of,
    media_type,
    natural_key,
    tidy,
    understand,
    understand_act,
)


def report(number: int, title: str) -> NamedPlace:
    return NamedPlace(FileRole.REPORT, title, number)


def annex(number: int, annex_number: int, title: str) -> NamedPlace:
    return NamedPlace(FileRole.ANNEX, title, number, annex_number)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("01 - Budget primitif.pdf", report(1, "Budget primitif")),
        ("1 - Budget primitif.PDF", report(1, "Budget primitif")),
        ("1_Budget_primitif.pdf", report(1, "Budget primitif")),
        ("01 – Budget primitif.pdf", report(1, "Budget primitif")),
        ("01-Tarifs 2027.pdf", report(1, "Tarifs 2027")),
        ("  07  -   Vœux   du maire .pdf", report(7, "Vœux du maire")),
        ("12. Vœux.pdf", report(12, "Vœux")),
        ("12) Vœux.pdf", report(12, "Vœux")),
        ("02 - 2026 - Orientations.pdf", report(2, "2026 - Orientations")),
        ("07__Tarifs.pdf", report(7, "Tarifs")),
        ("03.1 - Plan.ods", annex(3, 1, "Plan")),
        ("03.12 – Plan du PLU_v2.pdf", annex(3, 12, "Plan du PLU_v2")),
        ("3 . 2 - Plan.pdf", annex(3, 2, "Plan")),
        ("07_02__Annexe_financiere.docx", annex(7, 2, "Annexe financiere")),
    ],
)
def test_numbered_files_are_placed_at_their_item(name: str, place: NamedPlace) -> None:
    assert understand(name) == place


@pytest.mark.parametrize(
    "name",
    ["convocation.pdf", "Convocation CM 24-09.PDF", "CONVOCATION_2.pdf", "00__Convocation.pdf"],
)
def test_the_convocation_is_known_by_its_name(name: str) -> None:
    assert understand(name).role is FileRole.CONVOCATION


@pytest.mark.parametrize(
    "name",
    [
        "note.docx",
        "05 - Rapport.docx",
        "100 ans.pdf",
        "1.5 % de hausse.pdf",
        "2026-042 - Tarifs.pdf",
        "10.pdf",
        "01 - .pdf",
        "convocation.docx",
        "plan.pdf",
    ],
)
def test_other_files_are_not_placed(name: str) -> None:
    assert understand(name).role is FileRole.NOT_PLACED


def test_the_two_unicode_forms_of_an_accent_are_one() -> None:
    composed = "01 - Délibération.pdf"
    assert understand(unicodedata.normalize("NFD", composed)) == understand(composed)


@pytest.mark.parametrize(
    ("name", "number", "title"),
    [
        ("2026-042 - Budget primitif.pdf", "2026-042", "Budget primitif"),
        ("2026_042_Budget_primitif.pdf", "2026-042", "Budget primitif"),
        ("DEL-2026-042 - Budget.pdf", "DEL-2026-042", "Budget"),
        ("07 - Budget.pdf", "07", "Budget"),
        ("Délibération n° 2026-042 - Budget.pdf", "2026-042", "Budget"),
        ("deliberation 07 - Budget.pdf", "07", "Budget"),
        ("Budget.pdf", "", "Budget"),
        ("2026-042.pdf", "", "2026-042"),
    ],
)
def test_acts_have_number_and_title_in_their_name(name: str, number: str, title: str) -> None:
    assert understand_act(name) == (number, title)


def test_nine_comes_before_ten() -> None:
    names = ["10 - b.pdf", "9 - a.pdf", "9.10 - d.pdf", "9.2 - c.pdf"]
    assert sorted(names, key=natural_key) == [
        "9 - a.pdf",
        "9.2 - c.pdf",
        "9.10 - d.pdf",
        "10 - b.pdf",
    ]


def test_media_types_of_office_files_do_not_depend_on_the_machine() -> None:
    assert media_type("a.ODS") == "application/vnd.oasis.opendocument.spreadsheet"
    assert media_type("a.unknown") == "application/octet-stream"


def test_litter_of_systems_and_office_programs_is_left_out(tmp_path: Path) -> None:
    for name in ("01 - A.pdf", ".DS_Store", "Thumbs.db", "~$01 - A.docx", ".hidden/x.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "Annexes").mkdir()
    (tmp_path / "Annexes" / "01.1 - B.ods").write_bytes(b"x")
    assert list(files_of(tmp_path)) == ["01 - A.pdf", "Annexes/01.1 - B.ods"]


def test_files_dropped_one_by_one_and_folders_mix(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "02 - B.pdf").write_bytes(b"x")
    (tmp_path / "01 - A.pdf").write_bytes(b"x")
    found = files_of([tmp_path / "in", tmp_path / "01 - A.pdf"])
    assert list(found) == ["01 - A.pdf", "02 - B.pdf"]


def test_two_dropped_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    paths = [tmp_path / "a" / "plan.pdf", tmp_path / "b" / "plan.pdf"]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(b"x")
    assert sorted(files_of(paths).values()) == paths
    assert len(files_of(paths)) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a name be any bytes")
def test_a_name_of_an_old_system_is_read(tmp_path: Path) -> None:
    name = os.fsdecode("01 - Délibération.pdf".encode("cp1252"))
    (tmp_path / name).write_bytes(b"x")
    (found,) = files_of(tmp_path)
    assert found == "01 - Délibération.pdf"
    assert tidy(name) == found


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadableError):
        files_of(tmp_path / "gone")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(FolderEmptyError):
        files_of(tmp_path)


def test_a_whole_disk_is_refused(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(TooManyFilesError):
        files_of(tmp_path)
