"""The demo dossiers' small markup: French typography, dates counted from a sitting, HTML for Story.

A text file holds `key: value` lines, then `---`, then the body:

    # heading        ## smaller heading       - bullet       + numbered decision
    | a | b |        rows of a table, the first holds the headings
    |= Total |       a row whose empty number cells are the sums of the rows above
    > text           centred          [[figure argument …]]   a drawing
    === page ===     page break       **strong**  *emphasis*

A line that begins with `?name ` stands only when that variant is asked for, `?!name ` only when
not. `{jour}`, `{date}`, `{court}` and `{annee}` are the sitting's day, with `+n` or `-n` days
(years for `annee`).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

NARROW: Final = "\u202f"
FIXED: Final = "\u00a0"
DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip

_UNITS: Final = "€|k€|M€|%|m²|m³|km|ha|kWh|MWh"
_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"'", "’"),
        (r"\.\.\.", "…"),
        (r" - ", " – "),
        (r"(?<=\d) (?=\d{3}(?!\d))", NARROW),
        (r" ([;!?])", NARROW + r"\1"),
        (r" ([:»])", FIXED + r"\1"),
        (r"« ", "«" + FIXED),
        (rf"(?<=\d) (?=(?:{_UNITS}|mm|h)(?!\w))", FIXED),
        (r"\b(n°|M\.|MM\.|Mme|Mmes|art\.|p\.|L\.|R\.|D\.) (?=\S)", r"\1" + FIXED),
    )
)
_DATE: Final = re.compile(r"\{(jour|date|court|annee)([+-]\d+)?\}")
_NUMBER: Final = re.compile(rf"[+−-]?[\d\s]+(?:,(\d+))?(\s(?:{_UNITS}))?")


@lru_cache(maxsize=8192)
def french(text: str) -> str:
    """Set French spaces, apostrophes and dashes in plainly typed text."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def plain_spaces(text: str) -> str:
    """Undo the typographer's spaces: a file name has none."""
    return text.replace(NARROW, " ").replace(FIXED, " ")


def euros(amount: float, decimals: int = 0) -> str:
    """Write an amount as French accountants do: narrow spaces, comma, real minus."""
    written = f"{abs(amount):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    return f"−{written}" if amount < 0 else written


def long_date(day: date) -> str:
    """Write "10 décembre 2026", with "1er" for the first."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def with_dates(text: str, day: date) -> str:
    """Fill the dates that count from the sitting's day."""

    def fill(match: re.Match[str]) -> str:
        shift = int(match[2] or 0)
        if match[1] == "annee":
            return str(day.year + shift)
        other = day + timedelta(days=shift)
        if match[1] == "court":
            return f"{other:%d/%m/%Y}"
        written = long_date(other)
        return f"{DAYS[other.weekday()]} {written}" if match[1] == "jour" else written

    return _DATE.sub(fill, text)


@dataclass(frozen=True)
class Source:
    """A text file, read: its head and the lines of its body."""

    head: dict[str, str]
    lines: tuple[str, ...]


def read(path: Path, day: date, variant: str = "") -> Source:
    """Read a text file for a sitting on `day`; keep the `?variant ` lines asked for."""
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n---\n") if "\n---\n" in text else ("", "", text)
    pairs = (line.partition(":") for line in with_dates(head, day).splitlines() if line)
    lines = (_of_variant(line, variant) for line in with_dates(body, day).splitlines())
    return Source(
        {key.strip(): french(value.strip()) for key, _, value in pairs},
        tuple(line for line in lines if line is not None),
    )


def _of_variant(line: str, variant: str) -> str | None:
    """Return the line without its `?variant ` or `?!variant ` mark, None when it does not stand."""
    if not line.startswith("?"):
        return line
    mark, _, rest = line[1:].partition(" ")
    stands = mark.removeprefix("!") == variant if variant else False
    return rest if stands != mark.startswith("!") else None


