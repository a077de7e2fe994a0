"""The model: what everybody must see, in plain words and sets. It knows nothing of the program.

Every text that somebody writes is a word of its own: a word tells who wrote what, when and where.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from boardpack.domain.dossier import Dossier


@dataclass
class Publication:
    """A revision that a secretariat sent."""

    event_id: str
    sender: str
    assembly: str
    dossier: Dossier


@dataclass(frozen=True)
class NoteAct:
    """What one act did to the texts of a note: one added, others replaced or removed."""

    text: str = ""
    over: frozenset[str] = frozenset()
    buried: frozenset[str] = frozenset()


@dataclass
class ExpectedNote:
    """One note: the texts that were written, and what became of each.

    Attributes:
        author: the person.
        acts: event → what it did.
        gone: texts that were settled to be gone when all devices rested.
        colours: device → the last colour given there since all devices rested.
        colour: what all devices showed when they rested.
        removed: devices on which the note was removed since all devices rested.
        vague: something of it went with a lost device since: its colour may be any.
    """

    note_id: str
    author: str
    document_id: str
    acts: dict[str, NoteAct] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    colours: dict[str, str] = field(default_factory=dict)
    colour: str = "yellow"
    removed: set[str] = field(default_factory=set)
    vague: bool = False

    @property
    def texts(self) -> set[str]:
        """Every text that was written in it."""
        return {each.text for each in self.acts.values() if each.text}

    @property
    def may(self) -> set[str]:
        """Texts that nobody who saw them replaced."""
        return self.texts.difference(self.gone, *(each.over for each in self.acts.values()))

    @property
    def must(self) -> set[str]:
        """Those that nobody who saw them removed with the note, either."""
        buried = set[str]().union(*(each.buried for each in self.acts.values()))
        return self.may - buried

    @property
    def contested(self) -> bool:
        """Whether one device removed it while another one changed something else about it."""
        others = any(device not in self.removed for device in self.colours)
        return self.vague or (others and bool(self.removed))

    def lose(self, events: set[str]) -> None:
        """Let go what went with a device that IT had erased."""
        for event_id in events & self.acts.keys():
            del self.acts[event_id]
            self.vague = True

    def settle(self, shown: set[str], colour: str) -> None:
        """Hold what all devices show at rest against what was done; go on from there.

        Args:
            shown: the texts that are shown, none when the note is not.
            colour: its colour, of whatever is shown.
        """
        if self.must or not self.contested:
            assert bool(shown) == bool(self.must), (self, shown)
        assert self.must <= shown <= self.may, (self, shown)
        if shown:
            last = set(self.colours.values()) or {self.colour}
            assert self.vague or colour in last, (self, colour)
            self.colour = colour
        self.gone |= self.may - shown
        # What is shown although it was removed was brought back by a device that had seen less.
        self.acts = {
            event_id: replace(act, buried=act.buried - shown) for event_id, act in self.acts.items()
        }
        self.colours.clear()
        self.removed.clear()
        self.vague = False


@dataclass
class Expected:
    """Everything that was promised to somebody.

    Attributes:
        acts: event → the device that promised it, and its kind.
        lost: events that went with a device that IT gave up, or whose reason was read there.
        restored: the server was, from a backup: of a note, devices sent the last state again.
        left: who lost a mandate: their devices forgot what they had sent about its dossiers.
        readers: assembly → who may read its dossiers; `offices`: who may send them.
        places: (person, document) → device → the page last read there since all devices rested.
        kept: (person, document) → the page at which all devices rested.
    """

    acts: dict[str, tuple[str, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    restored: bool = False
    left: set[str] = field(default_factory=set)
    publications: list[Publication] = field(default_factory=list)
    notes: dict[str, ExpectedNote] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    places: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    kept: dict[tuple[str, str], int] = field(default_factory=dict)

    def accepted(self, events: Iterable[str]) -> dict[str, list[Publication]]:
        """Return sitting → its revisions that the server took, the first one first.

        Each revision is taken once, and follows the one before.
        """
        taken = set(events)
        found: dict[str, list[Publication]] = {}
        for each in self.publications:
            if each.event_id in taken:
                found.setdefault(each.dossier.sitting_id, []).append(each)
        for revisions in found.values():
            revisions.sort(key=lambda each: each.dossier.revision)
            numbers = [each.dossier.revision for each in revisions]
            assert numbers == list(range(1, len(numbers) + 1)), numbers
        return found

    def rename(self, former: str, name: str) -> None:
        """Let what a device promised be told of it under another name."""
        for event_id, (device, kind) in self.acts.items():
            if device == former:
                self.acts[event_id] = name, kind

    def lose(self, events: set[str], person: str) -> None:
        """Let go what went with a device of a person; its last places may have gone too."""
        self.lost |= events
        for note in self.notes.values():
            note.lose(events)
        for key in [key for key in {*self.places, *self.kept} if key[0] == person]:
            self.places.pop(key, None)
            self.kept.pop(key, None)

    def leave(self, person: str, assembly: str) -> None:
        """Expect nothing any more of the places in documents that went from a person's device."""
        self.left.add(person)
        gone = {
            (person, document.document_id)
            for each in self.publications
            if each.assembly == assembly
            for document in each.dossier.documents
        }
        for key in gone:
            self.places.pop(key, None)
            self.kept.pop(key, None)

    def settle_place(self, person: str, document_id: str, page: int | None) -> None:
        """Hold the page at which all devices rest against those that were read."""
        key = person, document_id
        last = set(self.places.pop(key, {}).values()) or {self.kept.get(key)}
        assert page in last, (key, page, last)
        if page is not None:
            self.kept[key] = page
