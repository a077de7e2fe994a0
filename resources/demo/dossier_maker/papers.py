"""The kinds of papers of a council: report, annex, convocation, deliberation to sign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pymupdf
from dossier_maker.emblems import EMBLEMS, WIDTH
from dossier_maker.houses import House
from dossier_maker.pages import A4_LANDSCAPE, Sheet, lay_out
from dossier_maker.text import Source, body, inline, with_dates


@dataclass(frozen=True)
class Item:
    """One line of an agenda."""

    number: int
    title: str
    reporter: str


@dataclass(frozen=True)
class Sitting:
    """What every paper of a sitting needs to know of it."""

    house: House
    day: date
    items: tuple[Item, ...] = ()


def sheet(sitting: Sitting, title: str, running: str) -> Sheet:
    """Return the authority's letterhead for one paper; `running` names it on later pages."""
    house, when = sitting.house, with_dates("{date}", sitting.day)
    first = (
        f'<table class="head"><tr><td style="width:{WIDTH + 4}pt">\u00a0</td>'
        f'<td><b style="color:{house.colour};font-size:12pt">{house.name}</b><br/>{house.over}</td>'
        f'<td style="text-align:right">{house.council}<br/>du {when}</td></tr></table>'
    )
    later = f'<p class="right">{house.name} – {running}</p>'
    return Sheet(
        house=house,
        title=title,
        head=lambda page, _count: first if page == 1 else later,
        foot=lambda page, count: (
            f'<p class="centre">{house.council} du {when} – page {page} sur {count}</p>'
        ),
        emblem=EMBLEMS[house.key],
        first_top=96,
    )


def _signature(house: House) -> str:
    return (
        f'<p class="right" style="margin-top:16pt">{house.chair},</p>'
        f'<p class="right" style="margin-top:30pt"><b>{house.chair_name}</b></p>'
    )


def _filled(source: Source, sitting: Sitting) -> list[str]:
    """Turn the body into blocks; a line `@@` is the formula before the decisions."""
    formula = f"**{sitting.house.formula}**"
    agenda = [f"+ {item.title} – *{item.reporter}*" for item in sitting.items]
    lines: list[str] = []
    for line in source.lines:
        lines.extend({"@@": ["", formula, ""], "@@ordre": agenda}.get(line, [line]))
    return body(tuple(lines))


def report(source: Source, sitting: Sitting, number: int) -> pymupdf.Document:
    """Return an item's report with the decision that it proposes."""
    head, house = source.head, sitting.house
    rows = "".join(
        f'<tr id="shade"><td style="width:86pt"><b>{label}</b></td>'
        f"<td>{inline(head[key])}</td></tr>"
        for key, label in (
            ("rapporteur", "Rapporteur"), ("commission", "Commission"), ("service", "Service"),
            ("matiere", "Matière"),
        )
        if key in head
    )  # fmt: skip
    blocks = [
        f'<p class="centre" style="color:{house.colour}"><b>Rapport n°\u00a0{number}</b></p>',
        f"<h1>{inline(head['titre'])}</h1>",
        f'<table class="head">{rows}</table>',
        *_filled(source, sitting),
        _signature(house),
    ]
    return lay_out(sheet(sitting, head["titre"], f"rapport n°\u00a0{number}"), blocks)


def annex(source: Source, sitting: Sitting) -> pymupdf.Document:
    """Return an annex: a title, then its text; `format: paysage` turns the page."""
    head = source.head
    note = [f'<p class="centre">{inline(head["sous-titre"])}</p>'] if "sous-titre" in head else []
    paper = sheet(sitting, head["titre"], head.get("courant", head["fichier"]))
    if head.get("format") == "paysage":
        paper = replace(paper, paper=A4_LANDSCAPE, size=9)
    return lay_out(paper, [f"<h1>{inline(head['titre'])}</h1>", *note, *_filled(source, sitting)])


def convocation(source: Source, sitting: Sitting) -> pymupdf.Document:
    """Return the summons, its agenda taken from the dossier."""
    head = source.head
    blocks = [
        f'<p class="right">{inline(head["lieu"])}, le {inline(head["envoi"])}</p>',
        f"<h1>{inline(head['titre'])}</h1>",
        *_filled(source, sitting),
        _signature(sitting.house),
    ]
    return lay_out(sheet(sitting, head["titre"], "convocation"), blocks)


def letter(source: Source, sitting: Sitting) -> pymupdf.Document:
    """Return a letter from somebody else, on that sender's own paper: it will be scanned."""
    head = source.head
    blocks = [
        f"<p><b>{inline(head['expediteur'])}</b><br/>{inline(head['adresse'])}</p>",
        f'<p class="right">{inline(head["destinataire"])}</p>',
        f'<p class="right">{inline(head["envoi"])}</p>',
        f"<p><b>Objet :</b> {inline(head['titre'])}</p>",
        *body(source.lines),
        f'<p class="right">{inline(head["signataire"])}</p>',
    ]
    typed = replace(sitting.house, family="sans-serif")
    return lay_out(Sheet(house=typed, title=head["titre"], size=11.5), blocks)


def _signatories(head: dict[str, str], house: House) -> str:
    """Return the place and day, and the two names over an empty space."""
    return (
        f'<p class="centre" style="margin-top:8pt">Fait et délibéré à {house.seat}, '
        f"le {inline(head['jour'])}.</p>"
        '<table class="plain"><tr>'
        f'<td style="width:236pt"><b>{house.chair}</b><br/>{house.chair_name}</td>'
        f"<td><b>{inline(head['qualite'])}</b><br/>{inline(head['secretaire'])}</td></tr>"
        '<tr><td style="line-height:84pt">\u00a0</td><td>\u00a0</td></tr></table>'
    )


def deliberation(source: Source, sitting: Sitting) -> pymupdf.Document:
    """Return a decided act with room for the two signatures."""
    head, house = source.head, sitting.house
    blocks = [
        '<p class="centre"><b>EXTRAIT DU REGISTRE DES DÉLIBÉRATIONS</b></p>',
        f'<p class="centre">Délibération n°\u00a0{head["numero"]}</p>',
        f"<h1>{inline(head['titre'])}</h1>",
        *_filled(source, sitting),
        _signatories(head, house),
    ]
    paper = sheet(sitting, head["titre"], f"délibération n°\u00a0{head['numero']}")
    appeal = f'<p class="centre">{inline(head["recours"])}</p>'
    return lay_out(
        replace(paper, foot=lambda page, count: appeal + paper.foot(page, count)), blocks
    )
