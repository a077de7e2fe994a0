"""The French catalogue holds every text for people, in correct French typography."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
I18N = ROOT / "resources/i18n"
SOURCES = ("boardpack", "signing", "sync", "ui")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
#: Most modules hold no text: they need no tokenizer.
CALL = re.compile(rb"\b(?:_|N_|ngettext)\(")

#: Within an f-string Python 3.11 shows the extractor nothing of a call: nobody can translate it.
WITHIN_F_STRING = re.compile(rb"\{(?:_|ngettext)\(")
#: What still stands so: the name of a file filter (ui/entry/steps.py).
HIDDEN: set[str] = set()

#: The same word, or the same figures, in both languages.
SAME = {
    "Bureau",
    "Console",
    "Convocation",
    "Document",
    "Documents",
    "Note",
    "Notes",
    "Orange",
    "Page {page}",
    "Pages",
    "Question",
    "Signature",
    "Version {number}, {day}",
    "Versions",
    "Zoom",
    "boardpack",
    "convocation",
    "page {page}",
    "version {number}",
    "{count} document",
    "{count} note",
    "{count} page",
    "{first}, {second}",
}

#: What a text for people must never hold, and why.
WRONG = {
    r" [:;!?»%]|« ": "an ordinary space where a line must not break",
    r"[^\s\u00a0]»|«[^\u00a0]|[^\u00a0]:(?=\s|$)|[^\u202f][;!?]": "no narrow or unbreakable space",
    r"['\"“”]": "a straight or an English quotation mark",
    r"\.\.\.": "three points instead of an ellipsis",
    r"  |^\s|\s$": "spaces too many",
    r"\b(?i:tu|ton|tes|toi)\b": "one does not say « tu » to an official",
}
#: Words of computers; whoever runs a server or a terminal knows them.
JARGON = re.compile(
    r"(?i)\b(?:sync|synchro|token|jeton|blob|hash|json|sha|upload|login|workflow|erreur \d)"
)


@dataclass
class Text:
    """One English text: its plural, and where it stands."""

    one: str
    many: str = ""
    places: list[str] = field(default_factory=list)


def _modules() -> Iterator[Path]:
    return (each for top in SOURCES for each in sorted((ROOT / top).rglob("*.py")))


def _calls(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, singular and plural of each text of a module."""
    if not CALL.search(path.read_bytes()):
        return
    with path.open("rb") as file:
        for line, found, _comments, _context in extract("python", file, KEYWORDS):
            one, many = (found, "") if isinstance(found, str) else found[:2]
            yield line, one, many


@pytest.fixture(scope="module")
def texts() -> dict[str, Text]:
    found: dict[str, Text] = {}
    for path in _modules():
        for line, one, many in _calls(path):
            text = found.setdefault(one, Text(one, many))
            text.places.append(f"{path.relative_to(ROOT).as_posix()}:{line}")
            assert text.many == many, f"singular alone and with a plural: {text}"
    return found


@pytest.fixture(scope="module")
def french() -> Catalog:
    return _read("fr.po")


def _read(name: str) -> Catalog:
    with (I18N / name).open("rb") as file:
        return read_po(file, locale="fr", abort_invalid=True)


def _forms(catalogue: Catalog) -> Iterator[tuple[str, str, str]]:
    """Yield each translation: its message, the English, the French."""
    for message in catalogue:
        english = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        translated = message.string
        forms = translated if isinstance(translated, (tuple, list)) else (translated,)
        if english[0]:
            assert len(english) == len(forms), english
            for one, other in zip(english, forms, strict=True):
                yield english[0], one, other or ""


def _done(catalogue: Catalog) -> Iterator[tuple[str, str, str]]:
    """Yield what is translated; what is not has a test of its own."""
    return (each for each in _forms(catalogue) if each[2].strip())


def _fields(text: str) -> list[str]:
    return sorted(str(name) for _text, name, _spec, _kind in string.Formatter().parse(text) if name)


