"""Which files may come by themselves: all, only small ones (metered network), or none (paused).

What the person wrote is always sent, and what they open or ask for always comes: a pause holds
documents back, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from boardpack.domain.transfers import Allowance

#: On a metered network files below this come by themselves (sync.md §5, Scheduler).
METERED_LIMIT: Final = 2_000_000


class Metered(StrEnum):
    """When the network counts as metered; `automatic` believes what the computer says."""

    AUTOMATIC = "automatic"
    ALWAYS = "always"
    NEVER = "never"


class Holding(StrEnum):
    """Why files do not come by themselves."""

    NOTHING = "nothing"
    METERED = "metered"
    PAUSED = "paused"


@dataclass(frozen=True)
class Choices:
    """What the person chose; kept in the profile."""

    paused: bool = False
    metered: Metered = Metered.AUTOMATIC


@dataclass
class Steering:
    """How files come now, on any thread; each part is replaced whole.

    Attributes:
        choices: of the person.
        detected: whether the computer says that the network is metered; None when it does not say.
        asked: digests of files that the person asked for; forgotten with the session.
    """

    choices: Choices = Choices()
    detected: bool | None = None
    asked: frozenset[str] = frozenset()

    @property
    def holding(self) -> Holding:
        """Why files are held back now."""
        if self.choices.paused:
            return Holding.PAUSED
        always = self.choices.metered is Metered.ALWAYS
        automatic = self.choices.metered is Metered.AUTOMATIC and self.detected is True
        return Holding.METERED if always or automatic else Holding.NOTHING

    def allowance(self) -> Allowance:
        """Return which files may come by themselves now."""
        limits = {Holding.NOTHING: None, Holding.METERED: METERED_LIMIT, Holding.PAUSED: 0}
        return Allowance(limits[self.holding], self.asked)
