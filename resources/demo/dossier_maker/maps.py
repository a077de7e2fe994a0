"""Small maps inside the papers: a parcel, bus and railway lines, a water sector, a crossroads."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Final

import pymupdf
from dossier_maker.pen import Pen, Point, smooth
from dossier_maker.townmap import Town, add_houses, add_side_streets, add_street, draw

_BUS_LINES: Final = (
    ("A", "#1F4E8C", ["Aubrelles – Gare", "Aubrelles – Halles", "Les Tanneries", "Pôle santé",
                      "Montclair – Préfecture", "Montclair – Université"]),
    ("B", "#B5431F", ["Saint-Romble", "Chantebise", "Pôle santé", "Les Orzières", "Corneval"]),
    ("C", "#1B6A57", ["Montclair – Université", "Montclair – Préfecture", "Lac de Vaure",
                      "Ligneroux"]),
    ("D", "#7A2E6E", ["Pierrefontelle", "Les Orzières", "Lac de Vaure", "Bellebranche"]),
)  # fmt: skip
_BUS_STOPS: Final = {
    "Aubrelles – Gare": (0.07, 0.24), "Aubrelles – Halles": (0.18, 0.36),
    "Les Tanneries": (0.3, 0.42), "Pôle santé": (0.45, 0.46),
    "Montclair – Préfecture": (0.66, 0.4), "Montclair – Université": (0.84, 0.22),
    "Saint-Romble": (0.22, 0.88), "Chantebise": (0.34, 0.68), "Les Orzières": (0.5, 0.22),
    "Corneval": (0.56, 0.06), "Lac de Vaure": (0.68, 0.66), "Ligneroux": (0.88, 0.88),
    "Pierrefontelle": (0.3, 0.1), "Bellebranche": (0.92, 0.56),
}  # fmt: skip
_RAIL_LINES: Final = (
    ("1", "#7A2E6E", ["Port-Ambroise", "Saint-Romble", "Aubrelles", "Montclair", "Vaurigny"]),
    ("2", "#1F4E8C", ["Vaurigny", "Les Écheaux", "Castelvert", "La Roche-Taillefer"]),
    ("3", "#1B6A57", ["Montclair", "Castelvert", "Villebasse", "Entremonts"]),
    ("4", "#D08A2E", ["Aubrelles", "Bellebranche", "Villebasse"]),
)
_RAIL_STOPS: Final = {
    "Vaurigny": (0.46, 0.12), "Montclair": (0.42, 0.4), "Aubrelles": (0.26, 0.56),
    "Saint-Romble": (0.15, 0.72), "Port-Ambroise": (0.07, 0.9), "Les Écheaux": (0.66, 0.2),
    "Castelvert": (0.68, 0.46), "La Roche-Taillefer": (0.86, 0.34), "Villebasse": (0.62, 0.74),
    "Entremonts": (0.88, 0.88), "Bellebranche": (0.42, 0.72),
}  # fmt: skip


def _lines(
    page: pymupdf.Page,
    rect: pymupdf.Rect,
    lines: tuple[tuple[str, str, list[str]], ...],
    stops: dict[str, Point],
) -> None:
    pen = Pen(page)
    pen.box(tuple(rect), "#F7F8F6", "#C9CED4")

    def put(name: str) -> Point:
        x, y = stops[name]
        return rect.x0 + 14 + x * (rect.width - 44), rect.y0 + 14 + y * (rect.height - 32)

    for at, (name, colour, served) in enumerate(lines):
        shift = (at - 1.5) * 1.6
        points = [(x + shift, y + shift) for x, y in map(put, served)]
        pen.curve(points, colour, 3.4)
        pen.dot((points[0][0] - 9, points[0][1] - 8), 7, colour)
        pen.text((points[0][0] - 9, points[0][1] - 5.4), name, 7.5, colour="#FFFFFF", bold=True,
                 align="centre")  # fmt: skip
    for name in stops:
        x, y = put(name)
        pen.dot((x, y), 3.4, "#FFFFFF", "#222222")
        pen.tag((x, y + 14), name, 7)
    pen.finish()


def buses(page: pymupdf.Page, rect: pymupdf.Rect, _argument: str) -> None:
    """Draw the bus lines of the agglomeration."""
    _lines(page, rect, _BUS_LINES, _BUS_STOPS)


def railways(page: pymupdf.Page, rect: pymupdf.Rect, _argument: str) -> None:
    """Draw the railway lines of the region."""
    _lines(page, rect, _RAIL_LINES, _RAIL_STOPS)


def parcel(page: pymupdf.Page, rect: pymupdf.Rect, _argument: str) -> None:
    """Draw the plots round the one that the town sells."""
    pen = Pen(page)
    pen.box(tuple(rect), "#FDFCF8", "#9AA3AE")
    street = [(rect.x0, rect.y0 + 168), (rect.x0 + 230, rect.y0 + 150), (rect.x1, rect.y0 + 162)]
    tops = [rect.x0 + 18 + 61 * at for at in range(8)]
    for at, (left, right) in enumerate(pairwise(tops)):
        sold = at == 3  # noqa: PLR2004 - the fourth plot from the west
        outline = [(left + 8, rect.y0 + 26), (right + 3, rect.y0 + 20 + at * 2),
                   (right - 4, rect.y0 + 136), (left - 2, rect.y0 + 140)]  # fmt: skip
        pen.polygon(outline, "#F6C9C4" if sold else "", "#C2261A" if sold else "#8A8A8A",
                    1.8 if sold else 0.5)  # fmt: skip
        pen.text((left + 32, rect.y0 + 44), str(214 + at), 7.5, align="centre", bold=sold)
        if not sold:
            corners = ((16, 92), (44, 90), (45, 120), (17, 122))
            pen.polygon(
                [(left + dx, rect.y0 + dy) for dx, dy in corners], "#D9D5CD", "#777777", 0.5
            )
    for at, left in enumerate(rect.x0 + 14 + 88 * step for step in range(5)):
        outline = [(left, rect.y0 + 180), (left + 84, rect.y0 + 178), (left + 86, rect.y1 - 12),
                   (left - 2, rect.y1 - 10)]  # fmt: skip
        pen.polygon(outline, "", "#8A8A8A", 0.5)
        pen.text((left + 42, rect.y1 - 20), str(187 + at), 7.5, align="centre")
    pen.path(smooth(street), "#B8B2A8", 15, cap=0)
    pen.path(smooth(street), "#FFFFFF", 13, cap=0)
    pen.text((rect.x0 + 96, rect.y0 + 164), "Rue des Mégissiers", 7.5, colour="#555555")
    pen.text((rect.x0 + 10, rect.y1 - 4), "Section AK – échelle 1 : 1 000", 6.5, colour="#666666")
    pen.finish()


def sector(page: pymupdf.Page, rect: pymupdf.Rect, argument: str) -> None:
    """Draw a water sector: streets and houses, mains in blue; `argument` is its number."""
    random = Random(int(argument))  # noqa: S311 - a drawing, not a secret
    inside = Town(rect.width - 90, rect.height - 40)
    centre = (inside.width / 2, inside.height / 2)
    middle = inside.height * random.uniform(0.35, 0.65)
    cross = inside.width * random.uniform(0.3, 0.7)
    mains = [
        [(0.0, middle), (cross, middle + random.uniform(-18, 18)), (inside.width, middle - 12)],
        [(cross, 4.0), (cross + random.uniform(-14, 14), middle), (cross + 16, inside.height)],
    ]
    for points in mains:
        add_street(inside, points, 4)
    add_side_streets(inside, 8, int(argument) + 1, centre, 150)
    add_houses(inside, int(argument) + 2, centre, 230)
    _fit(inside)
    pen = Pen(page)
    pen.box(tuple(rect), "#FBFAF6", "#9AA3AE")
    at = (rect.x0 + 20, rect.y0 + 20)
    draw(pen, inside, at)
    for points in mains:
        pen.curve([(at[0] + x, at[1] + y) for x, y in points], "#2F6E96", 1.8)
    for line, width in inside.streets[2:]:
        if width < 3:  # noqa: PLR2004 - side streets have the thin mains
            pen.path([(at[0] + x, at[1] + y) for x, y in line], "#6FA8C8", 0.9)
    pen.dot((at[0] + cross, at[1] + middle), 4, "#2F6E96", "#FFFFFF")
    x = rect.x1 - 66
    for at_row, (colour, name) in enumerate((("#2F6E96", "Ø 150–250"), ("#6FA8C8", "Ø 63–110"))):
        pen.path([(x, rect.y0 + 22 + at_row * 14), (x + 14, rect.y0 + 22 + at_row * 14)], colour, 2)
        pen.text((x + 18, rect.y0 + 24.5 + at_row * 14), name, 6.5)
    pen.dot((x + 7, rect.y0 + 52), 3.4, "#2F6E96")
    pen.text((x + 18, rect.y0 + 54.5), "Compteur", 6.5)
    pen.finish()


def _fit(inside: Town) -> None:
    """Drop what runs over the edge of a small map."""

    def within(points: list[Point]) -> bool:
        return all(0 <= x <= inside.width and 0 <= y <= inside.height for x, y in points)

    inside.houses = [house for house in inside.houses if within(house)]
    long, short = inside.streets[:2], inside.streets[2:]
    inside.streets = long + [(line, width) for line, width in short if within(line)]


def crossroads(page: pymupdf.Page, rect: pymupdf.Rect, _argument: str) -> None:
    """Draw the footbridge site: two banks, the river, the paths that lead there."""
    pen = Pen(page)
    pen.box(tuple(rect), "#EEF3E6", "#9AA3AE")
    middle = (rect.y0 + rect.y1) / 2
    river = smooth([(rect.x0, middle - 20), (rect.x0 + 160, middle + 4), (rect.x1, middle - 12)])
    pen.path(river, "#7FB2D0", 54, cap=0)
    pen.path(river, "#A9D0E5", 50, cap=0)
    for y, name in ((rect.y0 + 26, "Quai des Tanneurs"), (rect.y1 - 26, "Chemin des Marettes")):
        pen.path([(rect.x0, y), (rect.x1, y + 6)], "#B8B2A8", 13, cap=0)
        pen.path([(rect.x0, y), (rect.x1, y + 6)], "#FFFFFF", 11, cap=0)
        pen.text((rect.x0 + 20, y + 4), name, 7.5, colour="#555555")
    x = rect.x0 + 280
    pen.path([(x, rect.y0 + 32), (x, rect.y1 - 26)], "#8A3B12", 7)
    pen.path([(x, rect.y0 + 32), (x, rect.y1 - 26)], "#F2DDC8", 5)
    pen.tag((x + 62, middle - 2), "Passerelle, 38 m", 8, colour="#8A3B12")
    pen.tag((rect.x0 + 90, middle), "la Sorène", 8, colour="#2F6E96")
    pen.text(
        (rect.x1 - 8, rect.y1 - 5), "Schéma sans échelle", 6.5, colour="#666666", align="right"
    )
    pen.finish()
