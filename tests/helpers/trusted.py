"""Signing keys for tests: one of a server, one of each assembly, the same in every process."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from boardpack.domain import ids
from boardpack.domain.dossier import Dossier
from boardpack.domain.trust import AssemblyKey, Covered
from boardpack.trust import dossiers as signatures, keys, statements


def known_key(name: str) -> ECKey:
    """Return the key of that name: a profile outlives the process that made it."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()) % (2**255)
    private = ec.derive_private_key(number, ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return ECKey.import_key(pem)


def known_id(name: str) -> str:
    """Return the identifier of the key of that name."""
    return f"0197a000-0000-7000-8000-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


@dataclass
class Office:
    """Whoever holds an assembly's key: makes it, signs by it, replaces it."""

    assembly_id: str
    server: ECKey
    known: bool = False
    key: AssemblyKey = field(init=False)
    private: ECKey = field(init=False)

    def __post_init__(self) -> None:
        """Make the first key."""
        self.key, self.private = self._made(1, "", ())

    def _made(
        self, number: int, previous: str, covers: tuple[Covered, ...]
    ) -> tuple[AssemblyKey, ECKey]:
        name = f"{self.assembly_id} {number}"
        known = self.known and not previous
        private = known_key(name) if known else statements.new_key()
        key_id = known_id(name) if known else ids.new_id()
        public = statements.public(private)
        key = AssemblyKey(key_id, self.assembly_id, number, public, previous, covers)
        return keys.prove(key, private), private

    @cached_property
    def record(self) -> AssemblyKey:
        """The key in force as the server tells it."""
        return keys.endorse(self.key, self.server)

    def sign(self, dossier: Dossier, previous: str = "") -> Dossier:
        """Return the revision signed."""
        statement = signatures.sign(dossier, self.private, self.key.key_id, previous)
        return dataclasses.replace(dossier, signature=statement)

    def replaced(self, *covers: Dossier, vouched: bool = True) -> Office:
        """Return the office with its next key, which answers for these dossiers."""
        after = Office.__new__(Office)
        after.assembly_id, after.server, after.known = self.assembly_id, self.server, False
        answers = tuple(
            Covered(each.sitting_id, each.revision, each.manifest_sha256())
            for each in sorted(covers, key=lambda each: each.sitting_id)
        )
        after.key, after.private = self._made(self.key.number + 1, self.key.key_id, answers)
        if vouched:
            after.key = keys.vouch(after.key, self.private)
        return after


SERVER = known_key("server")
SERVER_JWK = statements.public(SERVER)
_offices: dict[str, Office] = {}


def office(assembly_id: str) -> Office:
    """Return the office of an assembly, the same each time."""
    return _offices.setdefault(assembly_id, Office(assembly_id, SERVER, known=True))


def signed(dossier: Dossier, previous: Dossier | None = None) -> Dossier:
    """Return a dossier signed by its assembly's key, as what follows `previous`."""
    before = previous.manifest_sha256() if previous else ""
    return office(dossier.assembly_id).sign(dossier, before)
