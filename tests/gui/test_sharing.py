"""Sharing a note: chosen and confirmed by name; others’ notes are read, hidden, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from boardpack.annotation.note import Anchor, Box, Note, NoteKind, OtherText, Quad
from boardpack.domain import clock, ids
from boardpack.domain.changes import Changes
from boardpack.domain.people import Official
from boardpack.services.circles import Circle
from boardpack.store import outbox
from sync.protocol.messages import NoteSealed
from tests.gui import colleagues
from tests.gui.furnished import ME
from tests.gui.patience import until
from tests.gui.reader_desk import OpenReader, ReaderDesk, reader_desks
from tests.helpers.documents import text_pdf
from ui.reader.note_editor import NoteEditor
from ui.reader.share_dialog import ShareDialog
from ui.reader.side_panel import Part
from ui.reader.toolbox import Tool
from ui.theme import look
from ui.widgets.confirm import ConfirmDialog


@pytest.fixture
def open_reader(application: QApplication, tmp_path: Path) -> Iterator[OpenReader]:
    yield from reader_desks(tmp_path)


@pytest.fixture
def people() -> tuple[Official, ...]:
    return colleagues.officials(9)


@pytest.fixture
def desk(open_reader: OpenReader, people: tuple[Official, ...]) -> ReaderDesk:
    made = open_reader([text_pdf("Le conseil adopte le budget primitif")])
    made.open()
    announce(made, made.in_store(lambda: colleagues.sit(made.session, people)))
    return made


def announce(desk: ReaderDesk, changes: Changes) -> None:
    desk.session.announcer.announce(changes)
    desk.settle()


def written(desk: ReaderDesk, text: str = "Voter contre l’article 4") -> Note:
    document = desk.dossier.documents[0]
    now = clock.now()
    note = Note(
        note_id=ids.new_id(),
        document_id=document.document_id,
        version_sha256=document.current.sha256,
        sitting_id=desk.dossier.sitting_id,
        kind=NoteKind.NOTE,
        author_id=ME,
        created=now,
        modified=now,
        colour="yellow",
        width=0,
        anchor=Anchor(0, "", (Quad.from_box(Box(90, 600, 300, 620)),)),
        text=text,
    )
    announce(desk, desk.in_store(lambda: desk.session.notes.save(note)))
    return note


def received(desk: ReaderDesk, author: Official) -> Note:
    like = replace(written(desk), text="Je propose un amendement")
    announce(desk, desk.in_store(lambda: colleagues.share_with_me(desk.session, author, like)))
    notebook = desk.reading.parts.notebook
    until(lambda: len(notebook.all()) == 2, "their note")
    return next(each for each in notebook.all() if each.author_id != ME)


def open_share(desk: ReaderDesk, note: Note) -> ShareDialog:
    desk.reading.parts.desk.edit(note)
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    editor._share.click()
    desk.settle()
    dialog = desk.reading.parts.desk.sharing.dialog
    assert dialog is not None
    return dialog


def confirm(dialog: ShareDialog) -> ConfirmDialog:
    dialog._go.click()
    found = QApplication.activeModalWidget()
    assert isinstance(found, ConfirmDialog)
    return found


def sent(desk: ReaderDesk) -> NoteSealed:
    rows = desk.in_store(lambda: outbox.waiting(desk.session.context.store.connection))
    event = rows[-1].event
    assert isinstance(event, NoteSealed)
    return event


def texts(widget: object) -> str:
    from PySide6.QtWidgets import QLabel, QWidget

    assert isinstance(widget, QWidget)
    return " ".join(each.text() for each in widget.findChildren(QLabel))


def test_a_note_is_shared_only_after_its_readers_were_named(
    desk: ReaderDesk, people: tuple[Official, ...]
) -> None:
    note = written(desk)
    dialog = open_share(desk, note)
    assert not dialog._go.isEnabled(), "nobody is chosen"
    dialog.choose(people[0].official_id)
    dialog.choose(people[2].official_id)
    ask = confirm(dialog)
    assert "Anne-Sophie Delacroix-Montgolfier, Éloïse Le Goff" in texts(ask)
    assert sent(desk).readers is None, "nothing yet"
    ask.no.click()
    desk.settle()
    assert sent(desk).readers is None
    confirm(dialog).yes.click()
    desk.settle()
    readers = sent(desk).readers
    assert readers is not None
    assert set(readers.official_ids) == {people[0].official_id, people[2].official_id}
    (mine,) = desk.notes()
    desk.reading.parts.desk.edit(mine)
    editor = desk.reading.parts.desk.editor
    assert editor is not None
    assert "Éloïse Le Goff" in editor._people.text()
    editor.reject()


def test_the_group_and_single_people_exclude_each_other(
    desk: ReaderDesk, people: tuple[Official, ...]
) -> None:
    dialog = open_share(desk, written(desk))
    dialog.choose(people[2].official_id)
    dialog.choose_group()
    assert dialog.chosen.official_ids == ()
    assert dialog.chosen.group_id == colleagues.GROUP.group_id
    assert set(dialog.chosen.names) == {"Éloïse Le Goff", "Karim Benali", "Luc Moreau"}
    dialog.choose(people[0].official_id)
    assert (dialog.chosen.group_id, dialog.chosen.names) == ("", ("Éloïse Le Goff",))
    dialog.choose_group()
    confirm(dialog).yes.click()
    desk.settle()
    readers = sent(desk).readers
    assert readers is not None
    assert readers.group_id == colleagues.GROUP.group_id


def test_who_has_no_device_cannot_be_chosen_and_a_member_is_searched(
    desk: ReaderDesk, people: tuple[Official, ...]
) -> None:
    dialog = open_share(desk, written(desk))
    away = dialog._people[people[-1].official_id][1]
    assert not away.isEnabled()
    dialog._field.setText("delacroix")
    shown = [each.official_id for each, made in dialog._people.values() if made.isVisible()]
    assert shown == [people[2].official_id]
    heights = [each.height() for each in dialog.findChildren(QPushButton) if each.isVisible()]
    assert min(heights) >= look().metrics.touch
    dialog.reject()


def test_sharing_ends_by_one_button(desk: ReaderDesk, people: tuple[Official, ...]) -> None:
    note = written(desk)
    dialog = open_share(desk, note)
    dialog.choose(people[0].official_id)
    confirm(dialog).yes.click()
    desk.settle()
    (mine,) = desk.notes()
    dialog = open_share(desk, mine)
    assert dialog.chosen.official_ids == (people[0].official_id,)
    dialog._stop()
    desk.settle()
    readers = sent(desk).readers
    assert readers is not None
    assert (readers.official_ids, readers.assembly_id) == ((), "")
    (mine,) = desk.notes()
    assert mine.sharing is None


def test_a_colleagues_note_bears_their_name_and_can_only_be_hidden(
    desk: ReaderDesk, people: tuple[Official, ...]
) -> None:
    note = received(desk, people[0])
    parts = desk.reading.parts
    parts.open_panel(Part.NOTES)
    panel = parts.side.notes
    row = next(each for each in panel.list.rows if each.key == note.note_id)
    assert "Éloïse Le Goff" in row.chips[0].text
    parts.desk.edit(note)
    editor = parts.desk.editor
    assert editor is not None
    assert "Éloïse Le Goff" in editor._people.text()
    assert editor.text.isReadOnly()
    assert not any(each.isVisible() for each in (editor._save, editor._remove, editor._share))
    editor._hide.click()
    desk.settle()
    assert all(each.author_id == ME for each in desk.notes())


def test_the_eraser_leaves_a_colleagues_mark(
    desk: ReaderDesk, people: tuple[Official, ...]
) -> None:
    mine = written(desk, "")
    place = Anchor(0, "", (Quad.from_box(Box(70, 740, 200, 780)),))
    like = replace(mine, kind=NoteKind.HIGHLIGHT, anchor=place)
    announce(desk, desk.in_store(lambda: colleagues.share_with_me(desk.session, people[0], like)))
    desk.reading.deeds.choose(Tool.ERASER)
    view = desk.reading.parts.view.viewport()
    for x in (80, 120):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=desk.place(0, x, 80).toPoint())
    desk.settle()
    assert {each.author_id for each in desk.notes()} == {ME, people[0].official_id}


def test_both_texts_stand_in_the_editor_until_the_person_decides(desk: ReaderDesk) -> None:
    note = replace(written(desk), others=(OtherText("l’autre texte", "Tablette", clock.now()),))
    editor = NoteEditor(note, desk.reading, new=False)
    wanted: list[Note] = []
    editor.saved.connect(wanted.append)
    assert "l’autre texte" in editor.text.toPlainText()
    assert "Tablette" in editor.text.toPlainText()
    editor.text.setPlainText("les deux, réunis")
    editor._save.click()
    assert (wanted[0].text, wanted[0].others) == ("les deux, réunis", ())


def test_a_circle_without_anybody_says_so(desk: ReaderDesk) -> None:
    dialog = ShareDialog(written(desk), Circle("conseil", "Conseil", None, ()), desk.reading)
    dialog.open()
    assert dialog._nobody.isVisible()
    assert not dialog._go.isEnabled()
    dialog.reject()
