"""Other members of the furnished council: known here with their recipients, sharing notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pyrage

from boardpack.annotation import codec, editing
from boardpack.annotation.note import Note, Sharing
from boardpack.annotation.record import NoteRecord
from boardpack.domain import clock, ids
from boardpack.domain.changes import Changes
from boardpack.domain.hlc import Stamp
from boardpack.domain.people import Mandate, Official, PoliticalGroup, Role
from boardpack.domain.records import SealedVersion, SharedNote
from boardpack.services.own_keys import OwnKeys
from boardpack.services.session import Session
from boardpack.store import changes, cursor, meta
from sync.protocol.messages import RECORDS, Change, ExchangeReply, Record, official_feed
from tests.gui.furnished import ME

COUNCIL = "conseil"
GROUP = PoliticalGroup("00000000-0000-7000-8000-00000000aaaa", COUNCIL, "Saint-Aubin ensemble", "E")
NAMES = (
    ("Éloïse", "Le Goff", "Adjointe aux finances", True),
    ("Karim", "Benali", "Adjoint aux sports", True),
    ("Anne-Sophie", "Delacroix-Montgolfier", "Conseillère déléguée à la petite enfance", False),
    ("Marc", "Durand", "", False),
    ("Julie", "Petit", "Conseillère", False),
    ("Luc", "Moreau", "Conseiller", True),
    ("Zoé", "Abadie", "", False),
    ("Hugo", "Zimmermann", "Conseiller", False),
    ("Paul", "Lefèvre", "Premier adjoint", True),
)


def officials(count: int) -> tuple[Official, ...]:
    """Return so many colleagues; the last one of more than three has no device yet."""
    made = []
    for number, (first, last, title, _of_group) in enumerate(NAMES[:count]):
        away = number == count - 1 and count > 3
        recipient = "" if away else str(pyrage.x25519.Identity.generate().to_public())
        made.append(
            Official(
                f"00000000-0000-7000-8000-0000000001{number:02}", first, last, title, recipient
            )
        )
    return tuple(made)


def tell(session: Session, *records: Record) -> Changes:
    """Let the server tell these records, as an exchange does. Store lane."""
    context = session.context
    known = cursor.load(context.store.connection)
    account = meta.enrolled(context.store.connection)
    assert account is not None
    feed = official_feed(ME)
    first = known.feeds.get(feed, 0) + 1
    told = tuple(
        Change(feed, first + at, *_named(record), msgspec.Raw(msgspec.json.encode(record)))
        for at, record in enumerate(records)
    )
    feeds = known.feeds | {feed: first + len(told) - 1}
    reply = ExchangeReply(1, known.epoch, clock.now(), (), told, feeds, more=False)
    return changes.apply(context.store, reply, OwnKeys(account.identities).open_note).changes


def _named(record: Record) -> tuple[str, str]:
    for kind, (of, key) in RECORDS.items():
        if isinstance(record, of):
            return kind, str(getattr(record, key))
    raise AssertionError(record)


def sit(session: Session, people: tuple[Official, ...]) -> Changes:
    """Let these people sit in the council; I and some of them are in its group. Store lane."""
    since = date(2020, 1, 1)
    mandates = [
        Mandate(
            ids.new_id(),
            each.official_id,
            COUNCIL,
            Role.MEMBER,
            since,
            None,
            GROUP.group_id if in_group else None,
        )
        for each, (*_words, in_group) in zip(people, NAMES, strict=False)
    ]
    mine = Mandate(ids.new_id(), ME, COUNCIL, Role.PRESIDENT, since, None, GROUP.group_id)
    return tell(session, GROUP, *people, *mandates, mine)


def sealed_to_me(session: Session, record: NoteRecord) -> SealedVersion:
    """Seal a state of a note to me, as another device does. Store lane."""
    account = meta.enrolled(session.context.store.connection)
    assert account is not None
    ciphertext = pyrage.encrypt(
        codec.encode(record), [pyrage.x25519.Recipient.from_str(account.recipient)]
    )
    return SealedVersion(ids.new_id(), bytes(ciphertext))


def share_with_me(session: Session, author: Official, note: Note) -> Changes:
    """Let a colleague's note arrive, like `note` but theirs. Store lane."""
    theirs = replace(note, note_id=ids.new_id(), author_id=author.official_id)
    at = Stamp(1_800_000_000_000, 0, "their device")
    record = editing.shared(editing.begin(theirs, at), Sharing(COUNCIL, (ME,)), at)
    version = sealed_to_me(session, record)
    shared = SharedNote(ids.new_id(), theirs.note_id, author.official_id, COUNCIL, (version,))
    return tell(session, shared)
