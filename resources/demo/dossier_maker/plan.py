"""The zoning plan of the fictional town: one A3 landscape page, all vectors."""

from __future__ import annotations

from typing import Final

import pymupdf
from dossier_maker.pen import Pen, Point, smooth
from dossier_maker.townmap import (
    Town,
    add_houses,
    add_side_streets,
    add_street,
    block_line,
    disc,
    draw,
)

A3: Final = pymupdf.paper_rect("a3-l")
FRAME: Final = (28.0, 28.0, 930.0, 814.0)
CENTRE: Final = (470.0, 380.0)
RIVER: Final = [
    (20.0, 640.0), (130, 590), (240, 520), (350, 500), (450, 452), (560, 470), (660, 410),
    (760, 330), (840, 300), (940, 210),
]  # fmt: skip
RAILWAY: Final = [(20.0, 250.0), (200, 215), (400, 205), (600, 170), (760, 110), (900, 20)]
ROADS: Final = (
    ([(25.0, 400.0), (180, 392), (330, 378), (470, 380), (620, 372), (780, 420), (935, 455)], 6.0),
    ([(455.0, 25.0), (440, 130), (452, 260), (470, 380), (468, 470), (500, 600), (520, 815)], 6.0),
    ([(150.0, 150.0), (250, 240), (350, 310), (470, 380)], 4.5),
    ([(470.0, 380.0), (580, 300), (690, 240), (800, 210)], 4.5),
    ([(330.0, 378.0), (320, 300), (380, 262), (452, 260), (545, 268), (580, 300), (600, 372)], 3.6),
    ([(250.0, 240.0), (240, 320), (180, 392), (200, 470)], 3.4),
    ([(500.0, 600.0), (620, 570), (720, 600), (830, 640)], 3.6),
    ([(500.0, 600.0), (390, 620), (300, 680), (180, 720)], 3.6),
    ([(620.0, 372.0), (640, 300), (690, 240)], 3.2),
    ([(380.0, 262.0), (360, 205), (300, 150)], 3.2),
    ([(468.0, 470.0), (390, 540), (390, 620)], 3.2),
    ([(780.0, 420.0), (760, 500), (720, 600)], 3.2),
)
ZONES: Final = (
    ("A", "#F6F1D3", "Agricole"),
    ("N", "#CFE3C4", "Naturelle et forestière"),
    ("UC", "#F5DDBE", "Pavillonnaire"),
    ("UB", "#EFC39B", "Faubourgs"),
    ("UA", "#E29A7D", "Centre ancien"),
    ("UE", "#C9BFE0", "Équipements"),
    ("UX", "#B9C7DA", "Activités"),
    ("1AU", "#F2B5B5", "À urbaniser"),
)
FILL: Final = {code: colour for code, colour, _ in ZONES}
EDGE: Final = "#9A3324"
_AREAS: Final = (
    ("N", disc((170, 690), 120, 4, 1.3)),
    ("N", disc((860, 720), 95, 9, 1.1)),
    ("N", disc((110, 110), 78, 12, 1.2)),
    ("UC", disc((450, 370), 235, 21, 1.28)),
    ("UC", disc((610, 625), 95, 22, 1.7)),
    ("UB", disc((462, 355), 150, 23, 1.2)),
    ("UA", disc((468, 372), 74, 24, 1.15)),
    ("UX", [(700.0, 150.0), (905, 60), (915, 170), (800, 250), (720, 245)]),
    ("UE", disc((300, 470), 42, 26, 1.2)),
    ("UE", disc((640, 315), 32, 27, 1.1)),
    ("1AU", [(690.0, 450.0), (790, 440), (815, 520), (735, 560), (680, 520)]),
)
_LABELS: Final = (
    ("UA", (455.0, 345.0)), ("UB", (372, 318)), ("UB", (566, 332)), ("UC", (250, 300)),
    ("UC", (706, 352)), ("UC", (600, 640)), ("UX", (815, 165)), ("UE", (300, 474)),
    ("UE", (655, 330)), ("1AU", (745, 505)), ("A", (110, 300)), ("A", (860, 520)),
    ("A", (300, 770)), ("A", (640, 90)), ("N", (170, 690)), ("N", (860, 720)), ("N", (110, 112)),
    ("N", (888, 262)),
)  # fmt: skip
_NAMES: Final = (
    ("la Sorène", (560.0, 492.0), "#2F6E96"),
    ("Gare", (590, 158), "#444444"),
    ("Les Tanneries", (520, 440), "#333333"),
    ("Champ-Rollin", (745, 478), "#333333"),
    ("La Haute-Borne", (180, 262), "#333333"),
    ("Les Marettes", (585, 610), "#333333"),
    ("Bois de Courcelange", (170, 710), "#3F6B35"),
)


