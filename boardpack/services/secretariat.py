"""Which assemblies a person prepares sittings of, and who sits in them. Store lane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from boardpack.annotation.text import fold
from boardpack.domain.people import Assembly, Role
from boardpack.services.context import Context
from boardpack.services.draft_models import PersonRow
from boardpack.services.errors import AssemblyUnknownError, NoSecretariatError, NotAllowedError
from boardpack.services.library import Library
from boardpack.services.read_models import AssemblyBadge
from boardpack.store import people
from boardpack.workflow.abilities import dossier_abilities
from boardpack.workflow.transitions import DossierState, Verb

_ORDER: Final = (Role.PRESIDENT, Role.VICE_PRESIDENT, Role.MEMBER)


def my_assemblies(library: Library) -> dict[str, Assembly]:
    """Return the assemblies whose secretariat the person is in today."""
    return {
        assembly_id: assembly
        for assembly_id, assembly in library.assemblies.items()
        if Role.SECRETARY_OFFICE in library.roles.get(assembly_id, ())
    }


def assembly_rows(library: Library) -> tuple[AssemblyBadge, ...]:
    """Return those assemblies as shown, by authority, then name."""
    badges = (library.badge(assembly_id) for assembly_id in my_assemblies(library))
    return tuple(sorted(badges, key=lambda each: (each.authority_name, each.name)))


def assembly_called(mine: Mapping[str, Assembly], name: str) -> Assembly | None:
    """Return the assembly of that identifier, key, short name or name; the only one if unnamed.

    Raises:
        NoSecretariatError: there is none at all.
        AssemblyUnknownError: none of that name, or several.
    """
    if not mine:
        raise NoSecretariatError
    if not name:
        return next(iter(mine.values())) if len(mine) == 1 else None
    if name in mine:
        return mine[name]
    wanted = fold(name.strip())
    for names in (_key, _short_name, _long_name):
        found = [each for each in mine.values() if fold(names(each)) == wanted]
        if len(found) == 1:
            return found[0]
    known = ", ".join(sorted(each.short_name or each.name for each in mine.values()))
    raise AssemblyUnknownError(name=name, known=known)


def _key(assembly: Assembly) -> str:
    return assembly.key


def _short_name(assembly: Assembly) -> str:
    return assembly.short_name


def _long_name(assembly: Assembly) -> str:
    return assembly.name


def require(
    library: Library, assembly_id: str, verb: Verb, state: DossierState = DossierState.SENT
) -> None:
    """Go on only if the person may do `verb` with a dossier of that assembly in `state`.

    Raises:
        NotAllowedError: the role does not allow it.
    """
    if verb not in dossier_abilities(library.roles.get(assembly_id, ()), state):
        raise NotAllowedError(verb=verb.value)


def person_rows(context: Context, assembly_id: str) -> tuple[PersonRow, ...]:
    """Return the members of an assembly today: who presides first, then by name."""
    connection = context.store.connection
    library = Library(context)
    today = library.local(library.now, assembly_id).date()
    officials = people.officials(connection)
    groups = people.groups(connection, assembly_id)
    found: dict[str, tuple[int, str, PersonRow]] = {}
    for mandate in people.mandates(connection, assembly_id):
        official = officials.get(mandate.official_id)
        if official is None or not mandate.runs(today) or mandate.role not in _ORDER:
            continue
        group = groups.get(mandate.group_id or "")
        row = PersonRow(
            official_id=official.official_id,
            name=official.name,
            title=official.title,
            role=mandate.role,
            group=group.short_name if group else "",
        )
        rank = (
            _ORDER.index(mandate.role),
            f"{official.last_name} {official.first_name}".casefold(),
        )
        before = found.get(official.official_id)
        if before is None or rank < before[:2]:
            found[official.official_id] = (*rank, row)
    return tuple(row for *_rank, row in sorted(found.values(), key=lambda each: each[:2]))
