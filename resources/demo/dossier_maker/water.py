"""The annual report on the water service: two hundred pages of sheets, tables, charts and maps."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from random import Random
from typing import Any, Final

import pymupdf
from dossier_maker.pages import Sheet, assemble, render, settle
from dossier_maker.text import MONTHS, body, euros, inline

PAGES: Final = 200
_SHORT_MONTHS: Final = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
)  # fmt: skip
_SEASON: Final = (0.94, 0.9, 0.96, 0.98, 1.03, 1.1, 1.22, 1.16, 1.02, 0.97, 0.92, 0.93)
_YIELD: Final = (79.8, 80.4, 81.9, 81.2, 82.0, 83.2, 84.6)
_MATERIALS: Final = ("Fonte grise", "Fonte ductile", "PVC", "Polyéthylène", "Acier")
_DIAMETERS: Final = (63, 80, 100, 125, 150, 200)
_STATES: Final = ("bon", "bon", "moyen")
_DEADLINES: Final = ("–", "–", "an 1", "an 2")
_CONTENTS_HERE: Final = "(sommaire)"
_BREAK: Final = ("=== page ===", "")
Lines = list[str]


@dataclass(frozen=True)
class _Service:
    """What the data file says, the year, and the dice (always thrown alike)."""

    data: dict[str, Any]
    year: int
    random: Random

    def one(self, name: str) -> str:
        """Return one of the entries of a list of the data file."""
        return str(self.random.choice(self.data[name]))

    def months(self, yearly: float) -> str:
        """Share a yearly volume out over the months, as a chart's series."""
        values = [yearly / 12 * part * self.random.uniform(0.97, 1.03) for part in _SEASON]
        return _series(_SHORT_MONTHS, values, 0)

    def around(self, low: float, high: float, decimals: int = 0) -> str:
        """Return a chart's series of months between two values."""
        values = [self.random.uniform(low, high) for _ in _SHORT_MONTHS]
        return _series(_SHORT_MONTHS, values, decimals)

    def number(self, low: float, high: float, decimals: int = 0) -> str:
        """Return a number as it is written in a table."""
        return euros(round(self.random.uniform(low, high), decimals), decimals)


def _series(names: Iterable[object], values: Iterable[float], decimals: int) -> str:
    pairs = zip(names, values, strict=True)
    return ";".join(f"{name}={value:.{decimals}f}" for name, value in pairs)


def _markup(text: str) -> Lines:
    return ["", *cleandoc(text).splitlines(), ""]


def _opening(service: _Service) -> Lines:
    year = service.year
    yields = _series(range(year - 6, year + 1), _YIELD, 1)
    return [
        "# 1. Avant-propos",
        *service.data["avant_propos"].splitlines(),
        *_markup(f"""
            [[bars Volumes mis en distribution en {year} (m³)|{service.months(812_000)}]]

            [[line Rendement du réseau (%)|{yields}]]
            """),
    ]


def _sources(service: _Service) -> Lines:
    lines = ["# 2. La ressource", ""]
    for name, aquifer, depth, flow in service.data["captages"]:
        volume = flow * 24 * 365 * service.random.uniform(0.2, 0.32)
        first, second = service.random.sample(service.data["captage_phrases"], 2)
        lines += _markup(f"""
            ## {name}

            Origine de l'eau : {aquifer}. {first} {second}

            | Caractéristique | Valeur |
            | Profondeur de l'ouvrage | {f"{depth} m" if depth else "sans objet"} |
            | Débit autorisé | {flow} m³/h |
            | Volume prélevé en {service.year} | {euros(volume)} m³ |
            | Heures de pompage | {service.number(1500, 5200)} |
            | Énergie consommée | {service.number(41_000, 196_000)} kWh |
            | Teneur moyenne en nitrates | {service.number(18, 31, 1)} mg/l |

            [[bars Prélèvements mensuels (m³)|{service.months(volume)}]]
            """)
        lines += [*_BREAK, *_levels_by_week(service, name), *_BREAK]
    return lines


def _levels_by_week(service: _Service, name: str) -> Lines:
    lines = _markup(f"""
        ## {name} - suivi

        | Semaine | Niveau statique (m) | En pompage (m) | Volume (m³) | Turbidité (NFU) |
        """)[:-1]
    for week in range(1, 53, 2):
        still = service.random.uniform(3.1, 6.4)
        pumping = euros(still + service.random.uniform(0.8, 3.4), 2)
        lines.append(
            f"| {week} et {week + 1} | {euros(still, 2)} | {pumping} | "
            f"{service.number(3200, 9800)} | {service.number(0.1, 0.9, 2)} |"
        )
    return [*lines, "|= Année | – | – |  | – |", ""]


