"""Files whose turn comes later (`boardpack.domain.spread`); what the person opens has none."""

from __future__ import annotations

from collections.abc import Iterable

from boardpack.domain.transfers import Wanted


class Turns:
    """The turns of one exchange."""

    def __init__(self) -> None:
        """Know of none."""
        self._later: dict[str, Wanted] = {}
        #: Digests of the files whose turn comes later.
        self.later: frozenset[str] = frozenset()
        self._opened: set[str] = set()

    def want(self, missing: Iterable[Wanted]) -> None:
        """Take in what is missing now; a dossier of which the person opened a part comes at once.

        A convocation and what waits for a signature never wait.
        """
        wanted = tuple(missing)
        self._opened |= {each.sitting_id for each in wanted if each.opened}
        self._later = {each.sha256: each for each in wanted if self._waits(each)}
        self.later = frozenset(self._later)

    def _waits(self, wanted: Wanted) -> bool:
        urgent = wanted.convocation or wanted.to_sign or wanted.sitting_id in self._opened
        return wanted.turn_in > 0 and not urgent

    def holds_back(self, sha256: str) -> bool:
        """Tell whether a file's turn comes later."""
        return sha256 in self.later

    def opened(self, sha256: str) -> tuple[Wanted, ...]:
        """Let the dossier of a file that the person tried to open come; return its files."""
        file = self._later.get(sha256)
        if file is None:
            return ()
        self._opened.add(file.sitting_id)
        freed = tuple(each for each in self._later.values() if not self._waits(each))
        for each in freed:
            del self._later[each.sha256]
        self.later = frozenset(self._later)
        return freed

    @property
    def next_in(self) -> float:
        """Seconds until the first turn, 0 when no file waits for one."""
        return min((each.turn_in for each in self._later.values()), default=0.0)
