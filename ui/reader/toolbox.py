"""The tools and what they do: selections become highlights, strokes become ink, all undoable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QUndoStack

from boardpack.annotation.anchor import anchor_area, anchor_words
from boardpack.annotation.note import (
    Anchor,
    Box,
    InkStroke,
    Note,
    NoteKind,
    Point,
    WordRange,
)
from boardpack.domain import clock, ids
from boardpack.messages import _
from boardpack.services.read_models import OpenDocument
from ui.reader import marks
from ui.reader.commands import WriteNote
from ui.reader.layout import Spot
from ui.reader.notebook import Notebook
from ui.reader.page_text import PageText
from ui.reader.page_view import PageView
from ui.reader.texts import Texts

_SAME_WORD_SECONDS: Final = 1.5
_SAME_WORD_POINTS: Final = 60.0
"""A stroke made so soon after another, so close to it, belongs to the same drawing."""


class Tool(StrEnum):
    """What the hand holds."""

    READ = "read"
    HIGHLIGHT = "highlight"
    NOTE = "note"
    INK = "ink"
    ERASER = "eraser"


@dataclass
class Options:
    """How the tools are set: colours by their stored names, the pen's width in points."""

    highlighter: str = "yellow"
    pen: str = "navy"
    width: float = 1.5
    finger_draws: bool = False


@dataclass(frozen=True)
class Selection:
    """Selected words of one page."""

    page: int
    text: PageText
    words: WordRange


