"""One device without a server: a real store, told what a server would tell, by the same door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pyrage

from boardpack.annotation import codec as note_codec
from boardpack.annotation.note import Anchor, Box, Note, NoteKind, Quad
from boardpack.annotation.record import NoteRecord
from boardpack.domain import clock, ids
from boardpack.domain.dossier import (
    PDF,
    AgendaItem,
    Document,
    DocumentKind,
    DocumentVersion,
    Dossier,
)
from boardpack.domain.people import (
    Assembly,
    AssemblyKind,
    Authority,
    AuthorityKind,
    Mandate,
    Official,
    PoliticalGroup,
    Role,
)
from boardpack.domain.records import Access, Receipt, ReceiptKind, SealedVersion
from boardpack.domain.trust import AssemblyKey
from boardpack.services.context import Context
from boardpack.services.own_keys import OwnKeys
from boardpack.store import meta, outbox
from boardpack.store.blobs import BlobStore
from boardpack.store.changes import apply
from boardpack.store.database import Store
from boardpack.store.meta import Enrolled
from sync.protocol.codec import encode
from sync.protocol.messages import PROTOCOL, RECORDS, Answer, Change, ExchangeReply, Record
from tests.helpers import trusted

KEY = bytes(range(32))
SINCE = date(2020, 1, 1)

TOWN = Authority(
    "town", "Ville de Saint-Aubert", "Saint-Aubert", "210000001", AuthorityKind.COMMUNE
)
COUNCIL = Assembly("council", "town", "Conseil municipal", "CM", AssemblyKind.COUNCIL, colour=0)
BUREAU = Assembly("bureau", "town", "Bureau municipal", "BM", AssemblyKind.BUREAU, colour=1)
GROUP = PoliticalGroup("group", "council", "Saint-Aubert ensemble", "SAE")
AGENT = Official("agent", "Nadia", "Ferrand", "Directrice générale des services")
MAYOR = Official("mayor", "Élise", "Moreau", "Maire")
COUNCILLOR = Official("councillor", "Paul", "Dubois")
OTHER = Official("other", "Zoé", "Abadie", "Adjointe")


def mandate(official: Official, role: Role, assembly: Assembly = COUNCIL) -> Mandate:
    """A mandate that runs."""
    name = f"{official.official_id}-{assembly.assembly_id}-{role}"
    group_id = GROUP.group_id if role is not Role.SECRETARY_OFFICE and assembly is COUNCIL else None
    return Mandate(name, official.official_id, assembly.assembly_id, role, SINCE, None, group_id)


MANDATES = (
    mandate(AGENT, Role.SECRETARY_OFFICE),
    mandate(MAYOR, Role.PRESIDENT),
    mandate(COUNCILLOR, Role.MEMBER),
    mandate(OTHER, Role.MEMBER),
)
PEOPLE = (TOWN, COUNCIL, GROUP, AGENT, MAYOR, COUNCILLOR, OTHER, *MANDATES)


def keys_of_assemblies() -> tuple[AssemblyKey, ...]:
    """The keys that the secretariats of both assemblies have in force."""
    return tuple(trusted.office(each.assembly_id).record for each in (COUNCIL, BUREAU))


def sha256(data: bytes) -> str:
    """Digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def soon(days: float = 7) -> datetime:
    """A moment in the future, on the minute."""
    return (clock.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def version(data: bytes, number: int = 1, pages: int = 1, media_type: str = PDF) -> DocumentVersion:
    """A version of these bytes."""
    now = clock.now()
    return DocumentVersion(sha256(data), number, len(data), media_type, pages, 0, now)


def document(
    name: str,
    *versions: DocumentVersion,
    kind: DocumentKind = DocumentKind.REPORT,
    item: int = 0,
    position: int = 0,
    file_name: str = "",
    withdrawn: bool = False,
) -> Document:
    """A document called `name` everywhere."""
    item_id = f"item{item}" if item else None
    file_name = file_name or f"{name}.pdf"
    return Document(name, kind, name, file_name, position, versions, item_id, withdrawn)


def dossier(
    *documents: Document,
    sitting_id: str = "sitting",
    assembly: Assembly = COUNCIL,
    revision: int = 1,
    starts_at: datetime | None = None,
    title: str = "Conseil municipal",
) -> Dossier:
    """A dossier with an item for each number that a document names."""
    numbers = sorted({int(each.item_id[4:]) for each in documents if each.item_id})
    now = clock.now()
    return Dossier(
        sitting_id=sitting_id,
        assembly_id=assembly.assembly_id,
        revision=revision,
        title=title,
        starts_at=starts_at or soon(),
        place="Salle du conseil",
        items=tuple(AgendaItem(f"item{each}", each, f"Point {each}") for each in numbers),
        documents=documents,
        first_sent_at=now,
        revised_at=now,
    )


def note(text: str = "À vérifier", **changes: object) -> Note:
    """A note of the councillor on document "report"."""
    now = clock.now()
    made = Note(
        note_id=ids.new_id(),
        document_id="report",
        version_sha256="0" * 64,
        sitting_id="sitting",
        kind=NoteKind.NOTE,
        author_id=COUNCILLOR.official_id,
        created=now,
        modified=now,
        colour="yellow",
        width=0,
        anchor=Anchor(0, "", (Quad.from_box(Box(100, 700, 120, 720)),)),
        text=text,
    )
    return replace(made, **changes)


def receipt(kind: ReceiptKind, official: Official, of: Dossier, document_id: str = "") -> Receipt:
    """A receipt as the server recorded it."""
    now = clock.now()
    digest = of.manifest_sha256()
    for each in of.documents:
        if each.document_id == document_id:
            digest = each.current.sha256
    return Receipt(
        receipt_id=ids.new_id(),
        kind=kind,
        sitting_id=of.sitting_id,
        assembly_id=of.assembly_id,
        official_id=official.official_id,
        device_id="device",
        revision=of.revision,
        sha256=digest,
        at=now,
        recorded_at=now,
        document_id=document_id or None,
    )


def _kind(record: Record) -> tuple[str, str]:
    for kind, (of, key) in RECORDS.items():
        if isinstance(record, of):
            return kind, str(getattr(record, key))
    raise AssertionError(record)


@dataclass
class Local:
    """A device of `official`."""

    store: Store
    blobs: BlobStore
    official: Official
    keys: OwnKeys
    seq: int = 0
    told: list[Record] = field(default_factory=list)

    @property
    def context(self) -> Context:
        """What services work on."""
        return Context(self.store, self.blobs, self.official.official_id)

    def tell(self, *records: Record, answers: tuple[Answer, ...] = ()) -> None:
        """Apply a reply with these records."""
        changes = []
        for told in records:
            record = self._signed(told) if isinstance(told, Dossier) else told
            self.seq += 1
            kind, record_id = _kind(record)
            body = msgspec.Raw(encode(record))
            changes.append(Change("assembly:council", self.seq, kind, record_id, body))
        reply = ExchangeReply(
            protocol=PROTOCOL,
            epoch="epoch",
            server_time=clock.now(),
            answers=answers,
            changes=tuple(changes),
            cursor={"assembly:council": self.seq},
            more=False,
        )
        apply(self.store, reply, self.keys.open_note)

    def _signed(self, told: Dossier) -> Dossier:
        """Sign what a test tells without signature, as what follows what is here."""
        if told.signature:
            return told
        row = self.store.connection.execute(
            "SELECT sha256 FROM ratchet WHERE sitting_id = ? AND revision = ?",
            (told.sitting_id, told.revision - 1),
        ).fetchone()
        return trusted.office(told.assembly_id).sign(told, row["sha256"] if row else "")

    def sealed(self, record: NoteRecord, version_id: str = "") -> SealedVersion:
        """Seal a state of a note of this person, as another device of theirs would."""
        ciphertext = self.keys.seal(note_codec.encode(record))
        return SealedVersion(version_id or ids.new_id(), ciphertext, not record.live)

    def hold(self, *contents: bytes) -> None:
        """Put bytes in the store, as if they had been received."""
        for data in contents:
            self.blobs.keep(data, sha256(data))

    def waiting(self) -> tuple[outbox.OutboxRow, ...]:
        """What waits to be sent."""
        return outbox.waiting(self.store.connection)

    def answer(self, *, accepted: bool = True, code: str = "") -> None:
        """Answer everything that waits, without telling any record."""
        answers = tuple(Answer(row.event_id, accepted, code) for row in self.waiting())
        self.tell(answers=answers)


def enrol(store: Store, official: Official) -> None:
    """Write the account, with the server key that the keys of assemblies are endorsed by."""
    account = Enrolled(
        server_url="https://actes.test",
        server_id="server",
        server_key=trusted.SERVER_JWK,
        device_id="device",
        device_name="Tablette",
        device_key={},
        official_id=official.official_id,
        official_name=official.name,
        authority_names=(TOWN.name,),
        identity="",
        recipient="",
        enrolled_at=clock.now(),
    )
    with store.transaction() as connection:
        meta.save_enrolled(connection, account)


@contextmanager
def local(folder: Path, official: Official, *others: Record) -> Iterator[Local]:
    """A device of `official`, told everybody of the town and this person's own access."""
    store = Store.create(folder / official.official_id, KEY)
    device = Local(
        store, BlobStore(store), official, OwnKeys((str(pyrage.x25519.Identity.generate()),))
    )
    enrol(store, official)
    roles = tuple(each.role for each in MANDATES if each.official_id == official.official_id)
    device.tell(
        *keys_of_assemblies(), *PEOPLE, Access(COUNCIL.assembly_id, roles, granted=True), *others
    )
    try:
        yield device
    finally:
        store.close()


def paris(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of summer in Paris, as UTC."""
    return datetime(year, month, day, hour - 2, minute, tzinfo=UTC)
