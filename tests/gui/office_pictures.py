"""Pictures of secretariat, signatures and notes: `python -m tests.gui.office_pictures FOLDER …`.

Real data: a server over loopback, the demo's dossiers, three profiles. Further words choose
variants (`wide`, `tall-200`…) and pictures (`compose`, `sign`…). `--keep FOLDER` keeps the profiles
for the next time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

from PySide6.QtWidgets import QApplication, QDialog, QScrollArea

from boardpack.annotation.note import (
    Anchor,
    Box,
    InkPoint,
    InkStroke,
    Note,
    NoteKind,
    Quad,
    Quote,
)
from boardpack.bootstrap import open_program
from boardpack.domain import clock, ids
from boardpack.services.draft_models import Corrections, DraftView
from boardpack.services.program import Program, Session
from boardpack.services.read_models import DocumentRow, SittingView
from tests.gui.patience import settle, turn
from tests.gui.pictures import VARIANTS, Variant, make_application, window_on
from tests.helpers.town import exchange
from tests.story.cast import P12_SECRET, SECRET, Cast, demo_papers
from tests.story.programs import Person
from ui.background import Background, Lane
from ui.navigation import Navigator
from ui.secretariat.compose_view import ComposeView
from ui.secretariat.place_view import PlaceView
from ui.secretariat.rows import Key
from ui.secretariat.secretariat_view import SecretariatView
from ui.shell.shell import Shell
from ui.signing_dialogs.refuse_dialog import RefuseDialog
from ui.signing_dialogs.sign_dialog import SignDialog
from ui.window import MainWindow

ROLES = ("agent", "mayor", "reader")


def enrol(cast: Cast, person: Person) -> tuple[Program, Session]:
    """Enrol a device of somebody; return it unlocked, with everything received."""
    program = open_program(person.profile)
    offer = program.enrolment.check_code(cast.code(person), cast.server.url)
    session = program.enrolment.enrol(offer, person.secret, "poste de travail")
    exchange(session)
    return program, session


WORDS = (
    (NoteKind.NOTE, "Demander le détail du lot 3 avant le vote.", ""),
    (NoteKind.HIGHLIGHT, "", "le montant total de l’opération est arrêté à 412 000 € HT"),
    (NoteKind.INK, "", ""),
    (NoteKind.NOTE, "D’accord, si la clause de revoyure reste.", "reconduction tacite"),
)
STROKE = InkStroke((InkPoint(90, 600), InkPoint(140, 620), InkPoint(200, 600)))


def make_note(session: Session, document: DocumentRow, words: tuple[NoteKind, str, str]) -> Note:
    """Return a note of the person on the first page of a document's newest version."""
    kind, text, quote = words
    now = clock.now()
    return Note(
        note_id=ids.new_id(),
        document_id=document.document_id,
        version_sha256=document.versions[0].sha256,
        sitting_id=document.sitting_id,
        kind=kind,
        author_id=session.me.official_id,
        created=now,
        modified=now,
        colour="blue" if kind is NoteKind.INK else "yellow",
        width=2 if kind is NoteKind.INK else 0,
        anchor=Anchor(
            0, "", (Quad.from_box(Box(90, 600, 300, 620)),), Quote(quote) if quote else None
        ),
        text=text,
        strokes=(STROKE,) if kind is NoteKind.INK else (),
    )


def write_notes(session: Session, view: SittingView) -> None:
    """Write some of each kind."""
    for number, item in enumerate(item for item in view.items if item.documents):
        for words in WORDS[: 1 + number % 4]:
            session.notes.save(make_note(session, item.documents[0], words))


@dataclass(frozen=True)
class Office:
    """Prepared profiles on disk."""

    folder: Path

    @property
    def cast(self) -> Cast:
        """Who plays."""
        papers = demo_papers(self.folder / "papers")
        return Cast(self.folder, papers)

    def profile(self, role: str) -> Path:
        """Return where the profile of a role is."""
        return self.folder / "kept" / role


