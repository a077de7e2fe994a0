"""Finding what a person means: a sitting by the beginning of its identifier, a member by name."""

from __future__ import annotations

from collections.abc import Sequence

from boardpack.annotation.text import fold
from boardpack.services.draft_models import PersonRow
from boardpack.services.errors import PersonUnknownError, SittingUnknownError
from boardpack.services.program import Session

_SHORTEST = 6


def sitting_called(session: Session, text: str) -> str:
    """Return the sitting whose identifier begins with `text`; "next" is the next one.

    Raises:
        SittingUnknownError: none, or several.
    """
    rows = session.reading.sittings()
    if text == "next":
        coming = [row.sitting_id for row in rows if not row.past]
        return _only(coming[:1])
    exact = [row.sitting_id for row in rows if row.sitting_id == text]
    if exact or len(text) < _SHORTEST:
        return _only(exact)
    return _only([row.sitting_id for row in rows if row.sitting_id.startswith(text)])


def _only(found: list[str]) -> str:
    if len(found) != 1:
        raise SittingUnknownError
    return found[0]


def person_called(people: Sequence[PersonRow], text: str) -> str:
    """Return the member of that identifier or name.

    Raises:
        PersonUnknownError: nobody, or several people, have it.
    """
    wanted = fold(text)
    found = [row.official_id for row in people if text == row.official_id]
    found = found or [row.official_id for row in people if fold(row.name) == wanted]
    if len(found) != 1:
        raise PersonUnknownError(name=text)
    return found[0]
