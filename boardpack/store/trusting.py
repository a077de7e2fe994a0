"""What is signed is judged here before it enters the store; docs/sync.md, "Who signs a dossier".

The order matters (CVE-2025-2888): every check first, the ratchet's step last, all of it in the
transaction that puts the record; whatever fails later takes the step back.
"""

from __future__ import annotations

from dataclasses import dataclass

from boardpack.domain.changes import NOTHING, Changes
from boardpack.domain.dossier import Dossier
from boardpack.domain.errors import ActionableError
from boardpack.domain.trust import AssemblyKey, Covered
from boardpack.store import assembly_keys, doubts, meta, people, records
from boardpack.store.connection import Connection
from boardpack.trust import dossiers as signatures, keys
from boardpack.trust.errors import (
    ForkedDossierError,
    KeyReplacedError,
    KeyWentBackError,
    RemovalRefusedError,
    ReplacedKeyError,
    UnendorsedKeyError,
    UnknownKeyError,
    WentBackError,
)
from sync.protocol.codec import decode, encode

#: Kinds that the server cannot take away by saying that they are gone.
KEPT = frozenset({"dossier", "assembly_key"})


@dataclass(frozen=True)
class Taken:
    """What a signed record did.

    Attributes:
        reread: the assembly's feed must be read again from its start.
    """

    changes: Changes = NOTHING
    reread: bool = False


def take_dossier(connection: Connection, dossier: Dossier) -> Taken:
    """Put a revision that is rightly signed and does not go back; else keep why not."""
    try:
        key, content = _judge(connection, dossier)
    except ActionableError as error:
        new = doubts.write(connection, dossier.sitting_id, error, encode(dossier))
        return Taken(Changes(doubts=new))
    _step(connection, key, dossier, content)
    changes = records.put(connection, dossier)
    settled = doubts.settle(connection, dossier.sitting_id)
    return Taken(changes | Changes(doubts=settled))


def _judge(connection: Connection, dossier: Dossier) -> tuple[AssemblyKey, str]:
    """Return the key in force and the content's digest, or raise what is wrong."""
    key_id = signatures.key_id_of(dossier)
    known = assembly_keys.every(connection, dossier.assembly_id)
    key = next((each for each in known if each.key_id == key_id), None)
    if key is None:
        raise UnknownKeyError(title=dossier.title)
    said = signatures.verify(dossier, key)
    newest = known[-1]
    covered = _covered(newest, dossier.sitting_id)
    found = Covered(dossier.sitting_id, dossier.revision, said.content)
    held = _held(connection, newest, dossier.sitting_id) or covered
    if key is not newest and found not in {covered, held}:
        raise ReplacedKeyError(title=dossier.title)
    if held is not None:
        _refuse_going_back(dossier, said, held)
    return newest, said.content


def _refuse_going_back(dossier: Dossier, said: signatures.Manifest, held: Covered) -> None:
    if dossier.revision < held.revision:
        raise WentBackError(title=dossier.title, revision=dossier.revision, held=held.revision)
    same = dossier.revision == held.revision and said.content == held.sha256
    follows = dossier.revision != held.revision + 1 or said.previous == held.sha256
    if not same and (dossier.revision == held.revision or not follows):
        raise ForkedDossierError(title=dossier.title, revision=dossier.revision)


def _covered(key: AssemblyKey, sitting_id: str) -> Covered | None:
    return next((each for each in key.covers if each.sitting_id == sitting_id), None)


def _held(connection: Connection, key: AssemblyKey, sitting_id: str) -> Covered | None:
    row = connection.execute(
        "SELECT revision, sha256 FROM ratchet WHERE sitting_id = ? AND key_id = ?",
        (sitting_id, key.key_id),
    ).fetchone()
    return Covered(sitting_id, row["revision"], row["sha256"]) if row else None


