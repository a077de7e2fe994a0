"""Where the parts of a row stand for a given width: measured once, for painting and for size."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QTextCharFormat, QTextLayout, QTextOption

from ui.models.rows import Row
from ui.theme import Look

MARK_START: Final = "\u2068"
MARK_END: Final = "\u2069"
_BAR: Final = 4
_LEADING: Final = 2
#: Latin letters and common signs: in our font, in one direction, all lines equally high.
_PLAIN: Final = re.compile(r"[ -~\u00a0-\u017f\u2010-\u2027\u202f\u20ac]*")


@dataclass(frozen=True)
class Span:
    """Part of a text in another colour, or on another ground."""

    start: int
    length: int
    colour: QColor | None = None
    ground: QColor | None = None
    strong: bool = False


@dataclass(frozen=True)
class Text:
    """A text in its column: where it stands in the row, how wide it may be, how high it gets."""

    text: str
    font: QFont
    colour: QColor
    x: int
    y: int
    width: int
    height: int
    spans: tuple[Span, ...] = ()
    centred: bool = False

    def layout(self) -> QTextLayout:
        """Lay the text out, to draw it."""
        return wrap(self.text, self.font, self.width, self.spans, centred=self.centred)[0]


@dataclass(frozen=True)
class ChipBox:
    """A chip and its box in the row."""

    text: str
    tone: str
    box: QRect


@dataclass(frozen=True)
class Shape:
    """Everything that is painted of a row, relative to its top left corner."""

    height: int
    texts: tuple[Text, ...]
    chips: tuple[ChipBox, ...]
    bar: QRect | None
    icon: QRect | None
    trail: QRect | None


def wrap(
    text: str, font: QFont, width: int, spans: tuple[Span, ...] = (), *, centred: bool = False
) -> tuple[QTextLayout, int]:
    """Lay `text` out in lines of `width`; return the layout and its height."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    if centred:
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    layout.setTextOption(option)
    layout.setFormats([_range(span) for span in spans])
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(width, 1))
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout, round(height)


def _range(span: Span) -> QTextLayout.FormatRange:
    form = QTextCharFormat()
    if span.colour is not None:
        form.setForeground(span.colour)
    if span.ground is not None:
        form.setBackground(span.ground)
    if span.strong:
        form.setFontWeight(QFont.Weight.DemiBold)
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = span.start, span.length, form
    return made


def marked(text: str, ground: QColor, colour: QColor) -> tuple[str, tuple[Span, ...]]:
    """Take the marks out of a quote; return its text and the spans that were marked."""
    plain = ""
    spans: list[Span] = []
    for number, part in enumerate(text.split(MARK_START)):
        inside, _mark, outside = part.partition(MARK_END) if number else ("", "", part)
        if inside:
            spans.append(Span(len(plain), len(inside), colour, ground))
        plain += inside + outside
    return plain, tuple(spans)


