"""Figures of a benchmark as tables, in the page that explains them."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from boardpack.domain import clock
from tests.helpers.measure import Figure

#: What lies between is written anew; the explanations around stay.
BEGIN: Final = "<!-- figures: python3 dev.py bench sync --markdown docs/benchmarks.md -->"
END: Final = "<!-- end of figures -->"
_HEAD: Final = (
    "| figure | ours | peer | peer's | ratio | goal | met |\n|---|---|---|---|---|---|---|\n"
)
#: From here on no decimals are shown.
_LARGE: Final = 100


class Machine:
    """Where and when it was measured, and what else the machine did."""

    def __init__(self) -> None:
        self._load = os.getloadavg()[0]

    def __str__(self) -> str:
        """Return it as a line."""
        return (
            f"{clock.now():%d %B %Y}, {os.cpu_count()} processors ({_processor()}),"
            f" {platform.system()} {platform.release()}, Python {platform.python_version()};"
            f" load {self._load:.1f} before, {os.getloadavg()[0]:.1f} after."
        )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "?")


def tables(machine: Machine, found: Mapping[str, Sequence[Figure]]) -> str:
    """Return a table for each benchmark."""
    parts = [f"Measured on {machine}\n"]
    for title, figures in found.items():
        parts.append(f"\n### {title}\n\n{_HEAD}" + "".join(map(_row, figures)))
    return "".join(parts)


def _row(each: Figure) -> str:
    figure = f"{each.figure} ({each.note})" if each.note else each.figure
    ours, theirs = f"{_number(each.value)} {each.unit}", _number(each.peer_value)
    met = "yes" if each.met else "**no**"
    cells = (figure, ours, each.peer, theirs, f"{each.ratio:.2f}", each.goal, met)
    return f"| {' | '.join(cells)} |\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _LARGE else f"{value:.3g}"


def write(page: Path, machine: Machine, found: Mapping[str, Sequence[Figure]]) -> None:
    """Put the tables in their place in `page`."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    made = f"{before}{BEGIN}\n\n{tables(machine, found)}\n{END}{after}"
    page.write_text(made, encoding="utf-8")
