"""A secretariat's device made the signing key of its assembly: the server endorses it."""

from __future__ import annotations

from typing import Final

from boardpack.domain import clock
from boardpack.domain.trust import AssemblyKey
from boardpack.trust import keys
from boardpack.trust.errors import StaleCoversError, UnvouchedKeyError
from boardpack.workflow.transitions import StaleBaseError
from sync.protocol import codec
from sync.protocol.errors import BadEventError
from sync.protocol.messages import AssemblyKeyMade, assembly_feed
from sync.server import audit, feeds, identity, models, records
from sync.server.access import Person, access_assembly
from sync.server.actions import assembly_keys, checks
from sync.server.permission import Permission, require_role

PERMISSION: Final = Permission.OFFICE
_MEMBER: Final = 100
_STATEMENT: Final = 2000


def do_make_assembly_key(person: Person, event: AssemblyKeyMade) -> None:
    """Put the key in force; to be called in a transaction.

    The server never has the private part: it answers by its own key, which devices pinned, that
    this is the key that it was told first.

    Raises:
        RoleNeededError, NoAccessError: the sender is not that assembly's secretariat.
        StaleBaseError: a colleague's device was faster.
        UnvouchedKeyError: the key in force does not say so, and IT ordered nothing.
        StaleCoversError: it answers for other revisions than those in force.
    """
    key = event.key
    _check(key)
    require_role(person, PERMISSION, key.assembly_id)
    access_assembly(person, key.assembly_id)
    assembly_keys.lock(key.assembly_id)
    if _is_known(key):
        return
    _check_place(key)
    if key.covers != assembly_keys.in_force_dossiers(key.assembly_id):
        raise StaleCoversError
    _put_in_force(person, keys.endorse(key, identity.server_key()))


def _check(key: AssemblyKey) -> None:
    checks.identifier(key.key_id, "key_id")
    checks.identifier(key.assembly_id, "assembly_id")
    checks.count(key.number, "key.number", least=1)
    if set(key.jwk) != {"kty", "crv", "x", "y"}:
        raise BadEventError(what="key.jwk")
    for member in key.jwk.values():
        checks.text(member, "key.jwk", _MEMBER, empty=False)
    for statement in (key.proof, key.vouched):
        checks.text(statement, "key.proof", _STATEMENT)
    if not keys.is_proven(key):
        raise BadEventError(what="key.proof")


def _is_known(key: AssemblyKey) -> bool:
    """Tell whether it was put in force before: after a restore, devices offer their key again."""
    row = models.AssemblyKey.objects.filter(id=key.key_id).first()
    if row is None:
        return False
    known = records.assembly_key(row)
    if (known.jwk, known.assembly_id) != (key.jwk, key.assembly_id):
        raise BadEventError(what="key_id")
    return True


def _check_place(key: AssemblyKey) -> None:
    former = assembly_keys.in_force(key.assembly_id)
    number, previous = (former.number, former.key_id) if former else (0, "")
    if (key.number, key.previous) != (number + 1, previous):
        raise StaleBaseError(revision=number)
    ordered = models.KeyOrder.objects.filter(assembly=key.assembly_id, key=previous).exists()
    if former is not None and not ordered and not keys.is_vouched(key, former):
        raise UnvouchedKeyError


def _put_in_force(person: Person, key: AssemblyKey) -> None:
    models.AssemblyKey.objects.create(
        id=key.key_id,
        assembly_id=key.assembly_id,
        number=key.number,
        body=codec.encode(key),
        made_by=person.official,
        made_at=clock.now(),
    )
    feeds.append([assembly_feed(key.assembly_id)], key)
    audit.record(
        person, "make_assembly_key", key.key_id, assembly=key.assembly_id, number=key.number
    )
