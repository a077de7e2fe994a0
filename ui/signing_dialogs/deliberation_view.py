"""One deliberation: its pages, who signed, and what I can do. One signs what is shown here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from boardpack.messages import _
from boardpack.services.pages import DocumentFacts
from boardpack.services.read_models import DeliberationRow, OpenDocument
from boardpack.workflow.transitions import Verb
from ui.background import Lane
from ui.errors import ErrorPanel
from ui.navigation import ToSignRoute
from ui.reader.page_view import PageView
from ui.reader.renderer import PageRenderer
from ui.signing_dialogs.refuse_dialog import RefuseDialog
from ui.signing_dialogs.sign_dialog import SignDialog
from ui.signing_dialogs.steps import sitting_name, state_chips, step_rows
from ui.theme import look
from ui.widgets.buttons import button, tool
from ui.widgets.flow import FlowLayout
from ui.widgets.flow_list import FlowList
from ui.widgets.labels import chip, label
from ui.widgets.page import Card, Page

if TYPE_CHECKING:
    from ui.screen import Screen

_SIDE_BY_SIDE_FROM = 900
#: One press of + or - changes the zoom by a fifth.
_STEP = 1.2


class DeliberationView(QWidget):
    """Shows the version in force; signing asks for exactly these bytes."""

    retitled = Signal()

    def __init__(self, screen: Screen, deliberation_id: str) -> None:
        super().__init__(screen)
        self._screen = screen
        self._id = deliberation_id
        self._row: DeliberationRow | None = None
        self._following = ""
        self._document: OpenDocument | None = None
        # First of all: a child that is made may already resize this widget.
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._renderer = PageRenderer(screen.session.pages, screen.background, self)
        self.pages = PageView(self._renderer, lambda _page: (), self)
        self.pages.setAccessibleName(_("Pages of the deliberation"))
        self._side = Page(_("Signature"))
        self._side.setProperty("role", "plain")
        self._fill_side()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._zoom_bar())
        left.addWidget(self.pages, 1)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addLayout(left, 5)
        self._box.addWidget(self._side, 3)

    def title(self) -> str:
        """Return which deliberation it is."""
        if self._row is None:
            return _("Deliberation")
        return _("Deliberation {number}").format(number=self._row.number)

    def panes(self) -> Sequence[QWidget]:
        """Go round the pages, the actions and the steps."""
        actions = [each for each in (self._sign, self._next) if each.isVisible()]
        return [self.pages, *actions[:1], self._steps]

    def _zoom_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "header")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look().metrics.two, 0, look().metrics.two, 0)
        row.addWidget(tool(_("Zoom out"), "magnify-minus-outline", lambda: self._zoom(1 / _STEP)))
        row.addWidget(tool(_("Zoom in"), "magnify-plus-outline", lambda: self._zoom(_STEP)))
        row.addStretch(1)
        return bar

    def _zoom(self, factor: float) -> None:
        self.pages.set_zoom(self.pages.zoom * factor)

    def _fill_side(self) -> None:
        body = self._side.body
        self._name = label("", "heading")
        self._where = label("", tone="secondary")
        self._chips = QHBoxLayout()
        self._error = ErrorPanel(self)
        self._steps = FlowList(_("Signatories, in this order"))
        self._sign = button(_("Sign"), self.ask_sign, kind="primary", icon="signature-freehand")
        self._refuse = button(_("Refuse to sign"), self.ask_refuse)
        self._next = button(_("Next one to sign"), self._go_next, icon="arrow-right")
        flow = FlowLayout()
        for each in (self._sign, self._refuse, self._next):
            flow.addWidget(each)
        self._said = label("", tone="secondary")
        body.addWidget(self._name)
        body.addWidget(self._where)
        body.addLayout(self._chips)
        heading = label(_("Signatories, in this order"), "small")
        card = Card(flush=True)
        card.body.addWidget(self._steps)
        body.addWidget(self._error)
        body.addWidget(self._said)
        body.addLayout(flow)
        body.addWidget(heading)
        body.addWidget(card)
        body.addStretch(1)
        for each in (self._sign, self._refuse, self._next):
            each.setVisible(False)
        self._said.setVisible(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put pages and signatures side by side when there is room."""
        super().resizeEvent(event)
        wide = event.size().width() >= _SIDE_BY_SIDE_FROM * min(look().metrics.scale, 1.2)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(direction)

    def load(self) -> None:
        """Read where the circuit stands, then show the version in force."""
        signing = self._screen.session.signing
        self._screen.run(lambda: signing.deliberation(self._id), self._show, self._failed)

    def closing(self) -> None:
        """Let the worker forget the document."""
        if self._document and self._document.handle:
            handle, pages = self._document.handle, self._screen.session.pages
            self._document = None
            self._screen.background.run(
                lambda: pages.close(handle),
                success=lambda _nothing: None,
                failure=lambda _error: None,
                lane=Lane.RENDER,
            )

    def _show(self, row: DeliberationRow) -> None:
        self._row = row
        self._name.setText(row.title)
        self._where.setText(f"{row.assembly.short_name} · {sitting_name(row)}")
        while (item := self._chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for each in state_chips(row):
            self._chips.addWidget(chip(each.text, each.tone))
        self._chips.addStretch(1)
        self._steps.set_rows(step_rows(row))
        self._sign.setVisible(Verb.SIGN in row.abilities)
        self._refuse.setVisible(Verb.REFUSE in row.abilities)
        self._sign.setEnabled(False)
        self._refuse.setEnabled(False)
        self._next.setVisible(False)
        if row.waiting:
            self._screen.run(self._screen.session.signing.inbox, self._offer_next)
        self.retitled.emit()
        if not row.available:
            self._say(_("The document has not been received yet."))
            return
        signing = self._screen.session.signing
        self._screen.run(lambda: signing.open_for_reading(self._id), self._open, self._failed)

    def _open(self, document: OpenDocument) -> None:
        if self._document and self._document.sha256 == document.sha256:
            self._ready()
            return
        self.closing()
        self._document = document
        handle = document.handle
        if handle is None:
            return
        pages = self._screen.session.pages
        self._screen.run(lambda: pages.open(handle), self._opened, self._failed, Lane.RENDER)

    def _opened(self, facts: DocumentFacts) -> None:
        if self._document is None:
            return
        self._renderer.begin(self._document.handle, dark=False)
        self.pages.show_document(facts.page_boxes, None)
        self._ready()

    def _offer_next(self, rows: tuple[DeliberationRow, ...]) -> None:
        """After signing or refusing, lead to the next that waits for me."""
        mine = [row.deliberation_id for row in rows if Verb.SIGN in row.abilities]
        self._following = mine[0] if mine else ""
        self._next.setVisible(bool(mine))

    def _go_next(self) -> None:
        """Go there; Back then leads to the list, not through what is done."""
        navigator = self._screen.navigator
        done = ToSignRoute(self._id)
        navigator.to_sign(self._following)
        navigator.forget(done)

    def _ready(self) -> None:
        """Allow signing once the very bytes to be signed are shown."""
        self._error.clear()
        self._sign.setEnabled(True)
        self._refuse.setEnabled(True)
        self._say(_("You sign the document shown here, as it is.") if self._may_sign else "")

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

    @property
    def _may_sign(self) -> bool:
        return self._row is not None and Verb.SIGN in self._row.abilities

    def _failed(self, error: Exception) -> None:
        self._sign.setEnabled(False)
        self._error.show_error(error)

    def ask_sign(self) -> None:
        """Ask for the certificate, then sign."""
        if self._row and self._document:
            SignDialog(self._screen, self._row, self._document.sha256).open()

    def ask_refuse(self) -> None:
        """Ask for the reason, then refuse."""
        if self._row and self._document:
            RefuseDialog(self._screen, self._row, self._document.sha256).open()