@lru_cache(maxsize=8192)
def inline(text: str) -> str:
    """Turn one run of text into HTML."""
    text = html.escape(french(text), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").removeprefix("=").split("|")]


def _value(cell: str) -> float:
    plain = re.sub(r"[^\d,−-]", "", cell).replace("−", "-").replace(",", ".")
    return float(plain) if plain not in ("", "-") else 0.0


def _total(row: list[str], above: list[list[str]]) -> list[str]:
    """Fill the empty cells of a total with the sums of the numbers above, in their unit."""
    filled = [row[0]]
    for at, cell in enumerate(row[1:], 1):
        column = [other[at] for other in above if at < len(other)]
        numbers = [match for value in column if (match := _NUMBER.fullmatch(value))]
        if cell or not numbers:
            filled.append(cell)
            continue
        decimals = max(len(match[1] or "") for match in numbers)
        filled.append(euros(sum(_value(match[0]) for match in numbers), decimals))
        filled[-1] += numbers[0][2] or ""
    return filled


def table_rows(lines: list[str]) -> list[tuple[bool, list[str]]]:
    """Return (is a total, cells) of each row of a table, totals filled."""
    rows: list[tuple[bool, list[str]]] = []
    for line in lines:
        cells = _cells(line)
        if line.startswith("|="):
            above = [row for total, row in rows[1:] if not total]
            rows.append((True, _total(cells, above)))
        else:
            rows.append((False, cells))
    return rows


def table(rows: list[tuple[bool, list[str]]], style: str = "") -> str:
    """Turn rows (the first holds the headings) into an HTML table, numbers to the right."""
    first = rows[1][1] if len(rows) > 1 else []
    heads = "".join(
        f"<th{_kind(first[at]) if at < len(first) else ''}>{inline(cell)}</th>"
        for at, cell in enumerate(rows[0][1])
    )
    made = [f'<table class="{style}"><tr id="shade">{heads}</tr>']
    for total, cells in rows[1:]:
        made.append('<tr id="shade" class="total">' if total else "<tr>")
        made += [f"<td{_kind(cell)}>{inline(cell)}</td>" for cell in cells]
        made.append("</tr>")
    return "".join([*made, "</table>"])


def _kind(cell: str) -> str:
    return ' class="number"' if _NUMBER.fullmatch(french(cell)) else ""


def _paragraph(text: str) -> str:
    if text.startswith(("Vu ", "Considérant ")):
        first, _, rest = text.partition(" ")
        return f'<p class="visa"><b>{first}</b> {inline(rest)}</p>'
    return f"<p>{inline(text)}</p>"


def _block(kind: str, lines: list[str]) -> str:
    if kind == "|":
        return table(table_rows(lines))
    if kind in "-+":
        tag = "ul" if kind == "-" else "ol"
        return f"<{tag}>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + f"</{tag}>"
    return _paragraph(" ".join(lines))


def body(lines: tuple[str, ...]) -> list[str]:
    """Turn the lines of a body into HTML blocks; figures stay as `[[…]]` blocks of their own."""
    blocks: list[str] = []
    kind, held = "", list[str]()

    def close() -> None:
        nonlocal kind
        if held:
            blocks.append(_block(kind, held))
            held.clear()
        kind = ""

    for line in (*lines, ""):
        single = _single(line)
        new = line[0] if line[:2] in ("- ", "+ ") or line[:1] == "|" else "text"
        visa = line.startswith(("Vu ", "Considérant "))
        if not line.strip() or single or visa or (held and new != kind):
            close()
        if single:
            blocks.append(single)
        elif line.strip():
            kind = new
            held.append(line)
    return blocks


def _single(line: str) -> str:
    if line.startswith("## "):
        return f"<h3>{inline(line[3:])}</h3>"
    if line.startswith("# "):
        return f"<h2>{inline(line[2:])}</h2>"
    if line.startswith("> "):
        return f'<p class="centre">{inline(line[2:])}</p>'
    if line == "=== page ===":
        return '<div style="page-break-before:always"></div>'
    return line if line.startswith("[[") else ""
