"""The three fictional authorities of the demo: who they are and how their papers look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INTER: Final = """
@font-face { font-family: Inter; src: url(Inter-Regular.otf); }
@font-face { font-family: Inter; font-weight: bold; src: url(Inter-SemiBold.otf); }
"""


@dataclass(frozen=True)
class House:
    """An authority's letterhead.

    Attributes:
        over: the small line over the name ("Département de …").
        council: the assembly, as it is named in a sentence with its article.
        chair: who presides and signs; `chair_name` in full.
        colour: of headings and rules, `#RRGGBB`.
        family: CSS font family of the text.
        formula: what comes before the decisions.
    """

    key: str
    name: str
    over: str
    council: str
    chair: str
    chair_name: str
    seat: str
    colour: str
    soft: str
    family: str
    size: float
    formula: str


TOWN: Final = House(
    key="aubrelles",
    name="Ville d’Aubrelles-sur-Sorène",
    over="République française · Département de la Haute-Sorène",
    council="Conseil municipal",
    chair="Le maire",
    chair_name="Philippe AUTHIER",
    seat="Aubrelles-sur-Sorène",
    colour="#23406B",
    soft="#EDF1F7",
    family="serif",
    size=10.6,
    formula="Le conseil municipal, après en avoir délibéré, est invité à :",
)
AGGLOMERATION: Final = House(
    key="val-de-sorene",
    name="Val de Sorène Agglomération",
    over="Communauté d’agglomération · 23 communes",
    council="Conseil communautaire",
    chair="La présidente",
    chair_name="Nadège FONTENIER",
    seat="Montclair-en-Sorène",
    colour="#1B6A57",
    soft="#EAF4F1",
    family="Inter",
    size=9.6,
    formula="Le conseil communautaire, après en avoir délibéré, est invité à :",
)
REGION: Final = House(
    key="hautes-vallees",
    name="Région Hautes-Vallées",
    over="Assemblée plénière",
    council="Conseil régional",
    chair="Le président du conseil régional",
    chair_name="Étienne MARCHANDEAU",
    seat="Vaurigny",
    colour="#7A2E6E",
    soft="#F5ECF3",
    family="sans-serif",
    size=10.2,
    formula="Au vu de ces éléments, le conseil régional, après en avoir délibéré, est invité à :",
)
HOUSES: Final = {house.key: house for house in (TOWN, AGGLOMERATION, REGION)}


def style(house: House, size: float | None = None) -> str:
    """Return the CSS of an authority's papers."""
    fonts = INTER if house.family == "Inter" else ""
    body = size or house.size
    return f"""{fonts}
body {{ font-family: {house.family}; font-size: {body}pt; line-height: 1.35; color: #1A1A1A; }}
h1 {{ font-size: {body * 1.5:.1f}pt; color: {house.colour}; margin: 6pt 0 10pt; }}
h1 {{ text-align: center; }}
h2 {{ font-size: {body * 1.2:.1f}pt; color: {house.colour}; margin: 12pt 0 4pt; }}
h3 {{ font-size: {body * 1.05:.1f}pt; color: {house.colour}; margin: 9pt 0 3pt; }}
p {{ margin: 0 0 6pt; text-align: justify; }}
p.visa {{ margin: 0 0 4pt 12pt; }}
p.centre {{ text-align: center; }}
p.right {{ text-align: right; }}
p.small {{ font-size: {body * 0.85:.1f}pt; color: #555555; }}
ul, ol {{ margin: 2pt 0 8pt; }}
li {{ margin-bottom: 3pt; }}
table {{ border-collapse: collapse; width: 100%; margin: 4pt 0 10pt; }}
table {{ font-size: {body * 0.88:.1f}pt; }}
th {{ border: 0.5px solid #9AA3AE; padding: 3pt 4pt; text-align: left; }}
td {{ border: 0.5px solid #B9C0C9; padding: 3pt 4pt; text-align: left; }}
td.number, th.number {{ text-align: right; }}
tr.total td {{ font-weight: bold; }}
table.plain td {{ border: none; padding: 1pt 0; }}
table.head td {{ border: none; padding: 2pt 6pt; }}
"""