class Toolbox(QObject):
    """What the gestures work with."""

    tool_changed = Signal()
    selected = Signal()
    """Words were selected, or no longer are."""
    offered = Signal()
    """The selection is finished: say what can be done with it."""
    note_opened = Signal(object)
    """An existing note was touched: the note."""
    note_drafted = Signal(object)
    """A new note is wanted: the note, without text, not yet kept."""
    page_tapped = Signal(object)
    """Nothing of ours is at this spot of a page: perhaps a link."""

    def __init__(self, view: PageView, texts: Texts, notebook: Notebook, parent: QObject) -> None:
        """Start with reading."""
        super().__init__(parent)
        self.view = view
        self.texts = texts
        self.notebook = notebook
        self.stack = QUndoStack(self)
        self.options = Options()
        self.tool = Tool.READ
        self.selection: Selection | None = None
        self._document: OpenDocument | None = None
        self._author_id = ""
        self._last_ink: tuple[str, float] = ("", 0.0)
        self._erasing = False

    def begin(self, document: OpenDocument, author_id: str) -> None:
        """Work on this document from now on."""
        self._document = document
        self._author_id = author_id
        self._last_ink = ("", 0.0)
        self.stack.clear()
        self.select_nothing()

    def choose(self, tool: Tool) -> None:
        """Take another tool into the hand; a selection at hand is what it is used on."""
        self.tool = tool
        self.tool_changed.emit()

    # --- selection ---

    def select(self, page: int, text: PageText, words: WordRange | None) -> None:
        """Show `words` as selected."""
        before = self.view.painter.layers.selection
        self.selection = Selection(page, text, words) if words else None
        layer = (page, text.quads(words)) if words else None
        self.view.painter.layers.selection = layer
        if layer != before:
            for area in (before, layer):
                if area is not None:
                    self.view.refresh_desk(self.view.to_desk(*area))
            self.selected.emit()

    def select_nothing(self) -> None:
        """Let the selection go."""
        before = self.view.painter.layers.selection
        self.selection = None
        self.view.painter.layers.selection = None
        if before is not None and before[0] < len(self.view.boxes):
            self.view.refresh_desk(self.view.to_desk(*before))
        self.selected.emit()

    def offer(self) -> None:
        """Ask to say what can be done with the selection."""
        if self.selection is not None:
            self.offered.emit()

    # --- making notes ---

    def highlight_selection(self) -> None:
        """Mark the selected words."""
        selection = self.selection
        if selection is None:
            return
        anchor = anchor_words(selection.page, selection.text.words, selection.words)
        self.select_nothing()
        note = self._note(NoteKind.HIGHLIGHT, anchor, self.options.highlighter)
        self._push(_("Highlight"), None, note)

    def highlight_area(self, page: int, box: Box) -> None:
        """Mark a rectangle of a scan. It has a quote near it, but no words of its own."""
        anchor = replace(self._area(page, box), word_range=None)
        note = self._note(NoteKind.HIGHLIGHT, anchor, self.options.highlighter)
        self._push(_("Highlight"), None, note)

    def draft_note(self, spot: Spot | None = None) -> None:
        """Want a written note: on the selection, else at `spot`, else in the page's corner."""
        selection = self.selection
        if selection is not None:
            anchor = anchor_words(selection.page, selection.text.words, selection.words)
            self.select_nothing()
        else:
            where = spot or self._corner()
            point = self.view.boxes[where.page].to_user.point(where.x, where.y)
            anchor = self._area(where.page, Box(*point, *point))
        self.note_drafted.emit(self._note(NoteKind.NOTE, anchor, self.options.highlighter))

    def add_stroke(self, page: int, stroke: InkStroke) -> None:
        """Keep a stroke: by itself, or with those just drawn beside it."""
        box = Box.around((point.x, point.y) for point in stroke.points)
        now = clock.now()
        before = self._continued(page, box, now.timestamp())
        if before is None:
            anchor = self._area(page, box)
            pen, width = self.options.pen, self.options.width
            after = replace(self._note(NoteKind.INK, anchor, pen), strokes=(stroke,), width=width)
        else:
            after = _with_strokes(before, (*before.strokes, stroke))
        self._last_ink = (after.note_id, now.timestamp())
        self._push(_("Pen stroke"), before, after)

    def save(self, before: Note | None, after: Note) -> None:
        """Keep what the person wrote in a note."""
        self._push(_("Note"), before, replace(after, modified=clock.now()))

    def remove(self, note: Note) -> None:
        """Remove a note."""
        self._push(_("Removal"), note, None)

    # --- erasing: one step to undo, however much was erased ---

    def erase(self, note: Note, left: Note | None) -> None:
        """Leave only `left` of a note."""
        if not self._erasing:
            self._erasing = True
            self.stack.beginMacro(_("Eraser"))
        after = _with_strokes(left, left.strokes) if left is not None else None
        self._push("", note, after)

    def end_erasing(self) -> None:
        """The eraser lifts."""
        if self._erasing:
            self._erasing = False
            self.stack.endMacro()

    # --- touching ---

    def tap(self, spot: Spot) -> None:
        """Open the note at `spot`; else use the tool there."""
        note = self.note_at(spot)
        if note is not None:
            self.note_opened.emit(note)
        elif self.tool is Tool.NOTE:
            self.draft_note(spot)
        else:
            self.select_nothing()
            self.page_tapped.emit(spot)

    def note_at(self, spot: Spot) -> Note | None:
        """Return the newest note whose pin or mark is at `spot`."""
        placed = self.view.desk.pages[spot.page]
        to_page = marks.transform(self.view.boxes[spot.page], placed.zoom)
        at = QPointF(spot.x * placed.zoom, spot.y * placed.zoom)
        for note in reversed(self.notebook.on_page(spot.page)):
            if marks.has_pin(note) and marks.pin_rect(note, to_page).adjusted(
                -8, -8, 8, 8
            ).contains(at):
                return note
            if note.kind is not NoteKind.INK and any(
                to_page.map(marks.polygon(quad)).containsPoint(at, Qt.FillRule.OddEvenFill)
                for quad in note.anchor.quads
            ):
                return note
        return None

    def _push(self, text: str, before: Note | None, after: Note | None) -> None:
        self.stack.push(WriteNote(self.notebook, text, before=before, after=after))

    def _note(self, kind: NoteKind, anchor: Anchor, colour: str) -> Note:
        document = self._document
        if document is None:
            raise RuntimeError("no document is open")
        now = clock.now()
        return Note(
            note_id=ids.new_id(),
            document_id=document.document_id,
            version_sha256=document.sha256,
            sitting_id=document.sitting_id,
            kind=kind,
            author_id=self._author_id,
            created=now,
            modified=now,
            colour=colour,
            width=0.0,
            anchor=anchor,
        )

    def _area(self, page: int, box: Box) -> Anchor:
        text = self.texts.get(page)
        if text is None:
            return anchor_area(page, box)
        return anchor_area(page, box, text.words, text.fingerprint)

    def _corner(self) -> Spot:
        """A place in the upper right corner of what is seen of the current page."""
        page = self.view.current
        top = self.view.spot_on(page, QPointF(0, marks.PIN * 2)).y
        box = self.view.boxes[page]
        return Spot(page, box.width - 24, min(max(24.0, top), box.height - 24))

    def _continued(self, page: int, box: Box, now: float) -> Note | None:
        note_id, at = self._last_ink
        note = self.notebook.get(note_id)
        if note is None or now - at > _SAME_WORD_SECONDS or note.anchor.page_index != page:
            return None
        if (note.colour, note.width) != (self.options.pen, self.options.width):
            return None
        other = note.anchor.quads[0].bounds
        across = max(other.x0 - box.x1, box.x0 - other.x1)
        along = max(other.y0 - box.y1, box.y0 - other.y1)
        return note if max(across, along) <= _SAME_WORD_POINTS else None


def _with_strokes(note: Note, strokes: tuple[InkStroke, ...]) -> Note:
    """Return a drawing with other strokes, anchored around them."""
    if not strokes:
        return replace(note, modified=clock.now())
    points = [Point(point.x, point.y) for stroke in strokes for point in stroke.points]
    area = anchor_area(note.anchor.page_index, Box.around(points))
    anchor = replace(note.anchor, quads=area.quads)
    return replace(note, strokes=strokes, anchor=anchor, modified=clock.now())
