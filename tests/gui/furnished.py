"""A furnished profile: what an enrolled device holds, put in by the store's own doors.

Claire Dumas sits in three assemblies of two authorities, presides one, and prepares another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pyrage
from joserfc.jwk import ECKey

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
    Role,
)
from boardpack.domain.records import Access
from boardpack.domain.signature import CircuitStep, Deliberation
from boardpack.services.accounts import FOLDER
from boardpack.store import changes, keys, meta
from boardpack.store.blobs import BlobStore
from boardpack.store.database import Store
from boardpack.store.meta import Enrolled
from sync.protocol.messages import (
    PROTOCOL,
    RECORDS,
    Change,
    ExchangeReply,
    Record,
    assembly_feed,
    official_feed,
)
from tests.helpers import trusted
from tests.helpers.documents import text_pdf

SECRET = "quatre mots sans rapport"
ME = "00000000-0000-7000-8000-000000000001"
COLLEAGUE = "00000000-0000-7000-8000-000000000002"
#: Nobody listens there: the device is offline.
SERVER = "http://127.0.0.1:9"
PARIS = ZoneInfo("Europe/Paris")

ITEMS = (
    ("Approbation du procès-verbal de la séance précédente", "Mme Dumas", 1),
    ("Budget primitif 2027 : adoption", "M. Durand", 3),
    ("Débat sur les orientations du plan local d’urbanisme intercommunal", "Mme Lefèvre", 2),
    ("Subventions aux associations sportives et culturelles", "M. Benali", 2),
    ("Convention avec le conservatoire de musique", "Mme Petit", 1),
    ("Vœu relatif au maintien de la ligne ferroviaire", "M. Moreau", 1),
    ("Questions diverses", "", 0),
)


def _today(days: int, hour: int, minute: int = 0) -> datetime:
    here = clock.now().astimezone(PARIS) + timedelta(days=days)
    return here.replace(hour=hour, minute=minute, second=0, microsecond=0)


@dataclass
class Furniture:
    """What is put into a profile: records for the feeds, bytes for the blobs."""

    records: list[tuple[str, str, Record]] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def add(self, feed: str, kind: str, record: Record) -> None:
        """Put one record on a feed."""
        self.records.append((feed, kind, record))

    def version(
        self, text: str, number: int = 1, pages: int = 3, *, here: bool = True
    ) -> DocumentVersion:
        """Describe a PDF that says `text`; keep its bytes when they are `here`."""
        data = text_pdf(*(f"{text}\npage {page + 1}" for page in range(pages)), title=text)
        sha256 = hashlib.sha256(data).hexdigest()
        if here:
            self.blobs[sha256] = data
        size = len(data) if here else 42_000_000
        return DocumentVersion(sha256, number, size, PDF, pages, 0, clock.now())

    def reply(self) -> ExchangeReply:
        """Return the records as a server's reply."""
        numbers: dict[str, int] = {}
        told: list[Change] = []
        sittings = (each for _, _, each in self.records if isinstance(each, Dossier))
        offices = sorted({each.assembly_id for each in sittings})
        signing = [
            (f"assembly:{each}", "assembly_key", trusted.office(each).record) for each in offices
        ]
        for feed, kind, record in (*signing, *self.records):
            numbers[feed] = numbers.get(feed, 0) + 1
            unsigned = isinstance(record, Dossier) and not record.signature
            signed = trusted.signed(record) if unsigned else record
            body = msgspec.Raw(msgspec.json.encode(signed))
            record_id = str(getattr(record, RECORDS[kind][1]))
            told.append(Change(feed, numbers[feed], kind, record_id, body))
        now = clock.now()
        return ExchangeReply(PROTOCOL, "epoch", now, (), tuple(told), numbers, more=False)


def _documents(
    furniture: Furniture, item: AgendaItem, count: int, first: int, *, here: bool = True
) -> list[Document]:
    found: list[Document] = []
    for place in range(count):
        kind = DocumentKind.ANNEX if place else DocumentKind.REPORT
        title = f"Annexe {place} : tableau de détail" if place else item.title
        version = furniture.version(f"{place} {title} {item.item_id}", here=here)
        found.append(
            Document(
                ids.new_id(), kind, title, f"{title}.pdf", first + place, (version,), item.item_id
            )
        )
    return found


