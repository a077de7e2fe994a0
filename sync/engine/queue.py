"""The files of one exchange that are still to come: which next, which must make way.

What the person opens comes at once and alone: nothing else begins meanwhile, and what is under way
stops, to go on where it stopped. What may not come (`Allowance`) waits here to the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from boardpack.domain.transfers import Allowance, Wanted
from sync.engine import schedule
from sync.engine.commands import Command, FetchBlob, FetchDelta
from sync.engine.ladder import Ladder, is_heavy
from sync.engine.turns import Turns

#: Files under way at a time (measured: six connections fill a 100 Mbit line, sync.md §4.2).
DOWNLOADS: Final = 6
#: A transfer of less is over before interrupting it would help.
BRIEF: Final = 256 * 1024


class Queue:
    """Files by urgency; `turns` are those whose time comes later."""

    def __init__(self, ladder: Ladder, allowance: Allowance) -> None:
        """Hold none yet; `ladder` knows their deltas."""
        self._ladder = ladder
        self._allowance = allowance
        self._files: list[Wanted] = []
        self.turns = Turns()
        self._opened: set[str] = set()
        #: What the person waits for.
        self._pressing: list[Wanted] = []
        self._leaving: set[str] = set()

    def __len__(self) -> int:
        """Return how many are still to come."""
        return len(self._files)

    def fill(self, files: list[Wanted]) -> None:
        """Hold these instead, the most urgent first."""
        self._files = files
        self._opened |= {each.sha256 for each in files if each.opened}
        self._press()
        self.turns.want(files)
        self._ladder.want(each for each in files if not self.turns.holds_back(each.sha256))
        self._hurry(self._allowance.asked)

    def _hurry(self, wanted: Iterable[str]) -> None:
        """Let files come now, whatever turn they have."""
        for sha256 in wanted:
            self._ladder.want(self.turns.opened(sha256))

    def drop(self, sha256: str) -> None:
        """Let go of a file: it is here, or cannot be had."""
        self._files = [each for each in self._files if each.sha256 != sha256]
        if sha256 in self._opened:
            self._press()

    def open(self, sha256: str) -> None:
        """Put first what the person tried to open."""
        self._opened.add(sha256)
        self._hurry((sha256,))
        self._ladder.opened(sha256)
        self._files.sort(key=lambda each: each.sha256 != sha256)
        self._press()

    def _press(self) -> None:
        self._pressing = [each for each in self._files if each.sha256 in self._opened]

    def allow(self, allowance: Allowance) -> None:
        """Let other files come from now on."""
        self._allowance = allowance
        self._hurry(allowance.asked)

    def may_ask(self, sha256: str) -> bool:
        """Tell whether a file may come if its delta is small enough."""
        return self._lets(sha256, 1)

    def _lets(self, sha256: str, cost: int) -> bool:
        return sha256 in self._opened or self._allowance.lets(sha256, cost)

    def next(self, under_way: Mapping[str, Command]) -> FetchBlob | FetchDelta | None:
        """Return the transfer to begin beside those under way, None for none."""
        if len(under_way) >= DOWNLOADS:
            return None
        busy = [*map(_burden, under_way.values())]
        for wanted in self._pressing or self._files:
            sha256 = wanted.sha256
            held = self._ladder.holds_back(sha256) or self.turns.holds_back(sha256)
            if sha256 in under_way or held:
                continue
            fetch = self._fetch(wanted)
            burden = _burden(fetch)
            if self._lets(sha256, _cost(fetch)) and (burden is None or burden not in busy):
                return fetch
        return None

    def _fetch(self, wanted: Wanted) -> FetchBlob | FetchDelta:
        offer = self._ladder.offer(wanted.sha256)
        return FetchDelta(wanted, offer) if offer else FetchBlob(wanted)

    def leaving(self, under_way: Mapping[str, Command]) -> str | None:
        """Return a transfer under way that must stop now, each once; None for none."""
        for sha256, command in under_way.items():
            if not isinstance(command, FetchBlob | FetchDelta) or sha256 in self._leaving:
                continue
            cost = _cost(command)
            makes_way = self._pressing and sha256 not in self._opened and cost > BRIEF
            if makes_way or not self._lets(sha256, cost):
                self._leaving.add(sha256)
                return sha256
        return None

    def ended(self, sha256: str) -> None:
        """Take in that a transfer is no longer under way."""
        self._leaving.discard(sha256)


def _cost(fetch: FetchBlob | FetchDelta) -> int:
    if isinstance(fetch, FetchDelta):
        return fetch.offer.size
    return fetch.wanted.cost


def _burden(command: Command) -> str | None:
    """Return what a transfer takes so much of that only one such is under way at a time."""
    match command:
        case FetchBlob() | FetchDelta() if _cost(command) > schedule.LARGE:
            return "line"
        case FetchDelta(wanted, offer) if is_heavy(wanted, offer):
            return "memory"
        case _:
            return None