def test_every_text_has_its_french(texts: dict[str, Text], french: Catalog) -> None:
    done = {message for message, _english, _french in _done(french)}
    missing = {one: text.places for one, text in texts.items() if one not in done}
    assert not missing, "run `python3 dev.py messages`, then translate"


def test_no_form_of_a_translation_is_empty(french: Catalog) -> None:
    assert not [english for _message, english, other in _forms(french) if not other.strip()]


@pytest.mark.parametrize("name", ["fr.po", "boardpack.pot"])
def test_catalogue_holds_nothing_that_nobody_says(texts: dict[str, Text], name: str) -> None:
    catalogue = _read(name)
    assert {message for message, _english, _french in _forms(catalogue)} == set(texts)
    plurals = {each.id[0]: each.id[1] for each in catalogue if isinstance(each.id, (tuple, list))}
    assert plurals == {one: text.many for one, text in texts.items() if text.many}
    assert not catalogue.obsolete


def test_translations_name_the_same_values(french: Catalog) -> None:
    for _message, english, other in _done(french):
        assert _fields(other) == _fields(english), (english, other)


def test_translations_are_french(french: Catalog) -> None:
    same = {message for message, english, other in _done(french) if english == other}
    assert same <= SAME


def test_list_of_words_that_are_the_same_is_not_longer_than_needed(french: Catalog) -> None:
    assert {message for message, english, other in _done(french) if english == other} >= SAME


@pytest.mark.parametrize(("pattern", "reason"), WRONG.items(), ids=WRONG.values())
def test_french_typography(french: Catalog, pattern: str, reason: str) -> None:
    for _message, english, other in _done(french):
        assert not re.search(pattern, other), (english, other, reason)


def test_the_window_speaks_no_word_of_computers(texts: dict[str, Text], french: Catalog) -> None:
    for message, _english, other in _done(french):
        places = texts[message].places if message in texts else ()
        if any(place.startswith("ui/") for place in places):
            assert not JARGON.search(other), other


def test_translations_begin_and_end_as_the_text_does(french: Catalog) -> None:
    """A label stays a label and a sentence a sentence."""
    for _message, english, other in _done(french):
        assert (english[-1] in ".…:?!") == (other[-1] in ".…:?!"), (english, other)
        if english[0].isalpha() and other[0].isalpha() and not english.isupper():
            assert english[0].isupper() == other[0].isupper(), (english, other)


@pytest.mark.parametrize("name", ["fr.po", "boardpack.pot"])
def test_catalogue_changes_only_where_texts_change(name: str) -> None:
    """No places, no doubts, no fixed order of files: a merge touches what was translated."""
    lines = (I18N / name).read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith(("#:", "#|", "#~", "#, fuzzy"))]
    assert not [line for line in lines if str(ROOT) in line]
    order = [message.id for message in _read(name) if message.id]
    names = [each[0] if isinstance(each, (tuple, list)) else each for each in order]
    assert names == sorted(names)


def test_plural_of_french_begins_at_two(french: Catalog) -> None:
    assert (french.num_plurals, french.plural_expr) == (2, "(n > 1)")
    head = (I18N / "fr.po").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "nplurals=2; plural=(n > 1);" in head


def test_no_text_hides_from_the_extractor(texts: dict[str, Text]) -> None:
    hidden: set[str] = set()
    for path in _modules():
        source = path.read_bytes()
        if WITHIN_F_STRING.search(source):
            hidden |= set(_called(ast.parse(source))) - texts.keys()
    assert hidden <= HIDDEN, "take them out of their f-strings"


def _called(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="_" | "ngettext"), args=[ast.Constant(value=str() as text), *_]
            ):
                yield text


def test_dev_py_collects_from_the_same_sources() -> None:
    text = (ROOT / "dev.py").read_text(encoding="utf-8")
    assert f"sources = {SOURCES!r}".replace("'", '"') in text
