"""Whose session it is, and what this person may do anywhere. Refreshed after each exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from boardpack.domain.people import Role
from boardpack.services.changes import Changes
from boardpack.services.context import Context
from boardpack.store import access, deliberations, people
from boardpack.workflow.abilities import BY_ROLE
from boardpack.workflow.transitions import Verb

_PRESIDES: Final = frozenset({Role.PRESIDENT, Role.VICE_PRESIDENT})


@dataclass(frozen=True)
class Me:
    """This person, as of the last exchange.

    Attributes:
        roles: assembly → roles, in the server's own word.
        abilities: what may be done somewhere; each object tells what may be done with it.
        signs: presides somewhere, or stands in some circuit: the signature entry is shown.
        prepares: is in some secretariat: the secretariat entry is shown.
    """

    official_id: str
    name: str
    authority_names: tuple[str, ...]
    roles: Mapping[str, frozenset[Role]]
    abilities: frozenset[Verb]
    signs: bool
    prepares: bool


class Identity:
    """Knows who the person is; `me` may be read on any thread."""

    def __init__(self, context: Context, name: str, authority_names: tuple[str, ...]) -> None:
        """Begin with what enrolment told; store lane."""
        self._context = context
        self._name = name
        self._authority_names = authority_names
        self.me = self._read()

    def refresh(self, changes: Changes) -> None:
        """Read again what `changes` may have touched; store lane."""
        if changes.people or changes.deliberations or changes.everything:
            self.me = self._read()

    def _read(self) -> Me:
        connection = self._context.store.connection
        official_id = self._context.official_id
        official = people.officials(connection).get(official_id)
        roles = access.granted(connection)
        held = frozenset[Role]().union(*roles.values())
        in_circuit = any(
            step.official_id == official_id
            for each in deliberations.projected(connection)
            for step in each.deliberation.steps
        )
        return Me(
            official_id=official_id,
            name=official.name if official else self._name,
            authority_names=self._authority_names,
            roles=roles,
            abilities=frozenset[Verb]().union(*(BY_ROLE[role] for role in held)),
            signs=in_circuit or bool(held & _PRESIDES),
            prepares=Role.SECRETARY_OFFICE in held,
        )
