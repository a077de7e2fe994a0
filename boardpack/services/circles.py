"""With whom a note can be shared: who sits in an assembly today, as far as this device knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from boardpack.annotation.note import Sharing
from boardpack.annotation.text import fold
from boardpack.domain.people import Mandate, Official, Role
from boardpack.services.library import Library
from boardpack.services.own_keys import is_recipient
from boardpack.store import elapsed, people
from boardpack.store.connection import Connection


@dataclass(frozen=True)
class ReaderChoice:
    """One person who sits in the assembly. `reachable`: they have a device to read it on."""

    official_id: str
    name: str
    title: str
    group: str
    reachable: bool

    def matches(self, text: str) -> bool:
        """Whether a search for `text` finds this person, accents and case aside."""
        return fold(text.strip()) in fold(f"{self.name} {self.title} {self.group}")


@dataclass(frozen=True)
class GroupChoice:
    """The person's own political group, with its other members."""

    group_id: str
    name: str
    members: tuple[ReaderChoice, ...]


@dataclass(frozen=True)
class Circle:
    """Everybody with whom a note can be shared, by name."""

    assembly_id: str
    assembly_name: str
    group: GroupChoice | None
    people: tuple[ReaderChoice, ...]


class Circles:
    """One look at who sits where. Store lane."""

    def __init__(self, connection: Connection, library: Library) -> None:
        """Look at the people known to `library`."""
        self._connection = connection
        self._library = library
        self._sitting = cache(self._read_sitting)

    def circle(self, assembly_id: str) -> Circle:
        """Return the people of an assembly, without the person and without its secretariat."""
        groups = people.groups(self._connection, assembly_id)
        own = self._own_group(assembly_id)
        choices = tuple(
            self._choice(official, groups[each.group_id].name if each.group_id in groups else "")
            for official, each in self._others(assembly_id)
        )
        group = None
        if own in groups:
            members = self._members(assembly_id, own)
            inside = tuple(each for each in choices if each.official_id in members)
            group = GroupChoice(own, groups[own].name, inside) if inside else None
        name = self._library.badge(assembly_id).name
        return Circle(assembly_id, name, group, choices)

    def readers(self, sharing: Sharing) -> tuple[Official, ...]:
        """Return those who are to read a note shared so: people of today who have a device."""
        if sharing.group_id:
            own = self._own_group(sharing.assembly_id) == sharing.group_id
            wanted = self._members(sharing.assembly_id, sharing.group_id) if own else frozenset()
        else:
            wanted = frozenset(sharing.official_ids)
        found = (official for official, _mandate in self._others(sharing.assembly_id))
        return tuple(
            each for each in found if each.official_id in wanted and is_recipient(each.recipient)
        )

    def _others(self, assembly_id: str) -> list[tuple[Official, Mandate]]:
        """Return who sits there beside the person, each once, by name."""
        me, officials = self._library.official_id, self._library.officials
        held = {each.official_id: each for each in self._sitting(assembly_id)}
        found = [(officials[name], held[name]) for name in held if name in officials]
        others = [each for each in found if each[0].official_id != me]
        return sorted(others, key=lambda each: (each[0].last_name, each[0].first_name))

    def _read_sitting(self, assembly_id: str) -> tuple[Mandate, ...]:
        # The server judges by its own day: a clock that is years off must not lose readers.
        day = self._library.local(elapsed.present(self._connection), assembly_id).date()
        return tuple(
            each
            for each in people.mandates(self._connection, assembly_id)
            if each.runs(day) and each.role is not Role.SECRETARY_OFFICE
        )

    def _members(self, assembly_id: str, group_id: str) -> frozenset[str]:
        return frozenset(
            each.official_id for each in self._sitting(assembly_id) if each.group_id == group_id
        )

    def _own_group(self, assembly_id: str) -> str:
        me = self._library.official_id
        mine = (each for each in self._sitting(assembly_id) if each.official_id == me)
        return next((each.group_id for each in mine if each.group_id), "")

    def _choice(self, official: Official, group: str) -> ReaderChoice:
        return ReaderChoice(
            official_id=official.official_id,
            name=official.name,
            title=official.title,
            group=group,
            reachable=is_recipient(official.recipient),
        )
