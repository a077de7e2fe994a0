"""The signing keys of the assemblies whose secretariat this person is.

The secretariat holds the key, not the server. The first device that needs one makes it; each
device that holds it hands it to the agents who came; when an agent went, it makes the next one.
Dossiers and keys are signed as they leave, by what holds at that moment. Store lane.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from joserfc.jwk import ECKey

from boardpack.domain import clock, ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.trust import AssemblyKey, Covered
from boardpack.services.draft import DEFAULT_ZONE
from boardpack.services.own_keys import OwnKeys
from boardpack.store import access, assembly_keys, cursor, doubts, elapsed, journal, outbox, people
from boardpack.store.connection import Connection
from boardpack.store.outbox import OutboxRow
from boardpack.trust import dossiers as signatures, keys, statements
from boardpack.trust.errors import ForkedDossierError, KeyAwaitedError, WentBackError
from sync.protocol.codec import decode
from sync.protocol.messages import (
    AssemblyKeyMade,
    AssemblyKeyShared,
    DossierPublished,
    Event,
)

_KEY_EVENTS: Final = ("assembly_key_made", "assembly_key_shared")
#: Why records were refused whose signature was found right.
_RIGHTLY_SIGNED: Final = frozenset({WentBackError.code, ForkedDossierError.code})


@dataclass(frozen=True)
class Agent:
    """Who this device belongs to; `keys` open what colleagues' devices sealed to them."""

    official_id: str
    keys: OwnKeys


@dataclass(frozen=True)
class HeldBack:
    """Sittings that cannot be signed yet; `reason` when somebody must act."""

    event_ids: frozenset[str] = frozenset()
    reason: KeyAwaitedError | None = None


def held_back(connection: Connection) -> HeldBack:
    """Return the waiting sittings for whose assembly this device has no key yet."""
    found: set[str] = set()
    reason: KeyAwaitedError | None = None
    roles, heard = access.granted(connection), bool(cursor.load(connection).epoch)
    for row in _waiting(connection, "dossier_published"):
        assembly_id = _assembly_of(row)
        if heard and Role.SECRETARY_OFFICE not in roles.get(assembly_id, frozenset()):
            # No agent any more: it goes as it is, and the server says so.
            continue
        key = _usable(connection, assembly_id)
        if key is not None and assembly_keys.private_part(connection, key.key_id):
            continue
        found.add(row.event_id)
        if key is not None and not assembly_keys.proposed(connection, assembly_id):
            assembly = people.assemblies(connection).get(assembly_id)
            reason = KeyAwaitedError(assembly=assembly.name if assembly else assembly_id)
    return HeldBack(frozenset(found), reason)


def finish(connection: Connection, event: Event) -> Event:
    """Return an event as it leaves: dossiers signed, new keys vouched for."""
    match event:
        case DossierPublished(event_id, at, dossier, previous):
            signed = _signed(connection, dossier, previous)
            return DossierPublished(event_id, at, signed, previous)
        case AssemblyKeyMade(event_id, at, key):
            return AssemblyKeyMade(event_id, at, _vouched(connection, key))
        case _:
            return event


def _usable(connection: Connection, assembly_id: str) -> AssemblyKey | None:
    """Return the key that the server has in force, as far as it told in its present epoch."""
    return assembly_keys.in_force(connection, assembly_id, cursor.load(connection).epoch)


def _private(connection: Connection, key_id: str) -> ECKey | None:
    pem = assembly_keys.private_part(connection, key_id)
    return ECKey.import_key(pem) if pem else None


def _signed(connection: Connection, dossier: Dossier, previous: str) -> Dossier:
    key = _usable(connection, dossier.assembly_id)
    private = _private(connection, key.key_id) if key else None
    if key is None or private is None:
        return dossier
    return replace(dossier, signature=signatures.sign(dossier, private, key.key_id, previous))


def _vouched(connection: Connection, key: AssemblyKey) -> AssemblyKey:
    known = assembly_keys.one(connection, key.key_id)
    if known is not None:
        # A restored server lost it: it counts as it was, once what it answers for is there again.
        return known
    own, former = _private(connection, key.key_id), _private(connection, key.previous)
    if own is None:
        return key
    full = replace(key, covers=_covers(connection, key))
    full = keys.prove(full, own)
    return keys.vouch(full, former) if former else full


def _covers(connection: Connection, key: AssemblyKey) -> tuple[Covered, ...]:
    """Return every sitting's revision in force, for which the new key will answer.

    When IT ordered the key (stolen, say), what this device refused from the server counts instead
    of what it holds: the server accepts the key only over what it has itself.
    """
    rows = connection.execute("SELECT body FROM dossiers WHERE assembly_id = ?", (key.assembly_id,))
    found = {each.sitting_id: each for each in (decode(row["body"], Dossier) for row in rows)}
    if _is_ordered(connection, key.assembly_id, key.previous):
        for doubt in doubts.refused(connection):
            refused = decode(doubt.body, Dossier)
            if refused.assembly_id == key.assembly_id and doubt.code in _RIGHTLY_SIGNED:
                found[refused.sitting_id] = refused
    return tuple(
        Covered(each.sitting_id, each.revision, each.manifest_sha256())
        for _, each in sorted(found.items())
    )


def _is_ordered(connection: Connection, assembly_id: str, key_id: str) -> bool:
    order = assembly_keys.order(connection, assembly_id)
    return order is not None and order.key_id == key_id


