"""Steps 3 and 4: the councillor's window, first with a network, then without."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from boardpack.annotation.note import NoteKind, WordRange
from boardpack.messages import _
from boardpack.services.read_models import SittingView
from boardpack.workflow.transitions import Verb
from tests.story.cast import Cast
from tests.story.programs import StoryError
from tests.story.seat import Seat
from tests.story.transcript import Transcript
from ui.background import Lane
from ui.reader.toolbox import Tool


class Councillor:
    """Hélène Varenne sits in five assemblies and has one device."""

    def __init__(self, cast: Cast, said: Transcript, pictures: Path | None) -> None:
        """Open the window on a new profile."""
        self.cast, self.said = cast, said
        self.seat = Seat(cast.reader.profile, pictures)

    def enrol(self) -> None:
        """First start: code, passphrase, reception with progress."""
        seat, person = self.seat, self.cast.reader
        code = self.cast.code(person)
        seat.picture("01-first-start")
        seat.type("Enrolment code", code)
        seat.press("Continue")
        seat.type("Address of the server, as on your letter", self.cast.server.url)
        seat.press("Continue")
        seat.type("Passphrase", person.secret)
        seat.type("The same once more", person.secret)
        seat.picture("02-protect")
        seat.press("Enrol this device")
        seat.find_text(_("Everything is here and can be read offline."))
        seat.picture("03-welcome")
        seat.press("Start")
        seat.rest(Lane.STORE, Lane.NETWORK)
        rows = seat.session.reading.sittings
        sittings = seat.ask(rows)
        assert isinstance(sittings, tuple)
        if any(row.missing_bytes for row in sittings) or len(sittings) != len(
            self.cast.papers.dossiers
        ):
            raise StoryError(f"not everything arrived: {sittings}")
        documents = sum(row.documents for row in sittings)
        names = ", ".join(row.assembly.short_name for row in sittings)
        self.said.say(f"{len(sittings)} dossiers, {documents} documents, complete offline: {names}")

    def read_and_annotate(self) -> None:
        """Home, sitting, acknowledgement, reader, notes: nothing waits for the network."""
        seat = self.seat
        seat.shell.navigator.home()
        seat.rest()
        seat.picture("04-home")
        first = seat.ask(seat.session.reading.sittings)
        assert isinstance(first, tuple)
        seat.choose_titled(first[0].title)
        seat.rest()
        seat.picture("05-sitting")
        if Verb.ACKNOWLEDGE in first[0].abilities:
            seat.press("Acknowledge the convocation")
            seat.picture("06-acknowledge")
            seat.press("Acknowledge")
            seat.rest()
            self.said.say("the convocation is acknowledged, offline")
        view = seat.ask(lambda: seat.session.reading.sitting(first[0].sitting_id))
        assert isinstance(view, SittingView)
        self._read(view)

    def _read(self, view: SittingView) -> None:
        seat = self.seat
        document = self._annotated(view)
        seat.shell.navigator.document(document)
        reader = seat.wait_for_page()
        seat.picture("07-reader")
        self._highlight()
        self._note()
        self._draw()
        seat.picture("08-annotated")
        pages = len(reader.parts.view.boxes)
        reader.parts.view.go_to(pages - 1)
        seat.rest()
        self._find()
        left_at = reader.parts.view.current
        notes = seat.ask(seat.session.notes.all)
        assert isinstance(notes, tuple)
        kinds = sorted(row.note.kind.value for row in notes)
        if kinds != sorted(kind.value for kind in NoteKind):
            raise StoryError(f"notes: {kinds}")
        self.said.say(f"{len(notes)} notes: a highlight, a written note, a drawing")
        seat.shell.navigator.notes()
        seat.rest()
        seat.picture("10-my-notes")
        seat.shell.navigator.document(document)
        again = seat.wait_for_page()
        seat.rest()
        if again.parts.view.current != left_at:
            raise StoryError("the reader did not reopen where it was left")
        self.said.say(f"a document of {pages} pages reopens where it was left")
        state = seat.ask(seat.session.synchronizing.state)
        self.said.say(f"{getattr(state, 'waiting', '?')} actions wait for the network")
        seat.shell.navigator.settings()
        seat.picture("11-settings")

    def _annotated(self, view: SittingView) -> str:
        """Return the report that the secretariat will correct later."""
        corrected = {path.name for path in self.cast.papers.corrected.iterdir()}
        for item in view.items:
            for document in item.documents:
                if document.file_name in corrected:
                    return document.document_id
        raise StoryError(f"{corrected} is not in the first sitting")

    def _highlight(self) -> None:
        seat = self.seat
        parts = seat.reader.parts
        text = parts.texts.get(0)
        if text is None or len(text.words) < 2:
            self._mark_area()
            return
        seat.take(Tool.HIGHLIGHT)
        last = min(len(text.words), 8) - 1
        ends = [
            parts.view.to_desk(0, text.quads(WordRange(number, number + 1))).center().toPoint()
            for number in (min(2, last - 1), last)
        ]
        corner = parts.view.view_rect().topLeft()
        seat.drag([end - corner for end in ends])

    def _mark_area(self) -> None:
        seat = self.seat
        seat.take(Tool.HIGHLIGHT)
        seat.drag([seat.place(0, 80, 120), seat.place(0, 200, 140), seat.place(0, 300, 160)])

    def _note(self) -> None:
        seat = self.seat
        seat.take(Tool.NOTE)
        seat.drag([seat.place(0, 480, 200)])
        editor = seat.find(QPlainTextEdit, lambda each: not each.isReadOnly(), "the note's text")
        editor.setPlainText("Demander le détail du lot 3 avant le vote.")
        seat.picture("09-note")
        seat.press("Keep")
        seat.rest()

    def _draw(self) -> None:
        seat = self.seat
        seat.take(Tool.INK)
        start = seat.place(0, 90, 260)
        wave = [QPoint(start.x() + 6 * step, start.y() + (step % 4) * 5) for step in range(30)]
        seat.drag(wave)
        seat.take(Tool.READ)

    def _find(self) -> None:
        seat = self.seat
        parts = seat.reader.parts
        part = seat.reader.search_field()
        assert part is not None
        field = part if isinstance(part, QLineEdit) else part.findChild(QLineEdit)
        assert field is not None
        QTest.keyClicks(field, "delibere")
        QTest.keyClick(field, Qt.Key.Key_Return)
        seat.rest()
        rows = len(parts.side.finder.panel.list.rows)
        seat.picture("09-find")
        self.said.say(f"« delibere » (no accents) is found {rows} times in the document")

    def leave(self) -> None:
        """Close the window; tell how long it was ever busy without a break."""
        stall = self.seat.close()
        self.said.say(f"the window was never busy for longer than {stall:.0f} ms at a time")
