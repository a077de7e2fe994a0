"""Everything that people, networks and clocks do, in any order; at rest the model must hold."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from boardpack.annotation.note import Note
from boardpack.domain import clock
from boardpack.domain.dossier import Document, Dossier
from boardpack.domain.errors import ActionableError, BugError, SurroundingsError, error_classes
from boardpack.domain.people import Role
from boardpack.store import dossiers
from sync.server.actions.do_remove_mandate import do_remove_mandate
from sync.server.actions.do_renew_epoch import do_renew_epoch
from sync.server.actions.do_revoke_device import Revocation
from sync.server.models import Mandate
from tests.helpers import world as worlds
from tests.helpers.backup import Backup
from tests.helpers.devices import revised
from tests.helpers.world import IT
from tests.model import killing, parts
from tests.model.expected import Expected, ExpectedNote, NoteAct, Publication
from tests.model.holding import Holding
from tests.model.parts import Tablet, Town

T = TypeVar("T")
AUTHORS = ("mayor's old", "mayor's new", "deputy", "councillor")
SENDERS = ("agent", "clerk")
COLOURS = ("yellow", "pink", "blue", "green")
ANY = st.integers(0, 2**16)
WRONG = st.sampled_from([0, 1, -1, 40, -40, 400, -400, 3653, -3653]).map(timedelta)
FAULTS = st.tuples(
    st.sampled_from(
        (
            *("lost answer", "truncated", "busy", "timeout", "offline", "gateway", "captive"),
            *("garbage", "replay", "norange", "flipped", "short"),
        )
    ),
    st.integers(0, 6),
    st.sampled_from((1, 1, 2, 60)),
    st.integers(0, 3000),
)
#: Steps after which all devices may rest: a rest costs as much as ten other steps.
BUSY = 15
#: Over TLS no byte of a message changes unseen; files are checked by their digest besides.
_FILES_ONLY = {"norange", "flipped", "short"}


class Machine(RuleBasedStateMachine):
    """One example: a town, and what must be true of it."""

    beginning: ClassVar[parts.Beginning]
    #: Rules that did something, over all examples.
    steps: ClassVar[int] = 0
    rests: ClassVar[int] = 0

    town: Town
    expected: Expected

    @initialize()
    def begin(self) -> None:
        """Begin with everybody enrolled and a dossier in each assembly."""
        self.town = parts.begin(self.beginning)
        self.expected = parts.known(self.beginning)
        self.editors: dict[str, Note] = {}
        self.holds = True
        self.backup: Backup | None = None
        #: Steps since all devices rested.
        self.busy = 0

    # Choosing

    def tablet(self, names: tuple[str, ...], number: int) -> Tablet:
        """Return one of these devices."""
        return self.town.tablets[names[number % len(names)]]

    def dossier(self, tablet: Tablet, number: int) -> Dossier | None:
        """Return one of the dossiers that a device shows."""
        shown = dossiers.projected(tablet.device.connection)
        found = sorted(shown.values(), key=lambda each: each.dossier.sitting_id)
        return found[number % len(found)].dossier if found else None

    def note(self, tablet: Tablet, number: int) -> Note | None:
        """Return one of the notes of a person that their device shows."""
        found = self.own(tablet)
        return found[number % len(found)] if found else None

    def own(self, tablet: Tablet) -> list[Note]:
        """Return all of them."""
        service = tablet.device.session.notes
        documents = {
            each.document_id: None
            for each in self.expected.notes.values()
            if each.author == tablet.person
        }
        me = tablet.device.official.id
        return [
            note
            for document_id in documents
            for note in service.for_document(document_id)
            if note.author_id == me
        ]

    # Promising

    def act(self, tablet: Tablet, what: Callable[[], object], kill: str = "") -> tuple[str, ...]:
        """Let a person do something; return the events that this promised.

        With `kill` the program dies at that instant of the write; what is then there was promised.
        """
        before = tablet.events()
        if kill:
            self.town.fuse.light(tablet.device.folder, kill, 0)
        with self.town.at(tablet):
            try:
                lived = killing.survives(what)
            except (ActionableError, SurroundingsError):
                # Refused by name: it must not have happened.
                self.town.fuse.put_out()
                unchanged = tablet.events()
                assert unchanged == before
                return ()
        image = self.town.fuse.put_out()
        if not lived:
            self.town.restart(tablet, image)
        after = tablet.events()
        made = tuple(sorted(after.keys() - before.keys()))
        if not lived:
            assert bool(made) == (kill != "before the log"), (kill, made)
        self.expected.acts |= {each: (tablet.name, after[each]) for each in made}
        self.did()
        return made

    def did(self) -> None:
        """Count a step."""
        type(self).steps += 1
        self.busy += 1

    # What secretariats do

    @rule(who=ANY, bureau=st.booleans())
    def publish(self, who: int, *, bureau: bool) -> None:
        """Send a dossier."""
        assembly = "bureau" if bureau else "council"
        tablet = self.tablet(("agent",) if bureau else SENDERS, who)
        content = parts.paper()
        made = worlds.dossier(
            getattr(self.town.world, assembly), worlds.document(worlds.version(content))
        )
        self.send(tablet, assembly, made, content)

    @rule(who=ANY, which=ANY, more=st.booleans())
    def correct(self, who: int, which: int, *, more: bool) -> None:
        """Send the next revision of a dossier: a document replaced, or one more."""
        tablet = self.tablet(SENDERS, who)
        before = self.dossier(tablet, which)
        if before is None:
            return
        content = parts.paper()
        made = revised(before, lambda each: _corrected(each, content, more=more))
        of = {self.town.world.bureau.id: "bureau", self.town.world.council.id: "council"}
        self.send(tablet, of[before.assembly_id], made, content)

    def send(self, tablet: Tablet, assembly: str, made: Dossier, content: bytes) -> None:
        """Publish, and expect it."""
        for event_id in self.act(tablet, lambda: tablet.device.publish(made, content)):
            found = Publication(event_id, tablet.name, assembly, made)
            self.expected.publications.append(found)

    # What officials do

    @rule(who=ANY, which=ANY, kill=st.sampled_from(("", "", "", *killing.INSTANTS)))
    def write(self, who: int, which: int, kill: str) -> None:
        """Write a note; perhaps the program dies of it."""
        tablet = self.tablet(AUTHORS, who)
        sitting = self.dossier(tablet, which)
        if sitting is None:
            return
        text, note_id = word(), worlds.ids.new_id()
        device = tablet.device
        for event_id in self.act(tablet, lambda: device.write_note(sitting, text, note_id), kill):
            made = ExpectedNote(note_id, tablet.person, sitting.documents[0].document_id)
            made.acts[event_id] = NoteAct(text)
            self.expected.notes[note_id] = made

    @rule(who=ANY, which=ANY, keep=st.booleans())
    def edit(self, who: int, which: int, *, keep: bool) -> None:
        """Replace the text of a note; its other texts, if a conflict left some, are kept or not."""
        tablet = self.tablet(AUTHORS, who)
        seen = self.note(tablet, which)
        if seen is None:
            self.write(who, which, "")
        else:
            self.save(tablet, seen, keep=keep)

    @rule(who=ANY, which=ANY)
    def open_editor(self, who: int, which: int) -> None:
        """Begin to edit a note; time passes before it is saved."""
        tablet = self.tablet(AUTHORS, who)
        seen = self.note(tablet, which)
        if seen is not None and tablet.name not in self.editors:
            self.editors[tablet.name] = seen
            self.did()

    @rule(who=ANY, keep=st.booleans())
    def save_editor(self, who: int, *, keep: bool) -> None:
        """Save what was begun, whatever arrived meanwhile."""
        tablet = self.tablet(AUTHORS, who)
        seen = self.editors.pop(tablet.name, None)
        if seen is not None:
            self.save(tablet, seen, keep=keep)

    def save(self, tablet: Tablet, seen: Note, *, keep: bool) -> None:
        """Save another text over the one that was seen."""
        text = word()
        wanted = replace(seen, text=text, modified=clock.now())
        gone = {seen.text}
        if not keep:
            wanted = replace(wanted, others=())
            gone |= {each.text for each in seen.others}
        shown = {each.note_id for each in self.own(tablet)}
        service = tablet.device.session.notes
        for event_id in self.act(tablet, lambda: service.save(wanted, seen)):
            note = self.expected.notes[seen.note_id]
            note.acts[event_id] = NoteAct(text, over=frozenset(gone))
            if seen.note_id not in shown:
                # It was removed meanwhile, and comes back whole.
                note.colours[tablet.name] = wanted.colour

    @rule(who=ANY, which=ANY, colour=st.sampled_from(COLOURS))
    def paint(self, who: int, which: int, colour: str) -> None:
        """Change the colour of a note."""
        tablet = self.tablet(AUTHORS, who)
        seen = self.note(tablet, which)
        if seen is None:
            self.write(who, which, "")
            return
        if seen.colour == colour:
            return
        wanted = replace(seen, colour=colour, modified=clock.now())
        service = tablet.device.session.notes
        if self.act(tablet, lambda: service.save(wanted, seen)):
            self.expected.notes[seen.note_id].colours[tablet.name] = colour

    @rule(who=ANY, which=ANY)
    def erase(self, who: int, which: int) -> None:
        """Remove a note."""
        tablet = self.tablet(AUTHORS, who)
        seen = self.note(tablet, which)
        if seen is None:
            return
        service = tablet.device.session.notes
        for event_id in self.act(tablet, lambda: service.remove(seen.note_id)):
            note = self.expected.notes[seen.note_id]
            texts = frozenset({seen.text, *(each.text for each in seen.others)})
            note.acts[event_id] = NoteAct(buried=texts)
            note.removed.add(tablet.name)
            note.colours.pop(tablet.name, None)

    @rule(who=ANY, which=ANY, page=st.integers(0, 300))
    def read(self, who: int, which: int, page: int) -> None:
        """Read a document up to a page, and close it."""
        tablet = self.tablet(AUTHORS, who)
        sitting = self.dossier(tablet, which)
        if sitting is None:
            return
        document = sitting.documents[which % len(sitting.documents)]
        self.act(tablet, lambda: _read(tablet, document, page))
        places = self.expected.places.setdefault((tablet.person, document.document_id), {})
        places[tablet.name] = page

    @rule(who=ANY, which=ANY)
    def acknowledge(self, who: int, which: int) -> None:
        """Acknowledge a convocation."""
        tablet = self.tablet(AUTHORS, who)
        sitting = self.dossier(tablet, which)
        if sitting is None:
            return
        reading = tablet.device.session.reading
        self.act(tablet, lambda: reading.acknowledge(sitting.sitting_id))

    # What IT does

    @rule(who=st.sampled_from(("deputy", "councillor")), bureau=st.booleans())
    def mandate(self, who: str, *, bureau: bool) -> None:
        """Give somebody a mandate, or take it as if it had never been."""
        assembly = "bureau" if bureau else "council"
        self.backup = None
        row = getattr(self.town.world, assembly)
        official = self.town.official(who)
        readers = self.expected.readers[assembly]
        if who in readers:
            do_remove_mandate(IT, Mandate.objects.get(official=official, assembly=row))
            readers.discard(who)
            self.expected.leave(who, assembly)
        else:
            worlds.mandate(official, row, Role.MEMBER)
            readers.add(who)
        self.did()

    @rule(who=st.sampled_from(parts.REPLACED), order=st.sampled_from((None, *parts.ORDERS)))
    def replace(self, who: str, order: Revocation | None) -> None:
        """Give somebody another device, and their recovery words; the former one is replaced.

        With an order IT revokes it before that: lost, stolen, or to hand in what it has.
        """
        self.backup = None
        self.town.replace(who, order, self.expected)
        self.editors.pop(who, None)
        self.did()

    @precondition(lambda self: self.backup is None and self.busy >= 5)
    @rule()
    def back_up(self) -> None:
        """Take a backup of the server's database."""
        self.backup = Backup.take()
        self.did()

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        """Restore the backup, and say so: devices send again what the server lost.

        What IT did since is on no device; a backup ends with what it does.
        """
        assert self.backup is not None
        self.backup.restore()
        self.backup = None
        do_renew_epoch(IT)
        self.expected.restored = True
        self.did()

    # What devices, networks and clocks do

    @rule(who=ANY)
    def exchange(self, who: int) -> None:
        """Exchange over a good line."""
        report = self.town.exchange(self.any(who))
        assert not report.code, report
        self.did()

    @rule(who=ANY, fault=FAULTS)
    def exchange_badly(self, who: int, fault: tuple[str, int, int, int]) -> None:
        """Exchange over a line on which something happens."""
        what, skip, times, value = fault
        path = "/api/v1/blobs" if what in _FILES_ONLY else "/"
        self.town.server.fault(what, path=path, skip=skip, times=times, value=value)
        report = self.town.exchange(self.any(who))
        self.town.server.heal()
        assert not report.code or not issubclass(error_classes()[report.code], BugError), report
        self.did()

    @rule(who=ANY, instant=st.sampled_from(killing.INSTANTS), after=st.integers(0, 5))
    def die_exchanging(self, who: int, instant: str, after: int) -> None:
        """Exchange, and be killed in the middle of a write."""
        tablet = self.any(who)
        self.town.fuse.light(tablet.device.folder, instant, after)
        lived = killing.survives(lambda: self.town.exchange(tablet))
        image = self.town.fuse.put_out()
        if not lived:
            self.town.restart(tablet, image)
        self.did()

    @rule(who=ANY)
    def restart(self, who: int) -> None:
        """Close a program and open it again."""
        tablet = self.any(who)
        self.town.restart(tablet)
        self.editors.pop(tablet.name, None)
        self.did()

    @rule(who=ANY, wrong=WRONG)
    def set_clock(self, who: int, wrong: timedelta) -> None:
        """Let a device believe that it is another day, or another year."""
        self.any(who).wrong = wrong
        self.did()

    def any(self, number: int) -> Tablet:
        """Return any device."""
        return self.tablet(tuple(self.town.tablets), number)

    @precondition(lambda self: self.busy >= BUSY)
    @rule()
    def rest(self) -> None:
        """Let everybody exchange until nobody has anything to say: the invariant."""
        self.holds = False
        if self.town.former:
            # What former devices hand in now is nowhere else.
            self.backup = None
        self.town.part(self.expected)
        self.town.rest()
        Holding(self.town, self.expected).check()
        self.holds = True
        self.did()
        self.busy = 0
        type(self).rests += 1

    def teardown(self) -> None:
        """Hold the end of the example against the model, and search it for what is private."""
        if not hasattr(self, "town"):
            return
        try:
            if self.holds:
                self.rest()
                Holding(self.town, self.expected).check_private()
        finally:
            self.town.close()


def word() -> str:
    """Return a word that nobody wrote before."""
    return f"zq{secrets.token_hex(9)}"


def _read(tablet: Tablet, document: Document, page: int) -> None:
    reading = tablet.device.session.reading
    sha256 = document.current.sha256
    reading.note_position(document.document_id, sha256, page=page, top=0.0, zoom=1.0)
    reading.leave_document(document.document_id)


def _corrected(before: Dossier, content: bytes, *, more: bool) -> Dossier:
    if more:
        added = replace(worlds.document(worlds.version(content)), position=len(before.documents))
        return replace(before, documents=(*before.documents, added))
    first, *others = before.documents
    number = first.current.number + 1
    versions = (*first.versions, worlds.version(content, number=number))
    return replace(before, documents=(replace(first, versions=versions), *others))