def tend(connection: Connection, agent: Agent, epoch: str) -> bool:
    """Do what the keys of this person's secretariats need now; tell whether events were made.

    To be called in a transaction, when every feed was read.
    """
    made = False
    for assembly_id, roles in access.granted(connection).items():
        if Role.SECRETARY_OFFICE in roles:
            made |= _tend_one(connection, agent, assembly_id, epoch)
    return made


def _tend_one(connection: Connection, agent: Agent, assembly_id: str, epoch: str) -> bool:
    if any(_of_key(connection, row) == assembly_id for row in _waiting(connection, *_KEY_EVENTS)):
        return False
    for key_id in assembly_keys.proposed(connection, assembly_id):
        # A colleague's device was faster, or the server lost it before it could tell.
        assembly_keys.drop(connection, key_id)
    key = assembly_keys.in_force(connection, assembly_id)
    agents = _recipients(connection, agent, assembly_id)
    if key is None:
        waiting = _waiting(connection, "dossier_published")
        needed = any(_assembly_of(row) == assembly_id for row in waiting)
        return needed and _propose(connection, assembly_id, None, agents)
    held = _take_up(connection, agent, key)
    if _is_ordered(connection, assembly_id, key.key_id):
        return _propose(connection, assembly_id, key, agents)
    return held is not None and _keep_shared(connection, key, held, agents, epoch)


def _keep_shared(
    connection: Connection, key: AssemblyKey, held: bytes, agents: frozenset[str], epoch: str
) -> bool:
    """See to it that the agents of today have the key, and nobody else."""
    share = assembly_keys.share(connection, key.key_id)
    if assembly_keys.told_in(connection, key.key_id) != epoch:
        # The server was restored from before this key: it is offered again.
        return _offer(connection, key, held, agents)
    if share is not None and set(share.recipients) - agents:
        return _propose(connection, key.assembly_id, key, agents)
    if share is None or agents - set(share.recipients):
        return _hand_over(connection, key.key_id, held, agents)
    return False


def _take_up(connection: Connection, agent: Agent, key: AssemblyKey) -> bytes | None:
    """Return the private part, which a colleague's device may have handed over just now."""
    held = assembly_keys.private_part(connection, key.key_id)
    share = assembly_keys.share(connection, key.key_id)
    if held is None and share is not None:
        held = agent.keys.open(share.sealed)
        if held is not None and not keys.is_private_part(held, key):
            held = None
        if held is not None:
            assembly_keys.hold(connection, key.key_id, key.assembly_id, held)
            journal.write(connection, "assembly_key_received", key.assembly_id)
    return held


def _recipients(connection: Connection, agent: Agent, assembly_id: str) -> frozenset[str]:
    """Return the age recipients of the agents of today, as the server tells them.

    One's own too: colleagues' devices judge by it, and two opinions would replace keys for ever.
    """
    today = _today_in(connection, assembly_id)
    officials = people.officials(connection)
    agents = (
        officials.get(each.official_id)
        for each in people.mandates(connection, assembly_id)
        if each.role is Role.SECRETARY_OFFICE and each.runs(today)
    )
    known = {each.recipient for each in agents if each and keys.is_recipient(each.recipient)}
    me = officials.get(agent.official_id)
    own = me.recipient if me and keys.is_recipient(me.recipient) else agent.keys.recipient
    return frozenset(known | {own})


def _today_in(connection: Connection, assembly_id: str) -> date:
    """Return the day at an assembly, by which the server judges mandates too.

    By the server's time: a device whose clock is years off would take the key from colleagues.
    """
    assembly = people.assemblies(connection).get(assembly_id)
    zone = ZoneInfo(assembly.timezone if assembly else DEFAULT_ZONE)
    return elapsed.present(connection).astimezone(zone).date()


def _propose(
    connection: Connection, assembly_id: str, former: AssemblyKey | None, agents: frozenset[str]
) -> bool:
    own = statements.new_key()
    key = AssemblyKey(
        key_id=ids.new_id(),
        assembly_id=assembly_id,
        number=former.number + 1 if former else 1,
        jwk=statements.public(own),
        previous=former.key_id if former else "",
    )
    private = own.as_pem(private=True)
    assembly_keys.hold(connection, key.key_id, assembly_id, private)
    return _offer(connection, key, private, agents)


def _offer(
    connection: Connection, key: AssemblyKey, private: bytes, agents: frozenset[str]
) -> bool:
    event = AssemblyKeyMade(ids.new_id(), clock.now(), key)
    outbox.append(connection, event, subject_id=key.key_id)
    journal.write(connection, "assembly_key_made", key.assembly_id, str(key.number))
    return _hand_over(connection, key.key_id, private, agents)


def _hand_over(connection: Connection, key_id: str, private: bytes, agents: frozenset[str]) -> bool:
    share = keys.share(key_id, private, agents)
    event = AssemblyKeyShared(ids.new_id(), clock.now(), share)
    outbox.append(connection, event, subject_id=key_id)
    journal.write(connection, "assembly_key_shared", key_id, str(len(agents)))
    return True


def _waiting(connection: Connection, *kinds: str) -> tuple[OutboxRow, ...]:
    return outbox.of_kinds(connection, kinds)


def _assembly_of(row: OutboxRow) -> str:
    return row.event.dossier.assembly_id if isinstance(row.event, DossierPublished) else ""


def _of_key(connection: Connection, row: OutboxRow) -> str:
    return assembly_keys.assembly_of(connection, row.subject_id)