class Measurer:
    """Measures rows with the fonts and spaces of the look in force."""

    def __init__(self, look: Look, lead_width: int) -> None:
        """Use `lead_width` for the column of `lead` in every row of the list."""
        self._look = look
        self._metrics = look.metrics
        self._lead_width = lead_width
        self._body = look.font()
        self._strong = look.font(strong=True)
        self._small = look.font("small")
        self._small_strong = look.font("small", strong=True)
        self._fonts: dict[int, tuple[int, QFontMetrics]] = {}

    def shape(self, row: Row, width: int) -> Shape:
        """Return where the parts of `row` stand in a row of `width`."""
        return self._settle(row, self._loose(row, width))

    def height(self, row: Row, width: int) -> int:
        """Return only the height of `shape`: long lists ask for every row."""
        return self._full_height(self._loose(row, width))

    def _loose(self, row: Row, width: int) -> Shape:
        """Place the parts as if the row began at its first text and had no height of its own."""
        m = self._metrics
        edge, gap = m.two, m.two
        left = edge + row.indent * (self._lead_width + gap)
        right = width - edge
        trail = None
        if row.trail:
            trail = QRect(right - m.mark, 0, m.mark, m.mark)
            right = trail.left() - m.one
        texts: list[Text] = []
        icon = None
        column = m.mark if row.indent else self._lead_width
        if row.icon:
            icon = QRect(left + (column - m.mark) // 2, 0, m.mark, m.mark)
        if column:
            texts += self._lead(row, left, column)
            left += column + gap
        chip_sizes = [self._chip_width(chip.text) for chip in row.chips]
        beside = sum(chip_sizes) + m.one * len(chip_sizes)
        chips_beside = bool(chip_sizes) and beside <= (right - left) * 2 // 5
        text_width = right - left - (beside if chips_beside else 0)
        lines = self._lines(row, left, text_width)
        texts += lines
        top = lines[-1].y + lines[-1].height + _LEADING
        chips, top = self._chips(row, chip_sizes, (left, right, top), beside=chips_beside)
        return Shape(top, tuple(texts), chips, None, icon, trail)

    def _lead(self, row: Row, left: int, column: int) -> list[Text]:
        found: list[Text] = []
        top = 0
        for text, font, name in (
            (row.lead, self._strong, "text"),
            (row.lead_under, self._small, "text_secondary"),
        ):
            if text:
                height = self._height(text, font, column)
                colour = self._look.colour(name)
                found.append(Text(text, font, colour, left, top, column, height, centred=True))
                top += height
        return found

    def _lines(self, row: Row, left: int, width: int) -> list[Text]:
        colour = self._look.colour
        secondary = colour("text_secondary")
        main = secondary if row.muted else colour("text")
        parts: list[tuple[str, QFont, QColor, tuple[Span, ...]]] = [
            (row.title, self._strong if row.strong else self._body, main, ())
        ]
        if row.badge:
            short = row.badge.short_name
            span = Span(0, len(short), self._look.assembly(row.badge.colour), strong=True)
            text = f"{short} · {row.detail}" if row.detail else short
            parts.append((text, self._small, secondary, (span,)))
        elif row.detail:
            parts.append((row.detail, self._small, secondary, ()))
        if row.quote:
            plain, spans = marked(row.quote, colour("selection"), colour("text"))
            parts.append((plain, self._small, secondary, spans))
        found: list[Text] = []
        top = 0
        for text, font, ink, spans in parts:
            height = self._height(text, font, width, spans)
            found.append(Text(text, font, ink, left, top, width, height, spans))
            top += height + _LEADING
        return found

    def _height(self, text: str, font: QFont, width: int, spans: tuple[Span, ...] = ()) -> int:
        """Return the height of `text`; most need no layout, since they fit in one line."""
        one_line, metrics = self._one_line(font)
        if _PLAIN.fullmatch(text):
            need = metrics.horizontalAdvance(text)
            if spans:
                need += need // 8  # the bold part is wider
            if need <= width:
                return one_line
        return wrap(text, font, width, spans)[1]

    def _one_line(self, font: QFont) -> tuple[int, QFontMetrics]:
        key = id(font)
        if key not in self._fonts:
            self._fonts[key] = (wrap("Ég", font, 1000)[1], QFontMetrics(font))
        return self._fonts[key]

    def _chip_width(self, text: str) -> int:
        return QFontMetrics(self._small_strong).horizontalAdvance(text) + 2 * self._metrics.one

    def _chips(
        self, row: Row, sizes: list[int], place: tuple[int, int, int], *, beside: bool
    ) -> tuple[tuple[ChipBox, ...], int]:
        left, right, top = place
        height = round(1.4 * self._metrics.small) + 4
        gap = self._metrics.one
        boxes: list[ChipBox] = []
        x = right - sum(sizes) - gap * (len(sizes) - 1) if beside else left
        y = 0 if beside else top + self._metrics.half
        for chip, width in zip(row.chips, sizes, strict=True):
            if not beside and x > left and x + width > right:
                x, y = left, y + height + self._metrics.half
            boxes.append(ChipBox(chip.text, chip.tone, QRect(x, y, width, height)))
            x += width + gap
        bottom = max([top, *(box.box.bottom() + 1 for box in boxes)])
        return tuple(boxes), bottom

    def _inside(self, loose: Shape) -> int:
        return max([loose.height, *(text.y + text.height for text in loose.texts)])

    def _full_height(self, loose: Shape) -> int:
        m = self._metrics
        return max(self._inside(loose) + 2 * (m.one + m.half), m.touch + m.one)

    def _settle(self, row: Row, loose: Shape) -> Shape:
        """Give the row its height, and move its parts: texts centred, marks on the first line."""
        m = self._metrics
        height = self._full_height(loose)
        top = (height - self._inside(loose)) // 2
        line = QFontMetrics(self._body).height()

        def on_line(box: QRect | None) -> QRect | None:
            return box.translated(0, top + (line - box.height()) // 2) if box else None

        def centred(box: QRect | None) -> QRect | None:
            return box.translated(0, (height - box.height()) // 2) if box else None

        def at(chip: QRect) -> QRect:
            # Beside the texts it stands in line with the mark at the end.
            beside = chip.y() == 0
            down = (height - chip.height()) // 2 if beside else top
            return chip.translated(0, down)

        bar = QRect(m.half, m.one, _BAR, height - 2 * m.one) if row.badge else None
        return Shape(
            height=height,
            texts=tuple(replace(each, y=each.y + top) for each in loose.texts),
            chips=tuple(ChipBox(each.text, each.tone, at(each.box)) for each in loose.chips),
            bar=bar,
            icon=on_line(loose.icon),
            trail=centred(loose.trail),
        )
