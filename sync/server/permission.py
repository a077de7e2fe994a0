"""What an action asks of whoever acts; each action module declares one as `PERMISSION`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from boardpack.domain.people import Role
from sync.protocol.errors import NoAccessError, RoleNeededError
from sync.server.access import Person


class Permission(StrEnum):
    """Who may do it."""

    OPERATOR = "operator"  # IT, in the console or on the server's command line
    OFFICE = "office"  # the secretariat of the assembly in question
    READER = "reader"  # whoever has a mandate in the assembly in question
    UPLOADER = "uploader"  # the secretariat of some assembly, or a signatory of something
    SIGNATORY = "signatory"  # a signatory of the deliberation in question
    SELF = "self"  # any person, on what is their own
    CODE = "code"  # whoever holds an enrolment code


@dataclass(frozen=True)
class Operator:
    """A superuser of the console, or whoever may run commands as the server's account."""

    name: str

    @property
    def label(self) -> str:
        """How the audit names the operator."""
        return self.name


Acting: TypeAlias = Person | Operator


def require_operator(actor: Acting) -> Operator:
    """Let an operator pass.

    Raises:
        RoleNeededError: anybody else.
    """
    if not isinstance(actor, Operator):
        raise RoleNeededError(role=Permission.OPERATOR.value)
    return actor


def require_role(person: Person, permission: Permission, assembly_id: str) -> None:
    """Let a person pass whose roles in the assembly give `permission` (OFFICE or READER).

    Raises:
        NoAccessError: the person has nothing to do with that assembly.
        RoleNeededError: they do, in another role.
    """
    roles = person.roles.get(assembly_id, frozenset())
    if not roles:
        raise NoAccessError
    if permission is Permission.OFFICE and Role.SECRETARY_OFFICE not in roles:
        raise RoleNeededError(role=Role.SECRETARY_OFFICE.value)
