"""Texts for people, in French first: gettext catalogues and the texts of errors.

English is the language of the code, so it is always complete; `tests/meta/test_messages.py` holds
the French catalogue to the same. The catalogues are read from `.po` files directly, so a checkout
needs no compile step.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from boardpack import paths
from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError, BugError

LANGUAGES: Final = ("fr", "en")
#: Parameters of errors travel as text; an instant is one that `boardpack.domain.clock` wrote.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DURATION: Final = re.compile(r"PT(\d+)S")
_MOMENTS: Final = {"fr": "d MMMM y 'à' H 'h' mm", "en": "d MMMM y 'at' HH:mm"}


@dataclass(frozen=True)
class ErrorText:
    """What a person is told about a failure."""

    title: str
    safe: str
    do: str
    code: str


class _Language:
    """The language in force, for the whole process."""

    current = "fr"


def use_language(language: str) -> None:
    """Speak `language` ("fr" or "en") from now on; anything else means French."""
    _Language.current = language if language in LANGUAGES else "fr"


def language() -> str:
    """Return the language in force, "fr" or "en"."""
    return _Language.current


@cache
def _catalogue(name: str) -> Catalog:
    path = paths.resource("i18n", f"{name}.po")
    if not path.is_file():
        return Catalog(locale=name)
    with path.open("rb") as file:
        return read_po(file, locale=name)


def _(text: str) -> str:
    """Return `text` in the language in force."""
    if _Language.current == "en":
        return text
    message = _catalogue(_Language.current).get(text)
    found = message.string if message else ""
    return found if isinstance(found, str) and found else text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of `one`/`many` that fits `count`; the caller puts the number in.

    French counts zero and one as singular.
    """
    if _Language.current == "en":
        return one if count == 1 else many
    message = _catalogue(_Language.current).get(one)
    forms = message.string if message else ()
    if isinstance(forms, (tuple, list)) and len(forms) == 2 and all(forms):  # noqa: PLR2004 singular, plural
        return str(forms[0] if count < 2 else forms[1])  # noqa: PLR2004 French plural starts at two
    return one if count == 1 else many


@cache
def _error_texts(name: str) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(paths.resource("errors").glob(f"*.{name}.toml")):
        texts |= tomllib.loads(path.read_text(encoding="utf-8"))
    return texts


def duration(seconds: int) -> str:
    """Return a wait as a person reads it: "45 s", "4 min 30 s", "2 h 05 min"."""
    hours, minutes, left = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {left:02} s" if left else f"{minutes} min"
    return f"{left} s"


def _shown(value: str | int) -> str:
    """Return a parameter as a person reads it: instants as date and hour of this computer."""
    if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        return duration(int(found[1]))
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        moment = clock.parse(value).astimezone()
        return format_datetime(moment, _MOMENTS[language()], locale=language())
    return str(value)


def error_text(code: str, parameters: dict[str, str | int] | None = None) -> ErrorText:
    """Return the text of error `code`; an unknown code gets the text of `bug.unknown`."""
    texts = _error_texts(_Language.current)
    entry = texts.get(code) or texts["bug.unknown"]
    values = {"code": code} | {key: _shown(value) for key, value in (parameters or {}).items()}
    try:
        filled = {key: text.format_map(values) for key, text in entry.items()}
    except KeyError:
        # An older peer may send fewer parameters than this text names: the bare text still helps.
        filled = dict(entry)
    return ErrorText(filled["title"], filled["safe"], filled["do"], code)


def describe(error: Exception) -> ErrorText:
    """Return what to tell a person about any exception; what we did not foresee is our bug."""
    if isinstance(error, BoardpackError):
        return error_text(error.code, error.parameters)
    return error_text(UnforeseenError.code)


class UnforeseenError(BugError):
    """Something failed that no one foresaw."""

    code = "bug.unforeseen"
