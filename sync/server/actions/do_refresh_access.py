"""Tell an official what assemblies they gained or lost: mandates begin and end by the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from boardpack.domain.people import Role
from boardpack.domain.records import Access
from sync.protocol.messages import official_feed
from sync.server import audit, feeds, transactions
from sync.server.access import roles_today
from sync.server.models import AccessGrant
from sync.server.permission import Operator, Permission

PERMISSION: Final = Permission.SELF
_SERVER: Final = Operator("boardpack-server")


def do_refresh_access(official_id: str) -> None:
    """Append an `access` change to the official's feed for each assembly whose roles changed."""
    if _differences(official_id):
        transactions.run(lambda: _tell(official_id))


def _told(official_id: str) -> dict[str, str]:
    rows = AccessGrant.objects.filter(official=official_id)
    return dict(rows.values_list("assembly_id", "roles"))


def _text(roles: Mapping[str, frozenset[Role]]) -> dict[str, str]:
    return {assembly: " ".join(sorted(held)) for assembly, held in roles.items()}


def _differences(official_id: str) -> dict[str, str]:
    """Return assembly → roles now, empty for an assembly that was lost."""
    told, now = _told(official_id), _text(roles_today(official_id))
    lost = {assembly: "" for assembly, roles in told.items() if roles and assembly not in now}
    return lost | {each: roles for each, roles in now.items() if told.get(each) != roles}


def _tell(official_id: str) -> None:
    for assembly_id, text in sorted(_differences(official_id).items()):
        AccessGrant.objects.update_or_create(
            official_id=official_id, assembly_id=assembly_id, defaults={"roles": text}
        )
        roles = tuple(Role(each) for each in text.split())
        access = Access(assembly_id=assembly_id, roles=roles, granted=bool(roles))
        feeds.append([official_feed(official_id)], access)
        audit.record(_SERVER, "refresh_access", official_id, assembly=assembly_id, roles=text)
