"""Which delta of each file is tried next; the last rung is always the whole file.

The server is asked once for all files that something held may help. A file whose deltas are still
being computed lets the others go first; when nothing else is left the server is asked again, a few
times, and then the file comes whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from boardpack.domain.transfers import DeltaKind, DeltaOffer, Wanted
from sync.protocol.messages import MAX_DELTA_FILES, FoundDeltas

#: How often the server is asked again for deltas that are being computed, and how long each wait.
ASKS: Final = 5
LONGEST_WAIT: Final = 15.0
#: Lost asks that are borne.
LOST: Final = 2
#: Deltas of one file that are tried before the whole.
TRIES: Final = 3
#: Of larger files only one is patched at a time: base and window are in memory.
HEAVY: Final = 4 * 1024 * 1024


class Ladder:
    """The deltas of one exchange.

    Attributes:
        failures: deltas that made no file.
        fallbacks: files that come whole because of that.
    """

    def __init__(self) -> None:
        """Know of none."""
        self._offers: dict[str, list[DeltaOffer]] = {}
        self._artefacts: set[str] = set()
        self._unasked: dict[str, Wanted] = {}
        self._coming: dict[str, Wanted] = {}
        self._opened: set[str] = set()
        self._seen: set[str] = set()
        self._asks = 0
        self._lost = 0
        self._seconds = 0.0
        self.failures = 0
        self.fallbacks = 0

    def want(self, missing: Iterable[Wanted]) -> None:
        """Ask for the deltas of those files that have a base here, each once."""
        fresh = {each.sha256: each for each in missing if each.sha256 not in self._seen}
        self._seen |= set(fresh)
        self._unasked |= {sha256: each for sha256, each in fresh.items() if each.bases}
        self._opened |= {sha256 for sha256, each in fresh.items() if each.opened}

    def to_ask(self, allowed: Callable[[str], bool]) -> tuple[Wanted, ...]:
        """Return the files to ask for now, of those that are `allowed` to come."""
        asked = (each for each in self._unasked.values() if allowed(each.sha256))
        return tuple(islice(asked, MAX_DELTA_FILES))

    def holds_back(self, sha256: str) -> bool:
        """Tell whether a file waits for what the server says of its deltas."""
        return sha256 in self._unasked or sha256 in self._coming

    def answered(self, asked: Iterable[Wanted], found: Iterable[FoundDeltas]) -> None:
        """Take in what the server has; what nobody asked for counts for nothing."""
        self._asks += 1
        self._seconds = 0.0
        answers = {each.sha256: each for each in found}
        for wanted in asked:
            self._unasked.pop(wanted.sha256, None)
            self._coming.pop(wanted.sha256, None)
            answer = answers.get(wanted.sha256)
            if answer is None:
                continue
            offers = [each for each in answer.offers if self._is_usable(wanted, each)]
            if offers:
                self._artefacts |= {each.sha256 for each in offers}
                self._offers[wanted.sha256] = sorted(offers, key=lambda each: each.size)[:TRIES]
            elif answer.retry_after and self._asks < ASKS and not self._is_urgent(wanted):
                self._coming[wanted.sha256] = wanted
                self._seconds = max(self._seconds, min(answer.retry_after, LONGEST_WAIT))

    def _is_urgent(self, wanted: Wanted) -> bool:
        return wanted.sha256 in self._opened or wanted.to_sign or wanted.convocation

    def _is_usable(self, wanted: Wanted, offer: DeltaOffer) -> bool:
        """Whether it is smaller than the file, from a base that we named, and of one file only.

        A delta under way is kept under its digest, as files are: two must never meet there.
        """
        if offer.sha256 in self._seen or offer.sha256 in self._artefacts:
            return False
        return 0 < offer.size < wanted.size and offer.base in wanted.bases

    def unanswered(self) -> None:
        """Take in that an ask was lost; what is lost again and again is not asked any more."""
        self._lost += 1
        if self._lost >= LOST:
            self._unasked.clear()

    def again(self, allowed: Callable[[str], bool]) -> float:
        """Return the seconds after which `to_ask` has files whose deltas were being computed.

        Zero when none of them is `allowed` to come.
        """
        if not any(map(allowed, self._coming)):
            return 0.0
        self._unasked, self._coming = self._coming, {}
        return self._seconds

    def opened(self, sha256: str) -> None:
        """Let a file wait no longer for deltas that are being computed."""
        self._opened.add(sha256)
        self._coming.pop(sha256, None)

    def offer(self, sha256: str) -> DeltaOffer | None:
        """Return the delta to try, None for the whole file."""
        offers = self._offers.get(sha256)
        return offers[0] if offers else None

    def failed(self, sha256: str) -> None:
        """Go one rung down."""
        self.failures += 1
        del self._offers[sha256][0]
        self.fallbacks += not self._offers[sha256]


def is_heavy(wanted: Wanted, offer: DeltaOffer) -> bool:
    """Tell whether applying it takes much memory."""
    return offer.kind is not DeltaKind.RECIPE and wanted.size > HEAVY
