"""The budget of the fictional town: articles from a data file, each section balanced."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from dossier_maker.text import euros

HEADINGS: Final = "| Article | Libellé | Budget primitif | DM 1 et 2 | DM 3 | Total voté |"
Amounts = tuple[int, int, int]


@dataclass(frozen=True)
class Chapter:
    """A chapter: its articles with budget, earlier amendments and this amendment."""

    code: str
    title: str
    lines: tuple[tuple[str, str, Amounts], ...]

    def total(self) -> Amounts:
        """Return the three sums of the chapter."""
        return _sum([amounts for _, _, amounts in self.lines])


@dataclass(frozen=True)
class Section:
    """One side (expenses or income) of one section of the budget."""

    title: str
    part: str
    side: str
    chapters: tuple[Chapter, ...]

    def total(self) -> Amounts:
        """Return the three sums of the section."""
        return _sum([chapter.total() for chapter in self.chapters])


def _sum(many: list[Amounts]) -> Amounts:
    first, second, third = (sum(column) for column in zip(*many, strict=True))
    return first, second, third


@cache
def load(path: Path) -> tuple[Section, ...]:
    """Read the four sections and fill the articles that make them balance."""
    raw = {
        (section["part"], section["sens"]): section
        for section in tomllib.loads(path.read_text(encoding="utf-8"))["section"]
    }
    known = {key: [_known(section, column) for column in (2, 3, 4)] for key, section in raw.items()}
    running, invested = "fonctionnement", "investissement"
    transfer = [
        income - expense
        for income, expense in zip(
            known[running, "recettes"], known[running, "depenses"], strict=True
        )
    ]
    loan = [
        expense - income - moved
        for expense, income, moved in zip(
            known[invested, "depenses"], known[invested, "recettes"], transfer, strict=True
        )
    ]
    fills = {
        (running, "depenses"): transfer,
        (running, "recettes"): transfer,
        (invested, "depenses"): loan,
        (invested, "recettes"): loan,
    }
    return tuple(_section(section, fills[key], transfer) for key, section in raw.items())


def _known(section: dict, column: int) -> int:
    lines = (line for chapter in section["chapitre"] for line in chapter["lignes"])
    return sum(line[column] for line in lines if isinstance(line[column], int))


def _section(section: dict, balance: list[int], transfer: list[int]) -> Section:
    chapters = []
    for chapter in section["chapitre"]:
        lines = []
        for code, label, *amounts in chapter["lignes"]:
            fill = transfer if amounts[0] == "virement" else balance
            filled = [
                fill[at] if isinstance(value, str) else value for at, value in enumerate(amounts)
            ]
            lines.append((code, label, (filled[0], filled[1], filled[2])))
        chapters.append(Chapter(chapter["code"], chapter["titre"], tuple(lines)))
    return Section(section["titre"], section["part"], section["sens"], tuple(chapters))


def _row(code: str, label: str, amounts: Amounts, mark: str = "|") -> str:
    cells = [code, label, *map(euros, amounts), euros(sum(amounts))]
    return f"{mark} {' | '.join(cells)} |"


def detail(sections: tuple[Section, ...]) -> list[str]:
    """Return the markup of the whole amendment, chapter by chapter."""
    lines: list[str] = []
    for section in sections:
        lines += [f"# {section.title}", ""]
        for chapter in section.chapters:
            lines += [f"## Chapitre {chapter.code} - {chapter.title}", "", HEADINGS]
            lines += [_row(*line) for line in chapter.lines]
            lines += [_row("Total", f"Chapitre {chapter.code}", chapter.total(), "|="), ""]
        lines += [HEADINGS, _row("Total", section.title, section.total(), "|="), ""]
    return lines


def summary(sections: tuple[Section, ...], part: str) -> list[str]:
    """Return the markup of what the amendment changes in one part, by chapter."""
    lines: list[str] = []
    for section in sections:
        if section.part != part:
            continue
        lines += [f"## {section.title}", "", "| Chapitre | Voté | DM 3 | Nouveau total |"]
        for chapter in section.chapters:
            budget, earlier, now = chapter.total()
            if now:
                cells = (budget + earlier, now, budget + earlier + now)
                name = f"{chapter.code} - {chapter.title}"
                lines.append(f"| {name} | {' | '.join(map(euros, cells))} |")
        now = euros(section.total()[2])
        lines += [f"|= Ensemble de la décision modificative | – | {now} | – |", ""]
    return lines


def facts(sections: tuple[Section, ...]) -> dict[str, str]:
    """Return the figures that texts quote by name."""
    by_name = {(section.part, section.side): section for section in sections}
    running = by_name["fonctionnement", "depenses"]
    invested = by_name["investissement", "recettes"]
    transfer = next(each for each in running.chapters if each.code == "023").total()
    loan = next(each for each in invested.chapters if each.code == "16").total()
    return {
        "dm_fonctionnement": euros(running.total()[2]),
        "dm_investissement": euros(invested.total()[2]),
        "total_fonctionnement": euros(sum(running.total())),
        "total_investissement": euros(sum(invested.total())),
        "dm_virement": euros(transfer[2]),
        "total_virement": euros(sum(transfer)),
        "dm_emprunt": euros(loan[2]),
        "total_emprunt": euros(sum(loan)),
    }
