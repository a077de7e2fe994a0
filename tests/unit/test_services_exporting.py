"""A sitting saved as a folder, and read back by the rules of a push."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from boardpack.domain.dossier import DocumentKind
from boardpack.services.draft_models import FileRole
from boardpack.services.errors import CannotWriteError, SittingUnknownError
from boardpack.services.exporting import ExportingService
from boardpack.services.push_folder import understand
from boardpack.services.sitting_toml import read
from tests.helpers.local import COUNCILLOR, Local, document, dossier, local, paris, version

REPORT, ANNEX = b"%PDF report", b"%PDF annex"
TITLE = 'Budget : "primitif" / 2100\\'


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    made = dossier(
        document("Convocation", version(b"%PDF c"), kind=DocumentKind.CONVOCATION),
        replace(
            document("r", version(REPORT), kind=DocumentKind.DRAFT_DELIBERATION, item=2),
            title=TITLE,
        ),
        document("a", version(ANNEX), kind=DocumentKind.ANNEX, item=2, file_name="02.3 - a.ods"),
        document("a2", version(ANNEX), kind=DocumentKind.ANNEX, item=2, file_name="x.ods"),
        document("gone", version(b"gone"), item=3, withdrawn=True),
        starts_at=paris(2099, 7, 1, 18, 30),
    )
    item = replace(made.items[0], title=TITLE, reporter="Zoé", closed=True)
    with local(tmp_path, COUNCILLOR, replace(made, items=(item, *made.items[1:]))) as device:
        device.hold(REPORT, ANNEX)
        yield device


def test_names_and_words_can_be_pushed_again(device: Local, tmp_path: Path) -> None:
    out = tmp_path / "out"
    exported = ExportingService(device.context).export_sitting("sitting", out)
    assert exported.missing == ("Convocation",)
    assert exported.files == (
        "02 - Budget - -primitif- - 2100-.pdf",
        "02.3 - a.ods",
        "02.2 - a2.ods",
        "sitting.toml",
    )
    assert (out / exported.files[0]).read_bytes() == REPORT
    assert understand(exported.files[0]).role is FileRole.REPORT
    assert understand(exported.files[1]).annex_number == 3
    words = read((out / "sitting.toml").read_bytes())
    assert (words.assembly, words.place, str(words.day)) == ("CM", "Salle du conseil", "2099-07-01")
    assert str(words.hour) == "18:30:00"
    (item, _) = words.items
    assert (item.title, item.reporter, item.closed) == (TITLE, "Zoé", True)
    assert item.kind is DocumentKind.DRAFT_DELIBERATION


def test_an_unknown_sitting_makes_no_folder(device: Local, tmp_path: Path) -> None:
    with pytest.raises(SittingUnknownError):
        ExportingService(device.context).export_sitting("none", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_place_that_refuses_says_so(device: Local, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CannotWriteError):
        ExportingService(device.context).export_sitting("sitting", tmp_path / "file" / "out")
