"""The benchmarks' contract: our figure beside a peer's, measured alternately in the same run."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Scale:
    """How much is measured: all of it for figures, or little, to see that everything runs."""

    rounds: int
    whole: bool

    def of(self, figures: int, trial: int) -> int:
        """Return one of two sizes, counts or rounds."""
        return figures if self.whole else trial


FIGURES = Scale(ROUNDS, whole=True)
TRIAL = Scale(1, whole=False)


@dataclass(frozen=True)
class Figure:
    """One line of a benchmark.

    Attributes:
        ratio: value ÷ peer value.
        goal: what the ratio is held against, such as "<= 1.2".
    """

    figure: str
    value: float
    unit: str
    peer: str
    peer_value: float
    ratio: float
    goal: str
    met: bool
    note: str


#: Every figure that this process reported.
reported: list[Figure] = []


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` took, on the wall."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def alternate(
    ours: Callable[[], float], peers: Callable[[], float], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Measure ours and the peer's in turn, once each unmeasured; return both medians."""
    ours()
    peers()
    found = [(ours(), peers()) for _ in range(rounds)]
    return statistics.median(a for a, _ in found), statistics.median(b for _, b in found)


def report(
    figure: str, value: float, unit: str, *, peer: str, peer_value: float, goal: str, note: str = ""
) -> None:
    """Print one figure as a JSON line; `goal` is "<= X" or ">= X" on the ratio."""
    ratio = value / peer_value
    sign, _, limit = goal.partition(" ")
    met = ratio <= float(limit) if sign == "<=" else ratio >= float(limit)
    line = Figure(
        figure, round(value, 4), unit, peer, round(peer_value, 4), round(ratio, 3), goal, met, note
    )
    reported.append(line)
    sys.stdout.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
    sys.stdout.flush()
