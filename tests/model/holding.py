"""The real parts at rest, held against the model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from boardpack.annotation.note import Note
from boardpack.annotation.record import shown
from boardpack.domain.records import Access
from boardpack.store import dossiers, notes, outbox, positions
from boardpack.store.connection import Connection
from sync.server.models import AppliedEvent, AuditLine, DossierRevision, NoteVersion, Receipt
from tests.helpers.searching import dump, found
from tests.helpers.server import State
from tests.model.expected import Expected, Publication
from tests.model.parts import Tablet, Town

#: Why a secretariat's revision may be refused: somebody else's came first.
STALE = {"workflow.stale_base"}


@dataclass
class Holding:
    """One look at everything."""

    town: Town
    expected: Expected

    def check(self) -> None:
        """Every device equals the server's view; every act counts once or stays with its reason."""
        accepted = self._acts()
        revisions = self.expected.accepted(accepted)
        self._publications(revisions)
        for tablet in self.town.tablets.values():
            self._device(tablet, revisions)
        for person in {each.person for each in self.town.tablets.values()}:
            self._person(person)
        self._proofs()

    # Acts

    def _acts(self) -> set[str]:
        """Each act was answered once; one that was refused stays on its device with its reason."""
        rows = AppliedEvent.objects.filter(event_id__in=list(self.expected.acts))
        answers = Counter(rows.values_list("event_id", flat=True))
        codes = dict(rows.values_list("event_id", "code"))
        told = {name: self._refused(each) for name, each in self.town.tablets.items()}
        for event_id, (name, kind) in self.expected.acts.items():
            if event_id in self.expected.lost:
                continue
            if self.expected.restored and not answers[event_id]:
                # Replaced by a later state of the note, or refused before the restore.
                gone = self.town.tablets[name].person in self.expected.left
                assert gone or kind == "note_sealed" or event_id in told[name], (name, kind)
                continue
            assert answers[event_id] == 1, (name, event_id, answers[event_id])
            if codes[event_id]:
                said = told[name].get(event_id)
                assert said == codes[event_id], (name, event_id, said, codes[event_id])
        return {event_id for event_id, code in codes.items() if not code}

    @staticmethod
    def _refused(tablet: Tablet) -> dict[str, str]:
        return {row.event_id: row.code for row in outbox.rejected(tablet.device.connection)}

    def _publications(self, revisions: dict[str, list[Publication]]) -> None:
        """The server has each accepted revision once, and no other."""
        rows = DossierRevision.objects.values_list("sitting_id", "revision")
        there = Counter(rows)
        wanted = {
            (sitting_id, each.dossier.revision): 1
            for sitting_id, found_here in revisions.items()
            for each in found_here
        }
        assert there == wanted
        lines = AuditLine.objects.filter(action="publish_dossier")
        told = Counter((each.subject_id, each.detail["revision"]) for each in lines)
        assert told == wanted

    def _proofs(self) -> None:
        """A receipt counts once, however often and from wherever it came."""
        rows = Receipt.objects.values_list("kind", "sitting_id", "revision")
        lines = AuditLine.objects.filter(action__startswith="receipt_")
        told = Counter(
            (each.action.removeprefix("receipt_"), each.subject_id, each.detail["revision"])
            for each in lines
        )
        assert Counter(rows) == told

    # Devices

    def _device(self, tablet: Tablet, revisions: dict[str, list[Publication]]) -> None:
        """A device has what its person may read, and all of it."""
        device = tablet.device
        assert device.waiting() == 0, tablet.name
        assert device.parts() == [], tablet.name
        there = self.town.server.state_for(device.official)
        differing = _differences(device.state(), there)
        assert not differing, (tablet.name, differing)
        mine = {
            sitting_id: each[-1].dossier
            for sitting_id, each in revisions.items()
            if tablet.person in self.expected.readers[each[-1].assembly]
        }
        seen = dossiers.projected(device.connection)
        assert seen.keys() == mine.keys(), tablet.name
        for sitting_id, wanted in mine.items():
            got = seen[sitting_id].dossier
            assert (got.revision, got.documents) == (wanted.revision, wanted.documents)
        here = device.files()
        for wanted in mine.values():
            for document in wanted.documents:
                assert document.current.sha256 in here, (tablet.name, "a file is missing")

    # People

    def _person(self, person: str) -> None:
        """All devices of a person show the same notes and places: those that they made."""
        tablets = self.town.of(person)
        first, *others = [self._shown(each) for each in tablets]
        assert all(each == first for each in others), person
        mine = {each.note_id: each for each in self.expected.notes.values()}
        assert first.keys() <= {each for each, note in mine.items() if note.author == person}
        for note in mine.values():
            if note.author == person:
                got = first.get(note.note_id)
                note.settle(_texts(got), got.colour if got else "")
        for assembly, readers in self.expected.readers.items():
            if person not in readers:
                self.expected.leave(person, assembly)
        for owner, document_id in {*self.expected.places, *self.expected.kept}:
            if owner == person:
                pages = {_page(each.device.connection, document_id) for each in tablets}
                assert len(pages) == 1, (person, document_id, pages)
                self.expected.settle_place(person, document_id, pages.pop())
        versions = NoteVersion.objects.filter(note__official=self.town.official(person))
        assert set(versions.values_list("version_id", flat=True)) <= self.expected.acts.keys()

    @staticmethod
    def _shown(tablet: Tablet) -> dict[str, Note]:
        return {each.note_id: shown(each.record) for each in notes.every(tablet.device.connection)}

    # Privacy

    def check_private(self) -> None:
        """No text is anywhere but with its author, and with those who were to read it."""
        texts = {text: note for note in self.expected.notes.values() for text in note.texts}
        server = dump()
        for text in texts:
            assert not found(text, server), "the server reads a note"
        for tablet in self.town.tablets.values():
            held = _everything(tablet.device.connection)
            for text, note in texts.items():
                if tablet.person != note.author:
                    assert not found(text, held), (tablet.name, "reads a note of", note.author)


def _texts(note: Note | None) -> set[str]:
    return {note.text, *(each.text for each in note.others)} if note else set()


def _page(connection: Connection, document_id: str) -> int | None:
    place = positions.one(connection, document_id)
    return place.page if place else None


def _everything(connection: Connection) -> bytes:
    """Return every value of every table of a device, as it is when it is unlocked."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for table in tables
        for row in connection.execute(f'SELECT * FROM "{table["name"]}"')  # noqa: S608 ours
        for value in tuple(row)
    )


def _differences(here: State, there: State) -> dict[str, object]:
    """Return what a device has otherwise than the server tells it."""
    found = {
        f"{kind} {each}": (here.get(kind, {}).get(each), there.get(kind, {}).get(each))
        for kind in here.keys() | there.keys()
        for each in here.get(kind, {}).keys() | there.get(kind, {}).keys()
    }
    return {
        name: (mine, told)
        for name, (mine, told) in found.items()
        if mine != told and not _is_kept(name.partition(" ")[0], mine, told)
    }


def _is_kept(kind: str, mine: object, told: object) -> bool:
    """Whether a device keeps this of an assembly that its person left: names, keys, why."""
    if isinstance(mine, Access) and isinstance(told, Access):
        # Why an access ended is obeyed when it arrives, and not kept.
        return (mine.roles, mine.granted) == (told.roles, told.granted)
    if kind == "position":
        # A server that was restored may lack a place; the devices have it.
        return told is None
    return told is None and kind in {"authority", "official", "assembly_key"}
