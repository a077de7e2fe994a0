"""Tell an official what assemblies they gained or lost: mandates begin and end by the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from boardpack.domain.people import Role
from boardpack.domain.records import Access
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, transactions
from sync.server.access import roles_today
from sync.server.models import AccessGrant, Mandate
from sync.server.permission import Operator, Permission

PERMISSION: Final = Permission.SELF
_SERVER: Final = Operator("boardpack-server")


def do_refresh_access(official_id: str) -> None:
    """Append an `access` change to the official's feed for each assembly whose roles changed."""
    if _differences(official_id):
        transactions.run(lambda: _tell(official_id))


@dataclass(frozen=True)
class _Word:
    """What an official is told of one assembly: roles, empty when access was lost."""

    roles: str
    immediate: bool = False


def _told(official_id: str) -> dict[str, _Word]:
    rows = AccessGrant.objects.filter(official=official_id)
    return {row.assembly_id: _Word(row.roles, row.immediate) for row in rows}


def _now(official_id: str) -> dict[str, _Word]:
    held = roles_today(official_id)
    return {assembly: _Word(" ".join(sorted(roles))) for assembly, roles in held.items()}


def _differences(official_id: str) -> dict[str, _Word]:
    """Return assembly → what is to be told of it."""
    told, now = _told(official_id), _now(official_id)
    lost = {
        assembly: _Word("", immediate=_is_immediate(official_id, assembly))
        for assembly in told
        if assembly not in now
    }
    return {each: word for each, word in (lost | now).items() if told.get(each) != word}


def _is_immediate(official_id: str, assembly_id: str) -> bool:
    """Whether nothing may stay: the last mandate ended for a cause, or should never have been."""
    rows = Mandate.objects.filter(official=official_id, assembly=assembly_id)
    last = rows.order_by("-starts", "-ends").first()
    return last is None or last.immediate


def _tell(official_id: str) -> None:
    for assembly_id, word in sorted(_differences(official_id).items(), key=lambda each: each[0]):
        AccessGrant.objects.update_or_create(
            official_id=official_id,
            assembly_id=assembly_id,
            defaults={"roles": word.roles, "immediate": word.immediate},
        )
        access = Access(
            assembly_id=assembly_id,
            roles=tuple(Role(each) for each in word.roles.split()),
            granted=bool(word.roles),
            immediate=word.immediate,
        )
        feeds.append([official_feed(official_id)], access)
        audit.record(
            _SERVER,
            "refresh_access",
            official_id,
            assembly=assembly_id,
            roles=word.roles,
            immediate=int(word.immediate),
        )