def town() -> Town:
    """Return the streets and houses of Aubrelles-sur-Sorène."""
    made = Town(960, 842)
    block_line(made, smooth(RIVER), 14)
    block_line(made, smooth(RAILWAY), 8)
    for points, width in ROADS:
        add_street(made, points, width)
    add_side_streets(made, 70, 5, CENTRE, 300)
    add_side_streets(made, 40, 6, CENTRE, 260)
    add_houses(made, 7, CENTRE, 330)
    add_houses(made, 8, CENTRE, 200, 1.0)
    add_houses(made, 10, CENTRE, 110, 1.0)
    add_houses(made, 11, (600, 620), 120)
    made.houses.extend(_sheds())
    return made


def _sheds() -> list[list[Point]]:
    """Return the large buildings of the activity zone."""
    made = []
    for x, y, width, depth in (
        (720, 165, 44, 22), (772, 140, 36, 26), (818, 116, 50, 24), (872, 92, 30, 40),
        (742, 198, 52, 24), (804, 176, 30, 30), (846, 150, 46, 26), (830, 206, 34, 20),
    ):  # fmt: skip
        made.append(
            [(x, y), (x + width, y - 14), (x + width + 7, y + depth - 14), (x + 7, y + depth)]
        )
    return made


def plan(date: str) -> pymupdf.Document:
    """Return the one-page zoning plan, its approval dated `date`."""
    document = pymupdf.open()
    page = document.new_page(width=A3.width, height=A3.height)
    pen = Pen(page)
    _zones(pen)
    river = smooth(RIVER)
    pen.path(river, "#7FB2D0", 17)
    pen.path(river, "#A9D0E5", 14)
    draw(pen, town(), (0, 0))
    pen.path(smooth(RAILWAY), "#444444", 2.2)
    pen.path(smooth(RAILWAY), "#FFFFFF", 1.2, "[6 6] 0")
    _marks(pen)
    _margins(pen)
    _legend(pen, date)
    pen.finish()
    document.set_metadata({"title": "Plan de zonage", "author": "Ville d’Aubrelles-sur-Sorène"})
    return document


def _zones(pen: Pen) -> None:
    pen.box(FRAME, FILL["A"])
    pen.path(smooth(RIVER), FILL["N"], 74)
    for code, outline in _AREAS:
        pen.polygon(outline, FILL[code])
    for _, outline in _AREAS:
        pen.path([*outline, outline[0]], EDGE, 1.0, "[7 2 1 2] 0")


def _marks(pen: Pen) -> None:
    for at in range(9):  # the reserved plot no. 3, hatched
        pen.path([(522 + at * 6, 500), (510 + at * 6, 524)], "#C2261A", 0.8)
    pen.box((510, 500, 576, 524), line="#C2261A")
    pen.tag((543, 536), "ER 3", 7, colour="#C2261A")
    outline: list[Point] = [(690, 450), (790, 440), (815, 520), (735, 560), (680, 520), (690, 450)]
    pen.path(outline, "#C2261A", 2.2)
    pen.tag((742, 546), "Secteur modifié n° 2", 8, colour="#C2261A")
    for code, at in _LABELS:
        pen.dot((at[0], at[1] - 3.4), 11 if len(code) < 3 else 13, "#FFFFFF", EDGE)  # noqa: PLR2004
        pen.text(at, code, 9, colour=EDGE, bold=True, align="centre")
    for name, at, colour in _NAMES:
        pen.tag(at, name, 8.5, colour=colour)


