"""The demo dossiers build, open, hold what is promised, and are the same on every run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from types import ModuleType

import pymupdf
import pytest

from boardpack.services import sitting_toml
from boardpack.services.draft_models import FileRole
from boardpack.services.push_folder import understand, understand_act

SCRIPT = Path(__file__).parents[2] / "resources" / "demo" / "make_dossiers.py"
COUNCILS = ("conseil-municipal", "conseil-communautaire", "conseil-regional")
CORRECTED = "06 - Marché de travaux du groupe scolaire.pdf"


@pytest.fixture(scope="module")
def maker() -> Iterator[ModuleType]:
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location("make_dossiers", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = path


@pytest.fixture(scope="module")
def demo(maker: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    made = maker.make_dossiers(folder)
    assert [path.name for path in made] == [*COUNCILS, "brouillon", "corrected", "to-sign"]
    return folder


def pdfs(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.pdf"))


def text_of(path: Path) -> str:
    with pymupdf.open(path) as document:
        # Without the flag that keeps ligatures: the serif face joins "fi".
        words = " ".join(page.get_text(flags=pymupdf.TEXT_PRESERVE_WHITESPACE) for page in document)
    return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split())


def readable(demo: Path) -> list[Path]:
    spoilt = ("02 - Rapport d’orientation budgétaire.pdf", "03 - Protocole transactionnel.pdf")
    return [
        path
        for folder in (*COUNCILS, "brouillon", "corrected", "to-sign")
        for path in pdfs(demo / folder)
        if folder != "brouillon" or path.name not in spoilt
    ]


def test_every_pdf_that_should_open_opens_and_every_page_can_be_drawn(demo: Path) -> None:
    for path in readable(demo):
        with pymupdf.open(path) as document:
            assert not document.needs_pass, path.name
            assert not document.is_repaired, path.name
            assert document.page_count, path.name
            assert document.metadata["title"], path.name
            for page in list(document)[:12]:
                assert page.get_displaylist()


def test_page_counts_are_as_promised(demo: Path) -> None:
    for folder in COUNCILS:
        for path in pdfs(demo / folder):
            place = understand(path.name)
            with pymupdf.open(path) as document:
                if place.role is FileRole.REPORT:
                    assert 1 <= document.page_count <= 6, path.name
    with pymupdf.open(next((demo / COUNCILS[0]).glob("07.1 - *.pdf"))) as water:
        assert water.page_count == 200
        assert len(water.get_toc()) > 100
        assert len(water[0].get_links()) >= 10
    with pymupdf.open(next((demo / COUNCILS[0]).glob("03.1 - *.pdf"))) as tables:
        assert tables.page_count >= 5
        assert tables[0].rect.width > tables[0].rect.height
    assert sum(path.stat().st_size for path in demo.rglob("*") if path.is_file()) < 25_000_000


def test_the_plan_is_one_a3_landscape_page_of_vectors(demo: Path) -> None:
    with pymupdf.open(next((demo / COUNCILS[0]).glob("05.1 - *.pdf"))) as plan:
        assert plan.page_count == 1
        assert (round(plan[0].rect.width), round(plan[0].rect.height)) == (1191, 842)
        assert plan[0].get_images() == []
        assert sum(len(drawing["items"]) for drawing in plan[0].get_drawings()) > 3000


def test_the_scanned_letter_has_pictures_and_no_text(demo: Path) -> None:
    for path in (
        next((demo / COUNCILS[0]).glob("08.1 - *.pdf")),
        next((demo / "brouillon").glob("04 - *.pdf")),
    ):
        with pymupdf.open(path) as scan:
            for page in scan:
                assert page.get_text().strip() == ""
                assert len(page.get_images()) == 1


@pytest.mark.parametrize(
    ("name", "assembly", "items", "day"),
    [
        (COUNCILS[0], "aubrelles-cm", 14, date(2026, 12, 10)),
        (COUNCILS[1], "val-de-sorene-cc", 7, date(2026, 12, 15)),
        (COUNCILS[2], "hautes-vallees-cr", 7, date(2026, 12, 18)),
    ],
)
def test_a_push_understands_every_file_of(
    demo: Path, name: str, assembly: str, items: int, day: date
) -> None:
    files = [path.name for path in (demo / name).iterdir() if path.name != "sitting.toml"]
    places = [understand(file) for file in files]
    roles = [place.role for place in places]
    assert FileRole.NOT_PLACED not in roles
    assert roles.count(FileRole.CONVOCATION) == 1
    assert sorted(p.item_number for p in places if p.role is FileRole.REPORT) == [
        *range(1, items + 1)
    ]
    assert any(not file.endswith(".pdf") for file in files)
    words = sitting_toml.read((demo / name / "sitting.toml").read_bytes())
    assert (words.assembly, words.day) == (assembly, day)
    assert words.hour is not None
    assert words.hour > time(9)
    assert [item.number for item in words.items] == [*range(1, items + 1)]
    assert all(item.title and item.reporter for item in words.items)


def test_the_draft_holds_each_mistake_once(demo: Path) -> None:
    draft = demo / "brouillon"
    with pytest.raises(pymupdf.FileDataError):
        pymupdf.open(next(draft.glob("02 - *.pdf")))
    with pymupdf.open(next(draft.glob("03 - *.pdf"))) as protected:
        assert protected.needs_pass
        assert protected.authenticate("seance")
    twins = [next(draft.glob(f"{number} - *.pdf")).read_bytes() for number in ("05", "06")]
    assert twins[0] == twins[1]
    places = [understand(path.name) for path in draft.iterdir() if path.name != "sitting.toml"]
    roles = [place.role for place in places]
    assert roles.count(FileRole.NOT_PLACED) == 1
    assert FileRole.CONVOCATION not in roles
    words = sitting_toml.read((draft / "sitting.toml").read_bytes())
    assert [item.number for item in words.items if item.closed] == [3]


def test_the_corrected_report_changes_one_amount_and_adds_one_paragraph(demo: Path) -> None:
    before = text_of(demo / COUNCILS[0] / CORRECTED)
    after = text_of(demo / "corrected" / CORRECTED)
    assert "412 380 €" in before
    assert "412 380 €" not in after
    assert "421 830 €" in after
    assert "2 008 180 €" in before
    assert "2 017 630 €" in after
    assert "Rectificatif." not in before
    assert "Rectificatif." in after
    for kept in ("plébiscité le cerisier", "Les travaux bruyants sont interdits de 9 h"):
        assert kept in before
        assert kept in after


def test_deliberations_to_sign_have_numbers_votes_and_room_for_two_signatures(demo: Path) -> None:
    acts = pdfs(demo / "to-sign")
    assert len(acts) >= 3
    for path in acts:
        number, title = understand_act(path.name)
        assert re.fullmatch(r"2026-\d{3}", number)
        assert title
        with pymupdf.open(path) as act:
            assert act.page_count <= 2
            last = act[-1]
            assert "Abstentions" in text_of(path)
            for name in ("Philippe AUTHIER", "Inès BELKACEM"):
                place = last.search_for(name)[-1]
                room = pymupdf.Rect(place.x0, place.y1 + 4, place.x0 + 150, place.y1 + 80)
                assert room.y1 < last.rect.y1
                assert last.get_textbox(room).strip() == ""


def test_each_marker_stands_in_its_own_folder_only(maker: ModuleType, demo: Path) -> None:
    texts: dict[str, str] = {}
    for path in readable(demo):
        texts[path.parent.name] = texts.get(path.parent.name, "") + text_of(path)
    assert list(maker.MARKERS) == [*COUNCILS, "brouillon", "corrected", "to-sign"]
    for folder, words in maker.MARKERS.items():
        assert [name for name, text in texts.items() if words in text] == [folder]


def test_no_markup_is_left_and_french_typography_is_right(demo: Path) -> None:
    wrong = re.compile(r"'|\S [;:!?»]|« |\*\*|\[\[|@@|\{|\|")
    for path in readable(demo):
        with pymupdf.open(path) as document:
            found = [
                page.get_text()[max(0, match.start() - 20) : match.end() + 10]
                for page in document
                for match in wrong.finditer(page.get_text())
            ]
        assert found == [], path.name


def test_the_spreadsheet_has_the_parts_that_offices_expect(demo: Path) -> None:
    with zipfile.ZipFile(next((demo / COUNCILS[0]).glob("*.ods"))) as packed:
        assert packed.namelist()[0] == "mimetype"
        assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        content = packed.read("content.xml").decode()
    assert 'office:value-type="float"' in content
    assert "Harmonie municipale" in content


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_another_process_makes_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert digests(tmp_path) == digests(demo)


def test_every_date_counts_from_the_day_asked_for(maker: ModuleType, tmp_path: Path) -> None:
    sys.modules["dossier_maker.dossier"].make_folder(
        maker.TEXTS / "hautes-vallees", tmp_path, date(2027, 3, 9)
    )
    words = sitting_toml.read((tmp_path / "sitting.toml").read_bytes())
    assert words.day == date(2027, 3, 9)
    summons = text_of(tmp_path / "Convocation.pdf")
    assert "mardi 9 mars 2027 à 9 h 30" in summons
    assert "le 22 février 2027" in summons
    assert "2026" not in summons
