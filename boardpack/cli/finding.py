"""Finding what a person means: a sitting by the beginning of its identifier, a member by name."""

from __future__ import annotations

from collections.abc import Sequence

from boardpack.annotation.text import fold
from boardpack.cli.errors import ServerNeededError
from boardpack.services.draft_models import PersonRow
from boardpack.services.errors import (
    DeliberationUnknownError,
    PersonUnknownError,
    SittingUnknownError,
)
from boardpack.services.program import Session

_SHORTEST = 6


def sitting_called(sessions: Sequence[Session], text: str) -> tuple[Session, str]:
    """Return the sitting whose identifier begins with `text`, and its account.

    "next" is the next one of all.

    Raises:
        SittingUnknownError: none, or several.
    """
    rows = [(session, row) for session in sessions for row in session.reading.sittings()]
    if text == "next":
        coming = sorted((each for each in rows if not each[1].past), key=lambda e: e[1].starts_at)
        return _only([(session, row.sitting_id) for session, row in coming[:1]])
    exact = [(session, text) for session, row in rows if row.sitting_id == text]
    if exact or len(text) < _SHORTEST:
        return _only(exact)
    begins = [(session, row.sitting_id) for session, row in rows]
    return _only([each for each in begins if each[1].startswith(text)])


def _only(found: list[tuple[Session, str]]) -> tuple[Session, str]:
    if len(found) != 1:
        raise SittingUnknownError
    return found[0]


def deliberation_called(sessions: Sequence[Session], deliberation_id: str) -> Session:
    """Return the account that knows a deliberation; the first where none does.

    Raises:
        ServerNeededError: several know one of this identifier.
    """
    found = [each for each in sessions if _knows(each, deliberation_id)] or list(sessions[:1])
    if len(found) > 1:
        raise ServerNeededError
    return found[0]


def _knows(session: Session, deliberation_id: str) -> bool:
    try:
        session.signing.deliberation(deliberation_id)
    except DeliberationUnknownError:
        return False
    return True


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
