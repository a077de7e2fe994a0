"""Pictures of shared notes: room, panel, editor, choice of readers, question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from boardpack.annotation import editing
from boardpack.annotation.note import NoteKind
from boardpack.annotation.record import newest
from boardpack.domain import ids
from boardpack.domain.changes import Changes
from boardpack.domain.hlc import Stamp
from boardpack.domain.records import SealedNote
from boardpack.services.session import Session
from boardpack.store import notes
from tests.gui import colleagues
from tests.gui.furnished import Sittings
from tests.gui.office_pictures import make_note
from tests.gui.patience import settle, turn, until
from ui.background import Background
from ui.reader.reader_view import ReaderView
from ui.reader.side_panel import Part
from ui.shell.shell import Shell


def write(session: Session, sitting_id: str) -> Changes:
    """Write a private note, one with two texts, a shared one; let one arrive. Store lane."""
    document = session.reading.sitting(sitting_id).items[1].documents[0]
    if session.notes.for_document(document.document_id):
        return Changes(everything=True)
    people = colleagues.officials(9)
    colleagues.sit(session, people)
    private, twice, shared = (
        make_note(session, document, (NoteKind.NOTE, text, ""))
        for text in (
            "Relire le tableau des emprunts.",
            "Voter contre si le taux dépasse 3 %.",
            "Demander ensemble le report de l’article 4.",
        )
    )
    for note in (private, twice, shared):
        session.notes.save(note)
    session.sharing.share(shared.note_id, group_id=colleagues.GROUP.group_id)
    record = notes.standing(session.context.store.connection, twice.note_id).record
    assert record is not None
    elsewhere = editing.edited(
        editing.begin(twice, Stamp(1, 0, "the former tablet")),
        twice,
        replace(twice, text="Voter pour avec réserve."),
        Stamp(newest(record).ms - 60_000, 0, "the former tablet"),
    )
    colleagues.tell(
        session, SealedNote(twice.note_id, (colleagues.sealed_to_me(session, elsewhere),))
    )
    colleagues.share_with_me(
        session, people[0], replace(private, text="Je propose un amendement.", note_id=ids.new_id())
    )
    return Changes(everything=True)


def take(folder: Path, name: str, shell: Shell, background: Background, sittings: Sittings) -> None:
    """Take them all in one variant."""
    session = shell._session

    def keep(what: str, widget: QWidget) -> None:
        settle(background)
        turn(60)
        folder.mkdir(parents=True, exist_ok=True)
        widget.window().grab().save(str(folder / f"{what}.{name}.png"))

    sitting_id = sittings.council.sitting_id
    session.announcer.announce(background.in_store(lambda: write(session, sitting_id)))
    shell.navigator.notes()
    keep("sharing-room", shell)
    view = background.in_store(lambda: session.reading.sitting(sitting_id))
    shell.navigator.document(view.items[1].documents[0].document_id)
    settle(background)
    reader = shell.stack.front
    assert isinstance(reader, ReaderView)
    until(lambda: bool(reader.parts.view.boxes), "the pages")
    reader.parts.open_panel(Part.NOTES)
    keep("sharing-panel", shell)
    known = reader.parts.notebook.all()
    picks = {
        "theirs": next(each for each in known if not reader.parts.notebook.is_mine(each)),
        "twice": next(each for each in known if each.others),
        "mine": next(each for each in known if each.sharing),
    }
    for what, note in picks.items():
        reader.parts.desk.edit(note)
        editor = reader.parts.desk.editor
        assert editor is not None
        keep(f"sharing-editor-{what}", editor)
        editor.reject()
        settle(background)
    reader.parts.desk.sharing.ask(picks["mine"])
    settle(background)
    dialog = reader.parts.desk.sharing.dialog
    assert dialog is not None
    keep("sharing-choice", dialog)
    dialog._go.click()
    asked = QApplication.activeModalWidget()
    assert asked is not None
    keep("sharing-question", asked)
    asked.close()
    dialog.reject()
    settle(background)