def dossier(
    furniture: Furniture,
    assembly_id: str,
    title: str,
    starts_at: datetime,
    place: str,
    *,
    items: int = len(ITEMS),
    here: bool = True,
) -> Dossier:
    """Make a sitting with that many agenda items."""
    agenda: list[AgendaItem] = []
    documents: list[Document] = []
    convocation = furniture.version(f"Convocation {title}", pages=1)
    documents.append(
        Document(
            ids.new_id(),
            DocumentKind.CONVOCATION,
            "Convocation",
            "convocation.pdf",
            0,
            (convocation,),
        )
    )
    for number, (name, reporter, count) in enumerate(ITEMS[:items], 1):
        item = AgendaItem(ids.new_id(), number, name, reporter, closed=number == len(ITEMS) - 1)
        agenda.append(item)
        documents += _documents(furniture, item, count, len(documents), here=here)
    now = clock.now()
    return Dossier(
        sitting_id=ids.new_id(),
        assembly_id=assembly_id,
        revision=1,
        title=title,
        starts_at=starts_at,
        place=place,
        items=tuple(agenda),
        documents=tuple(documents),
        first_sent_at=now,
        revised_at=now,
    )


def _people(furniture: Furniture) -> None:
    town = Authority(
        "ville", "Ville de Saint-Aubin", "Saint-Aubin", "213100000", AuthorityKind.COMMUNE
    )
    valley = Authority(
        "agglo", "Agglomération du Val d’Or", "Val d’Or", "243100000", AuthorityKind.AGGLOMERATION
    )
    assemblies = (
        (town, "conseil", "Conseil municipal", "CM", AssemblyKind.COUNCIL, 0, Role.PRESIDENT),
        (
            town,
            "cao",
            "Commission d’appel d’offres",
            "CAO",
            AssemblyKind.TENDER_COMMISSION,
            5,
            Role.MEMBER,
        ),
        (valley, "bureau", "Bureau communautaire", "Bureau", AssemblyKind.BUREAU, 2, Role.MEMBER),
        (
            town,
            "ccas",
            "Conseil d’administration du CCAS",
            "CCAS",
            AssemblyKind.COUNCIL,
            3,
            Role.SECRETARY_OFFICE,
        ),
    )
    for authority, key, name, short, kind, colour, role in assemblies:
        feed = assembly_feed(key)
        furniture.add(feed, "authority", authority)
        furniture.add(
            feed, "assembly", Assembly(key, authority.authority_id, name, short, kind, colour)
        )
        furniture.add(feed, "official", Official(ME, "Claire", "Dumas", "Maire"))
        furniture.add(feed, "official", Official(COLLEAGUE, "Karim", "Benali", "Adjoint"))
        for person, held in ((ME, role), (COLLEAGUE, Role.MEMBER)):
            mandate = Mandate(f"{key}-{person}", person, key, held, date(2020, 7, 1))
            furniture.add(feed, "mandate", mandate)
        furniture.add(official_feed(ME), "access", Access(key, (role,), granted=True))


def _deliberation(furniture: Furniture, sitting: Dossier) -> Deliberation:
    return Deliberation(
        deliberation_id=ids.new_id(),
        sitting_id=sitting.sitting_id,
        assembly_id=sitting.assembly_id,
        number="2026-11-04",
        title="Subvention au club de rugby",
        versions=(furniture.version("Délibération 2026-11-04", pages=2),),
        steps=(
            CircuitStep("Maire", ME, "Maire"),
            CircuitStep("SecretaireDeSeance", COLLEAGUE, "Secrétaire de séance"),
        ),
        placed_at=clock.now(),
    )


@dataclass(frozen=True)
class Sittings:
    """Identifiers that tests ask for."""

    council: Dossier
    bureau: Dossier
    tenders: Dossier
    past: Dossier