def furnish(office: Office) -> None:
    """Send, receive, read, annotate, correct, place, sign and refuse, with a real server."""
    cast = office.cast
    with cast:
        cast.install()
        agent_program, agent = enrol(cast, cast.offices["town"])
        publishing = agent.publishing
        draft = publishing.examine(cast.papers.dossiers["town"])
        publishing.publish(draft)
        exchange(agent)
        reader_program, reader = enrol(cast, cast.reader)
        _read(reader, draft.sitting_id)
        exchange(reader)
        _correct(agent, cast)
        exchange(agent)
        exchange(reader)
        mayor_program, mayor = enrol(cast, cast.mayor)
        mayor.reading.acknowledge(draft.sitting_id)
        _place(agent, draft.sitting_id, cast)
        exchange(mayor)
        _sign_and_refuse(mayor, cast)
        exchange(mayor)
        exchange(agent)
        exchange(reader)
        publishing.examine(cast.papers.draft)
        for program in (agent_program, reader_program, mayor_program):
            program.lock()
    people = (cast.offices["town"], cast.mayor, cast.reader)
    for role, person in zip(ROLES, people, strict=True):
        shutil.copytree(person.profile, office.profile(role))


def _read(reader: Session, sitting_id: str) -> None:
    view = reader.reading.sitting(sitting_id)
    reader.reading.acknowledge(sitting_id)
    for item in view.items[:4]:
        for document in item.documents:
            reader.reading.mark_opened(document.document_id, document.versions[0].sha256)
    write_notes(reader, view)


def _correct(agent: Session, cast: Cast) -> None:
    folder = cast.papers.dossiers["town"]
    for path in cast.papers.corrected.iterdir():
        shutil.copyfile(path, folder / path.name)
    agent.publishing.publish(agent.publishing.examine(folder))


def _place(agent: Session, sitting_id: str, cast: Cast) -> None:
    publishing = agent.publishing
    row = agent.following.follow(sitting_id).row
    people = publishing.people(row.assembly.assembly_id)
    secretary = next(each for each in people if each.name == cast.secretary.name)
    acts = sorted(cast.papers.to_sign.glob("*.pdf"))
    files = publishing.examine_deliberations(sitting_id, acts[:-1])
    publishing.place(sitting_id, files, publishing.signatories(sitting_id, secretary.official_id))
    exchange(agent)


def _sign_and_refuse(mayor: Session, cast: Cast) -> None:
    first, second, *_rest = mayor.signing.inbox()
    p12 = cast.p12(cast.mayor).read_bytes()
    mayor.signing.sign(first.deliberation_id, first.sha256, p12, P12_SECRET.encode())
    reason = "Le montant voté est de 1 250 €, la délibération en porte 1 520."
    mayor.signing.refuse(second.deliberation_id, second.sha256, reason)


@dataclass
class Album:
    """Takes pictures of one window, in one variant."""

    folder: Path
    only: tuple[str, ...]
    window: MainWindow
    background: Background
    variant: Variant

    @property
    def shell(self) -> Shell:
        """The open session's part of the window."""
        assert self.window.shell is not None
        return self.window.shell

    @property
    def go(self) -> Navigator:
        """Where one goes from."""
        return self.shell.navigator

    def wanted(self, name: str) -> bool:
        """Whether this picture was asked for."""
        return not self.only or name in self.only

    def rest(self) -> None:
        """Wait until nothing is under way."""
        settle(self.background, Lane.STORE, Lane.RENDER, Lane.NETWORK)
        turn(60)

    def take(self, name: str) -> None:
        """Keep what the window shows, with the dialog over it where a person would see it."""
        if not self.wanted(name):
            return
        self.rest()
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = self.window.grab()
        dialog = QApplication.activeModalWidget()
        target = self.folder / f"{name}.{self.variant.name}.png"
        if dialog is None:
            picture.save(str(target))
        else:
            dialog.grab().save(str(target))

    def down(self, name: str) -> None:
        """Take the lower end of a page that scrolls."""
        if not self.wanted(name):
            return
        for area in self.shell.findChildren(QScrollArea):
            if area.isVisible():
                area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        self.take(name)

    def part(self) -> object:
        """The part of the secretariat that is shown."""
        front = self.shell.stack.front
        return front.part if isinstance(front, SecretariatView) else front

    def dialog(self, name: str, kind: type[QDialog], open_it: Callable[[], object]) -> None:
        """Open a dialog, take it, close it."""
        if not self.wanted(name):
            return
        open_it()
        self.rest()
        self.take(name)
        found = QApplication.activeModalWidget()
        assert isinstance(found, kind), found
        found.reject()
        self.rest()