def _step(connection: Connection, key: AssemblyKey, dossier: Dossier, content: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO ratchet (sitting_id, key_id, revision, sha256) VALUES (?, ?, ?, ?)",
        (dossier.sitting_id, key.key_id, dossier.revision, content),
    )


def take_key(connection: Connection, key: AssemblyKey, epoch: str) -> Taken:
    """Keep a key that the pinned server key answers for; say so when no former key vouches."""
    known = assembly_keys.one(connection, key.key_id)
    try:
        if known is None:
            _judge_key(connection, key)
        elif (known.jwk, known.assembly_id, known.number) != (key.jwk, key.assembly_id, key.number):
            raise UnendorsedKeyError
    except ActionableError as error:
        return Taken(Changes(doubts=doubts.write(connection, key.key_id, error)))
    if known is not None:
        # A restored server endorsed it again; what it answers for stays as it was.
        same = keys.claims(known) == keys.claims(key) and keys.is_endorsed(key, _pinned(connection))
        assembly_keys.keep(connection, key if same else known, epoch)
        return Taken()
    former = assembly_keys.in_force(connection, key.assembly_id)
    assembly_keys.keep(connection, key, epoch)
    unvouched = former is not None and not keys.is_vouched(key, former)
    if unvouched:
        doubts.write(connection, key.key_id, KeyReplacedError(assembly=_name(connection, key)))
    after = _reconsider(connection, key)
    return Taken(after.changes | Changes(doubts=unvouched), after.reread)


def _judge_key(connection: Connection, key: AssemblyKey) -> None:
    if not keys.is_endorsed(key, _pinned(connection)) or not keys.is_proven(key):
        raise UnendorsedKeyError
    newest = assembly_keys.in_force(connection, key.assembly_id)
    if newest is not None and key.number <= newest.number:
        raise KeyWentBackError


def _pinned(connection: Connection) -> dict[str, str]:
    enrolled = meta.enrolled(connection)
    return enrolled.server_key if enrolled else {}


def _name(connection: Connection, key: AssemblyKey) -> str:
    assembly = people.assemblies(connection).get(key.assembly_id)
    return assembly.name if assembly else key.assembly_id


def _reconsider(connection: Connection, key: AssemblyKey) -> Taken:
    """A new key counts: hold what is here, and what was refused, against what it answers for."""
    taken = Taken()
    for row in connection.execute(
        "SELECT body FROM dossiers WHERE assembly_id = ?", (key.assembly_id,)
    ).fetchall():
        dossier = decode(row["body"], Dossier)
        covered = _covered(key, dossier.sitting_id)
        found = Covered(dossier.sitting_id, dossier.revision, dossier.manifest_sha256())
        if covered is not None and (found == covered or found.revision < covered.revision):
            continue
        error = ReplacedKeyError(title=dossier.title)
        new = doubts.write(connection, dossier.sitting_id, error, _refused(connection, dossier))
        taken = Taken(taken.changes | Changes(doubts=new), reread=True)
    for doubt in doubts.refused(connection):
        dossier = decode(doubt.body, Dossier)
        if dossier.assembly_id == key.assembly_id:
            again = take_dossier(connection, dossier)
            taken = Taken(taken.changes | again.changes, taken.reread)
    return taken


def _refused(connection: Connection, dossier: Dossier) -> bytes:
    """Return the record that was refused for a sitting before, if any: it may count now."""
    return next(
        (each.body for each in doubts.refused(connection) if each.subject_id == dossier.sitting_id),
        b"",
    )


def refuse_removal(connection: Connection, kind: str, record_id: str) -> Changes:
    """Keep a signed record that the server says is gone; say so."""
    row = connection.execute(
        "SELECT title FROM dossiers WHERE sitting_id = ?", (record_id,)
    ).fetchone()
    known = row is not None or assembly_keys.one(connection, record_id) is not None
    if not known:
        return NOTHING
    error = RemovalRefusedError(title=row["title"] if row else kind)
    return Changes(doubts=doubts.write(connection, record_id, error))