def _margins(pen: Pen) -> None:
    """Cover what runs over the frame, then draw it."""
    left, top, right, bottom = FRAME
    for rect in (
        (0.0, 0.0, left, A3.y1),
        (right, 0.0, A3.x1, A3.y1),
        (0.0, 0.0, A3.x1, top),
        (0.0, bottom, A3.x1, A3.y1),
    ):
        pen.box(rect, "#FFFFFF")
    pen.box(FRAME, line="#222222")
    pen.box((942, top, A3.x1 - 28, bottom), line="#222222")


def _legend(pen: Pen, date: str) -> None:
    x = 960.0
    pen.text((x, 62), "Ville d’Aubrelles-sur-Sorène", 12, bold=True, colour="#23406B")
    pen.text((x, 84), "Plan local d’urbanisme", 11, bold=True)
    pen.text((x, 102), "Modification simplifiée n° 2", 10)
    pen.text((x, 120), "Document graphique – plan de zonage", 8.5)
    pen.path([(x, 134), (x + 188, 134)], "#999999", 0.6)
    pen.text((x, 156), "Zones", 9.5, bold=True)
    for at, (code, colour, name) in enumerate(ZONES):
        y = 172 + at * 22
        pen.box((x, y, x + 26, y + 14), colour, EDGE)
        pen.text((x + 36, y + 10.5), f"{code} – {name}", 8.5)
    y = 372.0
    pen.text((x, y), "Prescriptions", 9.5, bold=True)
    pen.path([(x, y + 18), (x + 26, y + 18)], "#C2261A", 2.2)
    pen.text((x + 36, y + 21), "Périmètre de la modification", 8.5)
    pen.box((x, y + 30, x + 26, y + 44), line="#C2261A")
    pen.path([(x + 4, y + 44), (x + 12, y + 30)], "#C2261A", 0.8)
    pen.path([(x + 12, y + 44), (x + 20, y + 30)], "#C2261A", 0.8)
    pen.text((x + 36, y + 40), "Emplacement réservé n° 3", 8.5)
    pen.text((x + 36, y + 52), "(passerelle des Tanneries)", 7.5, colour="#666666")
    _north(pen, (x + 30, 480))
    _scale(pen, (x, 560))
    pen.path([(x, 620), (x + 188, 620)], "#999999", 0.6)
    for at, (act, day) in enumerate(
        (("Approbation du PLU", "14/02/2019"), ("Modification n° 1", "23/09/2022"),
         ("Modification simplifiée n° 2", date))
    ):  # fmt: skip
        pen.text((x, 642 + at * 18), act, 8)
        pen.text((x + 188, 642 + at * 18), day, 8, align="right")
    pen.text((x, 722), "Établi par le service urbanisme.", 7.5, colour="#666666")
    pen.text((x, 734), "Fond de plan sans valeur cadastrale.", 7.5, colour="#666666")
    pen.text((x, 790), "Pièce 4.2", 16, bold=True, colour="#23406B")


def _north(pen: Pen, at: Point) -> None:
    x, y = at
    pen.polygon([(x, y - 34), (x + 10, y + 12), (x, y + 4)], "#222222")
    pen.polygon([(x, y - 34), (x - 10, y + 12), (x, y + 4)], "#FFFFFF", "#222222")
    pen.text((x, y - 40), "N", 10, bold=True, align="centre")


def _scale(pen: Pen, at: Point) -> None:
    x, y = at
    for step in range(4):
        fill = "#222222" if step % 2 == 0 else "#FFFFFF"
        pen.box((x + step * 40, y, x + step * 40 + 40, y + 6), fill, "#222222")
    for step, metres in enumerate((0, 100, 200, 300, 400)):
        pen.text((x + step * 40, y + 18), f"{metres}", 7, align="centre")
    pen.text((x, y - 8), "Échelle 1 : 7 000 (format A3) – mètres", 7.5)