@contextmanager
def open_album(
    office: Office, role: str, work: Path, folder: Path, only: tuple[str, ...], variant: Variant
) -> Iterator[tuple[Album, Session]]:
    """Open the window on a copy of a profile."""
    copy = work / f"{role}-{variant.name}"
    shutil.copytree(office.profile(role), copy)
    with window_on(copy, variant) as (window, background):
        program = window._program
        session = background.in_store(lambda: program.unlock(SECRET))
        background.in_store(lambda: session.preferences.set(variant.preferences))
        window._open(session)
        settle(background)
        yield Album(folder, only, window, background, variant), session


def agent_pictures(album: Album, session: Session, papers: Path) -> None:
    """The secretariat's screens."""
    ask = album.background.in_store
    album.go.secretariat()
    album.take("overview")
    draft = ask(session.publishing.drafts)[0]
    album.go.secretariat("prepare", draft.sitting_id)
    album.take("compose")
    album.down("compose-end")
    album.rest()
    view = album.part()
    assert isinstance(view, ComposeView)
    assert view.draft is not None
    _compose_dialogs(album, view, view.draft)
    sent = ask(session.following.overview)[0]
    album.go.secretariat("follow", sent.sitting_id)
    album.take("follow")
    album.down("follow-end")
    act = ask(lambda: session.following.follow(sent.sitting_id)).deliberations[1]
    album.go.secretariat("act", act.deliberation_id)
    album.take("act")
    album.go.secretariat("place", sent.sitting_id)
    album.take("place-empty")
    place = album.part()
    assert isinstance(place, PlaceView)
    place.examine([*sorted((papers / "to-sign").glob("*.pdf"))])
    album.rest()
    album.take("place")
    album.down("place-end")
    if album.wanted("compose-good") or album.wanted("send"):
        good = session.publishing.examine(papers / "conseil-municipal", as_new=True)
        later = clock.now() + timedelta(days=40)
        adjust = session.publishing.adjust
        ask(lambda: adjust(good, Corrections(starts_at=later)))
        album.go.secretariat("prepare", good.sitting_id)
        album.take("compose-good")
        view = album.part()
        assert isinstance(view, ComposeView)
        album.dialog("send", QDialog, view._ask_send)


def _compose_dialogs(album: Album, view: ComposeView, draft: DraftView) -> None:
    blocked = next((file for file in draft.sent_files if file.blocking), None)
    left = next(iter(draft.not_placed), None)
    if blocked is not None:
        album.dialog("file-blocked", QDialog, lambda: view.edit(Key("file", blocked.path)))
    if left is not None:
        album.dialog("file-left", QDialog, lambda: view.edit(Key("file", left.path)))
    album.dialog("item", QDialog, lambda: view.edit(Key("item", "1")))


def mayor_pictures(album: Album, session: Session, p12: Path) -> None:
    """The signatory's screens."""
    album.go.to_sign()
    album.take("inbox")
    rows = album.background.in_store(session.signing.inbox)
    album.go.to_sign(rows[0].deliberation_id)
    album.take("deliberation")
    album.go.to_sign(rows[-1].deliberation_id)
    album.take("deliberation-done")
    album.go.to_sign(rows[0].deliberation_id)
    album.rest()
    one = album.shell.stack.front._one
    album.dialog("refuse", RefuseDialog, one.ask_refuse)
    if not album.wanted("sign"):
        return
    one.ask_sign()
    album.take("sign")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, SignDialog)
    dialog.choose(str(p12))
    dialog.passphrase.setText("faux")
    dialog._proceed()
    album.rest()
    album.only = (*album.only, "sign-wrong", "sign-certificate") if album.only else ()
    album.take("sign-wrong")
    dialog.passphrase.setText(P12_SECRET)
    dialog._proceed()
    album.rest()
    album.take("sign-certificate")
    dialog.reject()
    album.rest()


def reader_pictures(album: Album) -> None:
    """My notes."""
    album.go.notes()
    album.take("notes")
    album.down("notes-end")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_intermixed_args()
    names = {variant.name for variant in VARIANTS}
    only = tuple(each for each in given.words if each not in names)
    variants = [each for each in VARIANTS if each.name in given.words] or list(VARIANTS)
    make_application()
    work = Path(tempfile.mkdtemp())
    office = Office(given.keep or work / "office")
    try:
        if not office.profile("reader").exists():
            furnish(office)
        for variant in variants:
            for role in ROLES:
                with open_album(office, role, work, given.folder, only, variant) as (album, desk):
                    if role == "agent":
                        agent_pictures(album, desk, office.folder / "papers")
                    elif role == "mayor":
                        mayor_pictures(album, desk, office.folder / "philippe.authier.p12")
                    else:
                        reader_pictures(album)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
