"""Each code of the error tree has its texts in each language, a row in the docs, an exit code."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from boardpack.domain.errors import ActionableError, BoardpackError, BugError, SurroundingsError
from tests.helpers.modules import import_all

ROOT = Path(__file__).parents[2]
EXIT_CODES = {2, 3, 70, 75}
#: Codes that only texts know: answers of a server, fallbacks.
WITHOUT_CLASS = {"bug.unknown"}


def every_class() -> dict[str, type[BoardpackError]]:
    import_all()
    found: dict[str, type[BoardpackError]] = {}
    waiting: list[type[BoardpackError]] = [BoardpackError]
    while waiting:
        parent = waiting.pop()
        waiting.extend(parent.__subclasses__())
        if "code" in parent.__dict__:
            assert parent.code not in found, f"two classes say {parent.code}"
            found[parent.code] = parent
    return found


def texts(language: str) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "resources/errors").glob(f"*.{language}.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not set(entries) & set(merged), path
        merged |= entries
    return merged


@pytest.fixture(scope="module")
def classes(django_db_blocker: object) -> dict[str, type[BoardpackError]]:
    return every_class()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_code_has_text(classes: dict[str, type[BoardpackError]], language: str) -> None:
    entries = texts(language)
    assert set(classes) - set(entries) == set()
    assert set(entries) - set(classes) - WITHOUT_CLASS == set()
    for code, entry in entries.items():
        assert set(entry) == {"title", "safe", "do"}, code
        assert all(text.strip() for text in entry.values()), code


def test_both_languages_name_the_same_parameters() -> None:
    french, english = texts("fr"), texts("en")
    formatter = string.Formatter()
    for code in french:
        named = [
            {
                field
                for text in language[code].values()
                for _, field, _, _ in formatter.parse(text)
                if field
            }
            for language in (french, english)
        ]
        assert named[0] == named[1], code


def test_every_code_has_a_row_in_the_docs(classes: dict[str, type[BoardpackError]]) -> None:
    rows = set(
        re.findall(r"^\| `([a-z0-9_.]+)` \|", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)
    )
    assert set(classes) - rows == set()
    assert rows - set(classes) - WITHOUT_CLASS == set()


def test_every_code_has_a_family_and_exit_code(classes: dict[str, type[BoardpackError]]) -> None:
    for code, error in classes.items():
        assert issubclass(error, ActionableError | SurroundingsError | BugError), code
        assert error.exit_code in EXIT_CODES, code
        assert re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", code)