def usual(furniture: Furniture) -> Sittings:
    """Put in what a councillor has: three sittings ahead, one behind, one deliberation to sign."""
    _people(furniture)
    made = Sittings(
        council=dossier(
            furniture,
            "conseil",
            "Conseil municipal de novembre",
            _today(5, 18, 30),
            "Salle du conseil",
        ),
        bureau=dossier(
            furniture,
            "bureau",
            "Bureau communautaire : budget et mobilités du territoire",
            _today(9, 9),
            "Hôtel d’agglomération, salle Garonne",
            items=3,
            here=False,
        ),
        tenders=dossier(
            furniture, "cao", "Marché de rénovation des écoles", _today(1, 14), "Salle 204", items=2
        ),
        past=dossier(
            furniture,
            "conseil",
            "Conseil municipal d’octobre",
            _today(-30, 18, 30),
            "Salle du conseil",
        ),
    )
    for each in (made.council, made.bureau, made.tenders, made.past):
        furniture.add(assembly_feed(each.assembly_id), "dossier", each)
    furniture.add(official_feed(ME), "deliberation", _deliberation(furniture, made.past))
    return made


#: Of another account in the same profile.
OTHER_SERVER = "http://127.0.0.1:10"


def elsewhere(furniture: Furniture) -> Dossier:
    """Put in what another server knows: a council of the same short name, and its next sitting."""
    village = Authority(
        "village", "Commune de Bellevue", "Bellevue", "213100001", AuthorityKind.COMMUNE
    )
    feed = assembly_feed("village-conseil")
    furniture.add(feed, "authority", village)
    council = Assembly(
        "village-conseil", "village", "Conseil municipal", "CM", AssemblyKind.COUNCIL, 4
    )
    furniture.add(feed, "assembly", council)
    furniture.add(feed, "official", Official(ME, "Claire", "Dumas", "Secrétaire de mairie"))
    role = Role.SECRETARY_OFFICE
    mandate = Mandate(f"village-{ME}", ME, "village-conseil", role, date(2020, 7, 1))
    furniture.add(feed, "mandate", mandate)
    furniture.add(official_feed(ME), "access", Access("village-conseil", (role,), granted=True))
    made = dossier(
        furniture, "village-conseil", "Conseil de Bellevue", _today(3, 20), "Mairie", items=2
    )
    furniture.add(feed, "dossier", made)
    return made


def add_account(profile: Path) -> tuple[str, Dossier]:
    """Add an account at another server; return its name and its sitting."""
    furniture, name = Furniture(), ids.new_id()
    made = elsewhere(furniture)
    make_profile(profile / FOLDER / name, furniture, OTHER_SERVER, "Commune de Bellevue")
    return name, made


def make_profile(
    folder: Path,
    furniture: Furniture,
    server: str = SERVER,
    authority: str = "Ville de Saint-Aubin",
) -> None:
    """Make the profile in `folder` as enrolment and exchanges do; `SECRET` opens it."""
    folder.mkdir(parents=True, exist_ok=True)
    profile, key = keys.create(folder, SECRET)
    store = Store.create(folder, key)
    identity = pyrage.x25519.Identity.generate()
    pair = ECKey.generate_key("P-256").as_dict(private=True)
    members = {name: str(pair[name]) for name in ("kty", "crv", "x", "y", "d")}
    with store.transaction() as connection:
        meta.save_enrolled(
            connection,
            Enrolled(
                server_url=server,
                server_id=server,
                server_key=trusted.SERVER_JWK,
                device_id=ids.new_id(),
                device_name="Tablette de Claire",
                device_key=members,
                official_id=ME,
                official_name="Claire Dumas",
                authority_names=(authority, "Agglomération du Val d’Or"),
                identity=str(identity),
                recipient=str(identity.to_public()),
                enrolled_at=clock.now(),
            ),
        )
    blobs = BlobStore(store)
    for sha256, data in furniture.blobs.items():
        blobs.keep(data, sha256)
    changes.apply(store, furniture.reply(), lambda _sealed: None)
    store.close()
    keys.save_profile(folder, keys.with_names(profile, "Claire Dumas", authority, server))
