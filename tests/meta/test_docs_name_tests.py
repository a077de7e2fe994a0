"""Each promise of docs/security.md and docs/sync.md names a test, and that test exists."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("security.md", "sync.md")
SHORT = "…"
#: What stands between backticks and speaks of a test.
NAMED = re.compile(rf"`((?:tests/|test_|{SHORT}\w)[^`\s]*)`")
FUNCTION = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.MULTILINE)


def files() -> list[Path]:
    found = (ROOT / "tests").rglob("*.*")
    return [each for each in found if "__pycache__" not in each.parts]


def known() -> set[str]:
    """Every name that a page may use: paths, folders, file names, test functions."""
    names = set()
    for path in files():
        place = path.relative_to(ROOT)
        names |= {place.as_posix(), place.parent.as_posix(), path.name, path.stem}
        if path.name.startswith("test_"):
            names |= set(FUNCTION.findall(path.read_text(encoding="utf-8")))
    return names


def named(text: str) -> list[str]:
    """Return what a text says of tests, as patterns: `…` stands for anything."""
    return [each.rstrip("/").replace(SHORT, "*") for each in NAMED.findall(text)]


def missing(text: str, names: set[str]) -> list[str]:
    return [
        each
        for each in named(text)
        if not any(fnmatchcase(name, each) for name in ({each} & names or names))
    ]


def is_a_test(name: str) -> bool:
    return not (ROOT / name).is_dir()


def guarantees() -> list[str]:
    """The rows of the table of guarantees."""
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    table = page.partition("| guarantee |")[2].partition("\n\n")[0]
    return table.splitlines()[2:]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert named(text), "nothing was found to look for"
    assert missing(text, known()) == []


def test_every_guarantee_names_its_test() -> None:
    """A folder is no test: who doubts a promise must find what proves it."""
    rows = guarantees()
    assert rows
    assert [row for row in rows if not any(map(is_a_test, named(row.split("|")[3])))] == []


def test_a_name_that_is_wrong_would_be_found() -> None:
    wrong = ("tests/meta/test_nothing.py", "test_of_nothing", f"{SHORT}of_naught", "tests/naught/")
    text = " ".join(f"`{each}`" for each in wrong)
    assert len(missing(text, known())) == len(wrong)
