"""Make one push folder from a folder of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import pymupdf
from dossier_maker import budget, papers, specials
from dossier_maker.houses import HOUSES
from dossier_maker.pages import save
from dossier_maker.papers import Item, Sitting
from dossier_maker.plan import plan
from dossier_maker.text import Source, french, long_date, plain_spaces, read, table_rows
from dossier_maker.water import water_report

_NAME: Final = re.compile(r"(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Folder:
    """The texts of one dossier, and the sitting that they are for."""

    texts: Path
    sitting: Sitting
    variant: str = ""

    def read(self, path: Path) -> Source:
        """Read one text with this sitting's dates and the budget's figures."""
        source = read(path, self.sitting.day, self.variant)
        facts = budget.facts(budget.load(self.texts.parent / "budget.toml"))
        lines: list[str] = []
        for line in source.lines:
            for name, value in facts.items():
                line = line.replace(f"{{{name}}}", value)  # noqa: PLW2901 - filled step by step
            lines.extend(self._included(line))
        return replace(source, lines=tuple(lines))

    def _included(self, line: str) -> list[str]:
        """Put a computed table, or who was present, where a text asks for it."""
        if line == "@@presence":
            return list(read(self.texts / "presence.txt", self.sitting.day).lines)
        if not line.startswith("@@budget"):
            return [line]
        sections = budget.load(self.texts.parent / "budget.toml")
        part = line.removeprefix("@@budget").strip()
        return budget.summary(sections, part) if part else budget.detail(sections)


def make_folder(texts: Path, target: Path, day: date) -> Path:
    """Write the push folder of the dossier whose texts are in `texts`, for a sitting on `day`."""
    target.mkdir(parents=True, exist_ok=True)
    about = read(texts / "seance.txt", day).head
    house = HOUSES[about["collectivite"]]
    plain = Folder(texts, Sitting(house, day))
    sources = {path.stem: plain.read(path) for path in sorted(texts.glob("[0-9]*.txt"))}
    folder = replace(plain, sitting=Sitting(house, day, _items(sources)))
    for path in sorted(texts.glob("*.txt")):
        if path.stem != "seance":
            make_file(folder, path, target)
    (target / "sitting.toml").write_text(_sitting(about, folder, sources), encoding="utf-8")
    return target


def _items(sources: dict[str, Source]) -> tuple[Item, ...]:
    return tuple(
        Item(int(stem), source.head["titre"], source.head.get("rapporteur", ""))
        for stem, source in sources.items()
        if stem.isdigit()
    )


def make_file(folder: Folder, path: Path, target: Path) -> Path:
    """Write the file that one text describes; its `modele` says how."""
    source = folder.read(path)
    return MODELS[source.head["modele"]](folder, path.stem, source, target)


def _place(stem: str, source: Source, target: Path, ending: str = "pdf") -> Path:
    title = plain_spaces(source.head["fichier"])
    return (
        target / f"{stem} - {title}.{ending}" if stem[0].isdigit() else target / f"{title}.{ending}"
    )


def _paper(
    make: Callable[[Source, Sitting], pymupdf.Document],
) -> Callable[[Folder, str, Source, Path], Path]:
    def made(folder: Folder, stem: str, source: Source, target: Path) -> Path:
        path = _place(stem, source, target)
        save(make(source, folder.sitting), path)
        return path

    return made


def _report(folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _place(stem, source, target)
    save(papers.report(source, folder.sitting, int(stem)), path)
    return path


def _water(source: Source, sitting: Sitting) -> pymupdf.Document:
    data = Path(__file__).resolve().parents[1] / "texts" / "eau.toml"
    sheet = papers.sheet(sitting, source.head["titre"], source.head["courant"])
    return water_report(sheet, source.head["titre"], data, sitting.day.year - 1)


def _plan(_source: Source, sitting: Sitting) -> pymupdf.Document:
    return plan(f"{sitting.day:%d/%m/%Y}")


def _scan(source: Source, sitting: Sitting) -> pymupdf.Document:
    letter = papers.letter(source, sitting)
    name = letter[-1].search_for(source.head["signataire"].rsplit(" ", 1)[-1])[0]
    specials.sign_by_hand(letter[-1], (name.x0 - 20, name.y1 + 34), 11)
    scanned = specials.scan(letter)
    scanned.set_metadata({"title": source.head["fichier"]})
    return scanned


def _spreadsheet(folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _place(stem, source, target, "ods")
    other = folder.read(folder.texts / f"{source.head['tableau']}.txt")
    rows = table_rows([line for line in other.lines if line.startswith("|")])
    cells = [[french(cell) for cell in row] for _, row in rows]
    path.write_bytes(specials.spreadsheet(cells, source.head["titre"]))
    return path


def _csv(_folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _place(stem, source, target, "csv")
    path.write_text("\ufeff" + "\n".join(source.lines) + "\n", encoding="utf-8", newline="\r\n")
    return path


def _copy(folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _place(stem, source, target)
    twin = make_file(folder, folder.texts / f"{source.head['de']}.txt", target)
    path.write_bytes(twin.read_bytes())
    return path


def _deliberation(folder: Folder, _stem: str, source: Source, target: Path) -> Path:
    path = target / f"{source.head['numero']} - {plain_spaces(source.head['fichier'])}.pdf"
    save(papers.deliberation(source, folder.sitting), path)
    return path


def _damaged(folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _report(folder, stem, source, target)
    path.write_bytes(specials.damaged(path.read_bytes()))
    return path


def _protected(folder: Folder, stem: str, source: Source, target: Path) -> Path:
    path = _place(stem, source, target)
    path.write_bytes((folder.texts / source.head["octets"]).read_bytes())
    return path


MODELS: Final[dict[str, Callable[[Folder, str, Source, Path], Path]]] = {
    "annexe": _paper(papers.annex),
    "convocation": _paper(papers.convocation),
    "copie": _copy,
    "csv": _csv,
    "deliberation": _deliberation,
    "eau": _paper(_water),
    "endommage": _damaged,
    "plan": _paper(_plan),
    "protege": _protected,
    "rapport": _report,
    "scan": _paper(_scan),
    "tableur": _spreadsheet,
}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _sitting(about: dict[str, str], folder: Folder, sources: dict[str, Source]) -> str:
    """Write `sitting.toml`: what file names cannot say."""
    lines = [
        f"assembly = {_quoted(about['assemblee'])}",
        f"title = {_quoted(about['titre'] + ' du ' + long_date(folder.sitting.day))}",
        f"date = {folder.sitting.day}T{about['heure']}:00",
        f"place = {_quoted(about['lieu'])}",
    ]
    for item in folder.sitting.items:
        head = sources[f"{item.number:02}"].head
        lines += ["", f"[items.{item.number}]", f"title = {_quoted(item.title)}"]
        lines += [f"reporter = {_quoted(item.reporter)}"] if item.reporter else []
        lines += [f"kind = {_quoted(head['nature'])}"] if "nature" in head else []
        lines += ["closed = true"] if "huis-clos" in head else []
    return "\n".join([*lines, ""])