def _storage(service: _Service) -> Lines:
    lines = _markup("""
        # 3. Le stockage

        | Ouvrage | Capacité (m³) | Mise en service | Dernier nettoyage |
        """)[:-1]
    for name, capacity, since in service.data["reservoirs"]:
        cleaned = f"{service.random.randint(3, 28):02}/{service.random.randint(1, 12):02}"
        lines.append(f"| {name} | {euros(capacity)} | en {since} | {cleaned}/{service.year} |")
    lines += ["|= Capacité totale |  |  |  |", ""]
    for name, capacity, since in service.data["reservoirs"]:
        turnover = service.number(0.8, 2.1, 1)
        lines += _markup(f"""
            ## {name}

            Ouvrage de {euros(capacity)} m³, mis en service en {since}. L'eau y est renouvelée
            {turnover} fois par jour. {service.one("captage_phrases")}

            [[line Niveau moyen du réservoir (%)|{service.around(62, 93)}]]

            | Organe contrôlé | État | Observation | À prévoir |
            """)[:-1]
        for organ in service.data["organes"]:
            state, delay = service.random.choice(_STATES), service.random.choice(_DEADLINES)
            lines.append(f"| {organ} | {state} | {service.one('remarques')} | {delay} |")
        lines += ["", *_BREAK]
    return lines


def _sector(service: _Service, number: int, name: str) -> Lines:
    random = service.random
    customers = random.randint(96, 480)
    volume = customers * random.uniform(98, 138)
    lengths = [random.randint(120, 2230) for _ in _MATERIALS]
    one, two, three = random.sample(service.data["secteur_phrases"], 3)
    lines = _markup(f"""
        ## Secteur {number} - {name}

        Le secteur « {name} » compte {euros(customers)} abonnés et
        {euros(sum(lengths) / 1000, 1)} km de conduites. {one} {two}

        [[sector {number}]]

        | Matériau des conduites | Linéaire (m) | Âge moyen (ans) | Casses dans l'année |
        """)[:-1]
    for material, length in zip(_MATERIALS, lengths, strict=True):
        breaks = random.randint(0, 4)
        lines.append(f"| {material} | {euros(length)} | {random.randint(6, 71)} | {breaks} |")
    lines += ["|= Ensemble du secteur |  | – |  |", "", three, "", *_BREAK]
    night = random.uniform(0.8, 5.5)
    lines += _markup(f"""
        [[bars Secteur {number} : volumes distribués (m³)|{service.months(volume)}]]

        [[line Secteur {number} : débit de nuit (m³/h)|{service.around(night, night * 1.5, 1)}]]
        """)
    return [*lines, *_repairs(service), *_BREAK, *_pipes(service, number), *_BREAK]


def _repairs(service: _Service) -> Lines:
    random = service.random
    lines = ["| Date | Voie | Cause | Durée de l'intervention |"]
    count = random.randint(6, 11)
    for month, day in sorted((random.randint(1, 12), random.randint(1, 28)) for _ in range(count)):
        street, cause = service.one("rues"), service.one("causes")
        hours = f"{random.randint(1, 6)} h {random.choice(('00', '15', '30', '45'))}"
        lines.append(f"| {day:02}/{month:02}/{service.year} | {street} | {cause} | {hours} |")
    return [*lines, "", service.one("secteur_phrases"), ""]


def _pipes(service: _Service, number: int) -> Lines:
    random = service.random
    lines = _markup(f"""
        ## Secteur {number} - inventaire des conduites principales

        | Tronçon | Voie | Diamètre | Longueur (m) | Pose | Note de 1 à 5 |
        """)[:-1]
    for part in range(1, random.randint(24, 29)):
        street, size = service.one("rues"), random.choice(_DIAMETERS)
        lines.append(
            f"| {number}.{part:02} | {street} | {size} mm | {random.randint(22, 310)} | "
            f"en {random.randint(1934, 2022)} | {random.randint(1, 5)} |"
        )
    return [*lines, "|= Ensemble |  | – |  | – | – |", ""]


def _quality(service: _Service) -> Lines:
    lines = ["# 5. La qualité de l'eau", ""]
    for name in MONTHS:
        lines += _markup(f"""
            ## Contrôle sanitaire - {name} {service.year}

            {service.random.randint(9, 16)} prélèvements ont été réalisés au captage, en sortie de
            traitement et au robinet des abonnés. Toutes les limites de qualité ont été respectées.

            | Paramètre | Unité | Limite | Minimum | Moyenne | Maximum |
            """)[:-1]
        lines += [_measure(service, *parameter) for parameter in service.data["parametres"]]
        days = range(2, 31, 3)
        nitrates = _series(days, [service.random.uniform(20, 29) for _ in days], 1)
        lines += _markup(f"[[line Nitrates au robinet, {name} (mg/l)|{nitrates}]]")
        lines += [*_BREAK, *_samples(service, name), *_BREAK]
    return lines


def _measure(service: _Service, name: str, unit: str, limit: str, low: float, high: float) -> str:
    values = sorted(service.random.uniform(low, high) for _ in range(3))
    decimals = 0 if high == 0 else 2 if high < 1 else 1
    cells = " | ".join(euros(value, decimals) for value in values)
    return f"| {name} | {unit} | {limit} | {cells} |"


