"""What is shown over all accounts of the profile: one agenda, one search, one list of notes.

Nothing is copied from one account to another: each answers from its own store, and the answers are
put in order here. An account that fails is left out and keeps its failure; only when all fail the
first failure is raised. Store lane.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from boardpack.domain import clock
from boardpack.domain.errors import BoardpackError
from boardpack.services.files import write_file
from boardpack.services.library import LASTS
from boardpack.services.note_export import as_markdown, mine
from boardpack.services.notes import NotesService
from boardpack.services.profile_state import ProfileState
from boardpack.services.read_models import (
    AssemblyBadge,
    DeliberationRow,
    HomeView,
    NoteRow,
    RecoveryWish,
    ResumeRow,
    SearchHit,
    SearchResult,
    SittingRow,
    TodoKind,
    TodoRow,
)
from boardpack.services.reading import ReadingService
from boardpack.services.searching import SearchingService
from boardpack.services.sharing import SharingService
from boardpack.services.signing import SigningService

T = TypeVar("T")
Row = TypeVar("Row", SittingRow, TodoRow, ResumeRow, NoteRow, SearchHit, DeliberationRow)

#: As `services.todo` orders them.
_URGENCY: Final = (
    TodoKind.REPLACED,
    TodoKind.ENDED,
    TodoKind.REJECTED,
    TodoKind.SIGN,
    TodoKind.ACKNOWLEDGE,
    TodoKind.MODIFIED,
)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Member(Protocol):
    """What is needed of a session; `services.session` has it all."""

    @property
    def account(self) -> str:
        """Its name."""
        ...

    @property
    def reading(self) -> ReadingService:
        """Sittings."""
        ...

    @property
    def notes(self) -> NotesService:
        """Notes."""
        ...

    @property
    def sharing(self) -> SharingService:
        """Shared notes."""
        ...

    @property
    def signing(self) -> SigningService:
        """Deliberations."""
        ...

    @property
    def searching(self) -> SearchingService:
        """Search."""
        ...


M = TypeVar("M", bound=Member)
M_co = TypeVar("M_co", bound=Member, covariant=True)


class Members(Protocol[M_co]):
    """What is needed of the accounts; see `services.accounts`."""

    @property
    def sessions(self) -> tuple[M_co, ...]:
        """The open sessions."""
        ...

    def states(self) -> tuple[ProfileState, ...]:
        """Say how each account stands."""
        ...

    def failed(self, account: str, error: BoardpackError) -> None:
        """Keep what an open account met."""
        ...


class Together(Generic[M]):
    """Reads over every open account, and says how each stands."""

    def __init__(self, accounts: Members[M], only: frozenset[str] | None = None) -> None:
        """Look at the accounts of one profile; at those named in `only`, when given."""
        self._accounts = accounts
        self._only = only

    def narrowed(self, names: frozenset[str]) -> Together[M]:
        """Return the same over some accounts."""
        return Together(self._accounts, names)

    @property
    def sessions(self) -> tuple[M, ...]:
        """The open sessions, the first enrolled first. Any lane."""
        return tuple(each for each in self._accounts.sessions if self._wanted(each.account))

    def states(self) -> tuple[ProfileState, ...]:
        """Say how each account stands, those that did not open with them."""
        return tuple(each for each in self._accounts.states() if self._wanted(each.account))

    def _wanted(self, account: str) -> bool:
        return self._only is None or account in self._only

    def session(self, account: str) -> M | None:
        """Return the open session of an account. Any lane."""
        return next((each for each in self.sessions if each.account == account), None)

    def _each(self, read: Callable[[M], T]) -> list[T]:
        found: list[T] = []
        failure: BoardpackError | None = None
        for session in self.sessions:
            try:
                found.append(read(session))
            except BoardpackError as error:
                self._accounts.failed(session.account, error)
                failure = failure or error
        if not found and failure is not None:
            raise failure
        return found

    def home(self) -> HomeView:
        """Return one agenda: what needs the person, most urgent first, then sittings by date."""
        views = self._each(lambda session: session.reading.home())
        if len(views) == 1:
            return views[0]
        wishing = [each for each in views if each.recovery is not RecoveryWish.NOTHING]
        twice = _twice(badge for each in views for badge in _badges(each))
        todo = _joined((_with_server(each.todo) for each in views), twice)
        coming = _joined((each.next_sittings for each in views), twice)
        gone = _joined((each.past_sittings for each in views), twice)
        resume = _joined((each.resume for each in views), twice)
        return HomeView(
            official_name=views[0].official_name,
            todo=tuple(sorted(todo, key=_urgency)),
            next_sittings=tuple(sorted(coming, key=lambda row: row.starts_at)),
            past_sittings=tuple(sorted(gone, key=lambda row: row.starts_at, reverse=True)),
            resume=tuple(sorted(resume, key=lambda row: row.at, reverse=True)),
            recovery=wishing[0].recovery if wishing else RecoveryWish.NOTHING,
            account=wishing[0].account if wishing else views[0].account,
        )

    def sittings(self, *, past: bool | None = None) -> tuple[SittingRow, ...]:
        """Return sittings as `ReadingService.sittings` does, over all accounts."""
        found = self._each(lambda session: session.reading.sittings())
        # An assembly is called the same among what comes as among what is past.
        twice = _twice(row.assembly for row in chain.from_iterable(found))
        wanted = (tuple(row for row in each if past in (None, row.past)) for each in found)
        rows = _joined(wanted, twice)
        coming = sorted((row for row in rows if not row.past), key=lambda row: row.starts_at)
        gone = (row for row in rows if row.past)
        return (*coming, *sorted(gone, key=lambda row: row.starts_at, reverse=True))

    def to_sign(self) -> tuple[DeliberationRow, ...]:
        """Return the deliberations that wait for this person, by date of their sitting."""
        rows = _joined(self._each(lambda session: session.signing.inbox()))
        return tuple(sorted(rows, key=lambda row: row.starts_at)) if self._several else rows

    @property
    def _several(self) -> bool:
        return len(self.sessions) > 1

    def search(self, query: str, *, limit: int = 50) -> SearchResult:
        """Return what each account finds, the best of each before its second best.

        Raises:
            SearchEmptyError: the query has no letter or digit.
        """
        found = self._each(lambda session: session.searching.search(query, limit=limit))
        if len(found) == 1:
            return found[0]
        named = _named([each.hits for each in found])
        hits = [hit for turn in zip_longest(*named) for hit in turn if hit is not None]
        return SearchResult(
            hits=tuple(hits[:limit]),
            scans=sum(each.scans for each in found),
            unindexed=sum(each.unindexed for each in found),
            more=len(hits) > limit or any(each.more for each in found),
        )

    def notes(self) -> tuple[NoteRow, ...]:
        """Return notes as `NotesService.all` does: coming sittings first, then past ones."""
        now = clock.now()

        def order(row: NoteRow) -> tuple[object, ...]:
            past = row.sitting_starts_at + LASTS < now
            when = row.sitting_starts_at.timestamp()
            return past, -when if past else when, row.assembly.account

        rows = _joined(self._each(lambda session: session.notes.all()))
        return tuple(sorted(rows, key=order)) if self._several else rows

    def export_notes(self, target: Path) -> int:
        """Write my notes as Markdown text where the person saves them; return how many.

        Raises:
            CannotWriteError: the place refuses the file.
        """
        rows = mine(self.notes())
        write_file(target, as_markdown(rows).encode())
        return len(rows)

    def hidden(self) -> int:
        """Return how many notes of others are hidden on this device."""
        counts = self._each(lambda session: session.sharing.hidden())
        return sum(counts)


def _urgency(row: TodoRow) -> tuple[int, datetime]:
    return _URGENCY.index(row.kind), row.starts_at or _NEVER


def _with_server(rows: tuple[TodoRow, ...]) -> tuple[TodoRow, ...]:
    """Say of which server a thing is that is about no assembly."""
    return tuple(
        row if row.title or row.assembly.short_name else replace(row, title=row.assembly.server)
        for row in rows
    )


def _joined(
    lists: Iterable[tuple[Row, ...]], twice: frozenset[str] | None = None
) -> tuple[Row, ...]:
    return tuple(chain.from_iterable(_named(list(lists), twice)))


def _badges(view: HomeView) -> Iterator[AssemblyBadge]:
    yield from (row.assembly for row in view.todo)
    yield from (row.assembly for row in (*view.next_sittings, *view.past_sittings))
    yield from (row.assembly for row in view.resume)


def _twice(badges: Iterable[AssemblyBadge]) -> frozenset[str]:
    """Return the short names that assemblies of several servers have."""
    accounts: dict[str, set[str]] = defaultdict(set)
    for badge in badges:
        accounts[badge.short_name].add(badge.account)
    return frozenset(name for name, found in accounts.items() if name and len(found) > 1)


def _named(
    lists: list[tuple[Row, ...]], twice: frozenset[str] | None = None
) -> list[tuple[Row, ...]]:
    """Tell assemblies of several servers apart where they have the same short name."""
    if twice is None:
        twice = _twice(row.assembly for row in chain.from_iterable(lists))
    if not twice:
        return lists
    return [
        tuple(
            replace(row, assembly=_longer(row.assembly))
            if row.assembly.short_name in twice
            else row
            for row in rows
        )
        for rows in lists
    ]


def _longer(badge: AssemblyBadge) -> AssemblyBadge:
    return replace(
        badge,
        name=f"{badge.name} ({badge.server})",
        short_name=f"{badge.short_name} ({badge.server})",
    )
