"""Write or change one note: its words, its colour, what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from boardpack.annotation import palette
from boardpack.annotation.note import Note, NoteKind
from boardpack.messages import _
from boardpack.services.note_text import whole_text
from ui.reader.notes_panel import is_on_words
from ui.reader.tags import TAGS, tag_name
from ui.reader.tool_options import swatch
from ui.theme import look
from ui.widgets.buttons import button
from ui.widgets.flow import FlowLayout
from ui.widgets.labels import label

_WIDTH = 640
_LONGEST_QUOTE = 240


class NoteEditor(QDialog):
    """Over the reader. `saved` gives the note as it is wanted; nothing is written here."""

    saved = Signal(object)
    removed = Signal()
    share_asked = Signal(object)
    """The note as it is wanted; it is to be kept first."""
    hide_asked = Signal()

    def __init__(self, note: Note, parent: QWidget, *, new: bool, writable: bool = True) -> None:
        """Show `note`; a new one has nothing to remove."""
        super().__init__(parent.window())
        look().dress(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._note = note
        self._colour = note.colour
        self._colours: dict[str, QPushButton] = {}
        self._tags: dict[str, QPushButton] = {}
        place = _("Page {page}").format(page=note.anchor.page_index + 1)
        title = _("New note") if new else _("Note")
        self.setWindowTitle(title)
        self._heading = label(f"{title} · {place}", "heading")
        self.text = QPlainTextEdit(whole_text(note))
        self.text.setAccessibleName(_("Text of the note"))
        self.text.setPlaceholderText(_("Write here…"))
        self.text.setTabChangesFocus(True)
        self.text.setReadOnly(not writable)
        self._save = button(_("Keep"), self._on_save, kind="primary")
        self._cancel = button(_("Cancel"), self.reject)
        self._remove = button(_("Remove"), self._on_remove, kind="quiet", icon="trash-can-outline")
        self._remove.setVisible(writable and not new)
        self._share = button(_("Share…"), self._on_share, icon="account-multiple-outline")
        self._share.setVisible(writable and not new)
        self._hide = button(_("Hide"), self._on_hide, kind="quiet", icon="eye-off-outline")
        self._hide.setVisible(False)
        self._people = label("", tone="secondary")
        self._people.setVisible(False)
        self._save.setVisible(writable)
        self._outer = QVBoxLayout(self)
        self._lay_out(writable=writable)
        wide = round(_WIDTH * min(look().metrics.scale, 1.5))
        width = min(wide, parent.window().width() - 2 * look().metrics.two)
        self.setFixedWidth(width)
        # A window does not ask its layout how high it must be at this width.
        self.setMinimumHeight(self._outer.totalHeightForWidth(width))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._on_save)
        self.text.setFocus()

    def show_people(self, author: str, readers: Sequence[str]) -> None:
        """Say who shares this note with me, or with whom I share it."""
        text = _("Shared with {names}").format(names=", ".join(readers)) if readers else ""
        self._people.setText(_("Shared by {author}").format(author=author) if author else text)
        self._people.setVisible(bool(self._people.text()))
        self._hide.setVisible(bool(author))

    def choose_colour(self, name: str) -> None:
        """Give the note this colour."""
        self._colour = name
        for known, each in self._colours.items():
            each.setChecked(known == name)

    def _on_colour(self, name: str, _checked: object = None) -> None:
        self.choose_colour(name)

    def choose_tag(self, tag: str, *, on: bool) -> None:
        """Say that the note is for this, or not."""
        self._tags[tag].setChecked(on)

    def _on_save(self) -> None:
        self.accept()
        self.saved.emit(self._wanted())

    def _on_share(self) -> None:
        self.accept()
        self.share_asked.emit(self._wanted())

    def _on_hide(self) -> None:
        self.accept()
        self.hide_asked.emit()

    def _wanted(self) -> Note:
        unknown = tuple(tag for tag in self._note.tags if tag not in TAGS)
        chosen = tuple(tag for tag in TAGS if self._tags[tag].isChecked())
        text = self.text.toPlainText().strip()
        tags = (*chosen, *unknown)
        # Both texts stood in the box: what is left in it is what the person decided.
        return replace(self._note, text=text, colour=self._colour, tags=tags, others=())

    def _on_remove(self) -> None:
        self.accept()
        self.removed.emit()

    def _lay_out(self, *, writable: bool) -> None:
        space = look().metrics
        outer = self._outer
        outer.setContentsMargins(space.three, space.three, space.three, space.two)
        outer.setSpacing(space.two)
        outer.addWidget(self._heading)
        outer.addWidget(self._people)
        quote = self._note.anchor.quote
        if quote is not None and is_on_words(self._note):
            cut = (
                quote.exact
                if len(quote.exact) <= _LONGEST_QUOTE
                else quote.exact[:_LONGEST_QUOTE] + "…"
            )
            outer.addWidget(label(f"« {cut} »", tone="secondary"))
        if self._note.others:
            outer.addWidget(label(_("Written on two devices at the same time: keep what counts.")))
        self.text.setMinimumHeight(round(6 * 1.4 * space.body))
        outer.addWidget(self.text, 1)
        if writable:
            outer.addWidget(self._choices())
            outer.addWidget(self._purposes())
        foot = QHBoxLayout()
        foot.setSpacing(space.one)
        foot.addWidget(self._remove)
        foot.addWidget(self._hide)
        foot.addWidget(self._share)
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._save)
        outer.addLayout(foot)

    def _choices(self) -> QWidget:
        colours = palette.PENS if self._note.kind is NoteKind.INK else palette.HIGHLIGHTERS
        flow = _Group(_("Colour"))
        side = look().metrics.mark
        for each in colours:
            made = flow.add(_(each.label))
            made.setText(f"\u00a0{_(each.label)}")
            made.setIcon(swatch(each.rgb, side, self.devicePixelRatioF()))
            made.setIconSize(QSize(side, side))
            made.clicked.connect(partial(self._on_colour, each.name))
            self._colours[each.name] = made
        self.choose_colour(self._colour)
        return flow

    def _purposes(self) -> QWidget:
        flow = _Group(_("Labels"))
        for tag in TAGS:
            made = flow.add(tag_name(tag))
            made.setChecked(tag in self._note.tags)
            self._tags[tag] = made
        return flow


class _Group(QWidget):
    """A name, and switches under it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look().metrics.half)
        column.addWidget(label(name, "small"))
        self._flow = FlowLayout()
        column.addLayout(self._flow)

    def add(self, name: str) -> QPushButton:
        made = button(name)
        made.setCheckable(True)
        self._flow.addWidget(made)
        return made