def _samples(service: _Service, month: str) -> Lines:
    lines = _markup(f"""
        ## Points de prélèvement - {month} {service.year}

        | Jour | Point | Voie | Chlore (mg/l) | Température | Conclusion |
        """)[:-1]
    for day in sorted(service.random.sample(range(1, 29), 22)):
        place = f"{service.one('secteurs')} | {service.one('rues')}"
        cells = f"{service.number(0.1, 0.4, 2)} | {service.number(6, 19, 1)} °C | conforme"
        lines.append(f"| {day} | {place} | {cells} |")
    return [*lines, ""]


def _closing(service: _Service) -> Lines:
    data = service.data
    return [
        "# 6. Les abonnés et le prix",
        *data["tarifs"].splitlines(),
        *_markup("[[shares La facture|Service de l’eau=76;Agence de l’eau=19;Taxes=5]]"),
        "# 7. Les indicateurs réglementaires",
        "",
        "| Code | Indicateur | Valeur |",
        *(f"| {' | '.join(row)} |" for row in data["indicateurs"]),
        "",
        "# 8. Les comptes du service",
        *data["finances"].splitlines(),
        "",
        "# 9. Les perspectives",
        *data["perspectives"].splitlines(),
        *_markup(f"[[schedule {data['calendrier']}]]"),
    ]


def _journal(service: _Service) -> Lines:
    random, lines = service.random, ["# 10. Le journal de l'exploitation", ""]
    for month, name in enumerate(MONTHS, 1):
        lines += _markup(f"""
            ## {name.capitalize()} {service.year}

            | Date | Secteur | Intervention | Agents | Durée |
            """)[:-1]
        for day in sorted(random.sample(range(1, 29), 23)):
            done = f"{service.one('secteurs')} | {service.one('interventions')}"
            effort = f"{random.randint(1, 3)} | {random.randint(1, 7)} h"
            lines.append(f"| {day:02}/{month:02} | {done} | {effort} |")
        lines += ["", service.one("secteur_phrases"), "", *_BREAK]
    return lines


def _week(service: _Service, week: int) -> Lines:
    lines = [*_BREAK, f"## Relevé de la semaine {week}", ""]
    lines.append("| Secteur | Volume (m³) | Débit de nuit (m³/h) | Pression (bar) | Écart (%) |")
    for name in service.data["secteurs"]:
        flow, pressure = service.number(0.6, 6, 1), service.number(2.8, 5.4, 1)
        gap = euros(service.random.randint(-9, 9))
        lines.append(f"| {name} | {service.number(180, 1450)} | {flow} | {pressure} | {gap} |")
    return [*lines, "|= Ensemble |  | – | – | – |", ""]


def _main(service: _Service) -> Lines:
    lines = [*_opening(service), *_BREAK, *_sources(service), *_storage(service)]
    lines += ["# 4. La distribution, secteur par secteur", ""]
    for number, name in enumerate(service.data["secteurs"], 1):
        lines += _sector(service, number, name)
    lines += [*_quality(service), *_closing(service), *_BREAK, *_journal(service)]
    return lines + _markup("""
        # Annexe - Relevés hebdomadaires

        Les relevés ci-après sont ceux des compteurs de secteur, par semaine.
        """)


def _contents(outline: list[list[Any]]) -> str:
    rows = "".join(
        f'<tr><td>{html.escape(title, quote=False)}</td><td class="number">{page}</td></tr>'
        for level, title, page in outline
        if level == 1 and page > 1
    )
    return f'<h3 id="contents">Sommaire</h3><table class="plain">{rows}</table>'


def water_report(sheet: Sheet, title: str, data_file: Path, year: int) -> pymupdf.Document:
    """Return the report on `year`: exactly `PAGES` pages, with contents that lead to the chapters.

    The last annex has a page per week, and as many weeks as the other chapters leave room for.
    """
    data = tomllib.loads(data_file.read_text(encoding="utf-8"))
    service = _Service(data, year, Random(1958))  # noqa: S311 - figures of a fiction
    cover = [f"<h1>{inline(title)}</h1>", f"<p>{_CONTENTS_HERE}</p>"]
    main = settle(sheet, [*cover, *body(("", *_BREAK, *_main(service)))])
    weeks = [line for week in range(PAGES - main.count) for line in _week(service, week + 1)]
    text = main.text.replace(f"<p>{_CONTENTS_HERE}</p>", _contents(main.outline))
    text += assemble(body(tuple(weeks)), first=len(main.outline))
    document = render(sheet, text, PAGES)
    _link_contents(document)
    return document


def _link_contents(document: pymupdf.Document) -> None:
    for level, title, page in document.get_toc():
        places = document[0].search_for(title) if level == 1 and page > 1 else []
        for place in places:
            link = {"kind": pymupdf.LINK_GOTO, "from": place, "page": page - 1}
            document[0].insert_link(link)
