"""The server's word enters whole or not at all; nothing hostile gets past the door."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from boardpack.domain import clock
from boardpack.domain.dossier import DocumentKind, Dossier
from boardpack.domain.people import Role
from boardpack.domain.records import Access, ReceiptKind, SealedNote, SealedVersion
from boardpack.store import (
    access,
    assembly_keys,
    changes,
    cursor,
    deliberations,
    documents,
    dossiers,
    journal,
    meta,
    outbox,
    people,
    receipts,
    wanted,
)
from boardpack.store.changes import OtherProtocolError
from boardpack.store.database import Store
from boardpack.store.errors import InconsistentReplyError
from boardpack.store.index import open_index
from boardpack.store.leaving import INDEX_KEY
from sync.protocol.codec import UnreadableMessageError, decode, encode
from sync.protocol.messages import (
    GONE,
    PROTOCOL,
    RECORDS,
    Answer,
    Change,
    DeliberationSigned,
    ExchangeReply,
    NoteSealed,
    Record,
)
from tests.helpers import trusted
from tests.helpers.local import (
    BUREAU,
    COUNCIL,
    MAYOR,
    OTHER,
    PEOPLE,
    Local,
    document,
    dossier,
    enrol,
    keys_of_assemblies,
    mandate,
    receipt,
    soon,
    version,
)
from tests.store.test_outbox import note

FEED = "assembly:council"


@pytest.fixture(autouse=True)
def known_office(store: Store) -> None:
    """The account is enrolled and knows the keys that sign."""
    enrol(store, MAYOR)
    with store.transaction() as connection:
        for key in keys_of_assemblies():
            assembly_keys.keep(connection, key, "epoch")


def change(seq: int, record: Record, feed: str = FEED, previous: Dossier | None = None) -> Change:
    if isinstance(record, Dossier) and not record.signature:
        record = trusted.signed(record, previous)
    for kind, (of, key) in RECORDS.items():
        if isinstance(record, of):
            return Change(feed, seq, kind, str(getattr(record, key)), msgspec.Raw(encode(record)))
    raise AssertionError(record)


def reply(*arrived: Change, answers: tuple[Answer, ...] = (), **facts: Any) -> ExchangeReply:
    last: dict[str, int] = {}
    for each in arrived:
        last[each.feed] = max(each.seq, last.get(each.feed, 0))
    usual: dict[str, Any] = {
        "protocol": PROTOCOL,
        "epoch": "epoch",
        "server_time": clock.now(),
        "cursor": last or {FEED: 0},
        "more": False,
    }
    return ExchangeReply(answers=answers, changes=arrived, **(usual | facts))


def apply(store: Store, *arrived: Change, **facts: Any) -> changes.Applied:
    return changes.apply(store, reply(*arrived, **facts), lambda _sealed: None)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = [
        row["name"]
        for row in store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    return {
        table: [tuple(row) for row in store.connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 names of the schema
        for table in sorted(tables)
    }


def test_records_are_found_by_the_queries(store: Store) -> None:
    sitting = dossier(document("report", version(b"1"), item=1))
    apply(store, *(change(i, each) for i, each in enumerate((*PEOPLE, sitting), start=1)))
    assert people.assemblies(store.connection)["council"] == COUNCIL
    assert people.officials(store.connection)["mayor"] == MAYOR
    found = dossiers.projected(store.connection)["sitting"].dossier
    assert dataclasses.replace(found, signature="") == sitting
    assert cursor.load(store.connection).feeds == {FEED: len(PEOPLE) + 1}
    assert cursor.load(store.connection).epoch == "epoch"


def test_the_same_reply_twice_is_the_same_as_once(store: Store) -> None:
    sitting = dossier(document("report", version(b"1"), item=1))
    same = reply(*(change(i, each) for i, each in enumerate((*PEOPLE, sitting), start=1)))
    changes.apply(store, same, lambda _sealed: None)
    before = everything(store)
    again = changes.apply(store, same, lambda _sealed: None)
    after = everything(store)
    before["meta"] = after["meta"] = []  # the time of the contact
    assert after == before
    assert not again.moved


def test_what_changed_is_named(store: Store) -> None:
    applied = apply(store, change(1, MAYOR), change(2, dossier(document("report", version(b"1")))))
    assert applied.changes.people
    assert applied.changes.sittings == {"sitting"}
    assert applied.changes.documents == {"report"}
    assert not applied.changes.notes


def test_accepted_rows_stay_until_the_server_has_no_more(store: Store) -> None:
    event = note()
    outbox.append(store.connection, event, subject_id="note")
    answers = (Answer(event.event_id, accepted=True),)
    applied = apply(store, answers=answers, more=True)
    assert applied.changes.outbox
    assert store.connection.execute("SELECT state FROM outbox").fetchone()[0] == "accepted"
    apply(store, change(1, SealedNote("note", (SealedVersion(event.event_id, event.ciphertext),))))
    assert store.connection.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
    assert store.connection.execute("SELECT count(*) FROM notes_projected").fetchone()[0] == 1


@pytest.mark.parametrize("code", ["server.storage_full", "server.defect", "blob.missing"])
def test_an_answer_of_not_now_leaves_the_event_waiting(store: Store, code: str) -> None:
    event = note()
    outbox.append(store.connection, event, subject_id="note")
    applied = apply(store, answers=(Answer(event.event_id, accepted=False, code=code),))
    assert [each.event_id for each in applied.deferred] == [event.event_id]
    assert outbox.counts(store.connection) == outbox.Counts(waiting=1, rejected=0)


@pytest.mark.parametrize("code", ["workflow.stale_base", "server.bad_event", "never.heard_of"])
def test_an_answer_of_no_is_kept_for_the_person(store: Store, code: str) -> None:
    event = note()
    outbox.append(store.connection, event, subject_id="note")
    applied = apply(store, answers=(Answer(event.event_id, accepted=False, code=code),))
    assert applied.deferred == ()
    assert [row.code for row in outbox.rejected(store.connection)] == [code]


def test_a_note_that_does_not_open_is_kept_as_it_is(device: Local) -> None:
    sealed = SealedNote("note", (SealedVersion("v", b"not for us"),))
    device.tell()
    changes.apply(device.store, reply(change(99, sealed)), lambda _sealed: None)
    (row,) = device.store.connection.execute("SELECT * FROM notes").fetchall()
    assert (row["content"], row["live"], row["merged"]) == (None, 0, "[]")
    assert decode(bytes(row["sealed"]), SealedNote) == sealed


def test_a_record_that_is_gone_is_removed(store: Store) -> None:
    sitting = dossier(document("report", version(b"1")))
    shown = receipt(ReceiptKind.OPENED, OTHER, sitting, "report")
    apply(store, change(1, MAYOR), change(2, sitting), change(3, shown))
    applied = apply(
        store,
        Change(FEED, 4, "official", "mayor", GONE),
        Change(FEED, 5, "receipt", shown.receipt_id, GONE),
    )
    assert applied.changes.sittings == {"sitting"}
    assert people.officials(store.connection) == {}
    assert receipts.of_sitting(store.connection, "sitting") == ()


def test_a_kind_of_a_newer_server_is_passed_over(store: Store) -> None:
    apply(store, Change(FEED, 1, "ballot", "b", msgspec.Raw(b'{"new": 1}')), change(2, MAYOR))
    assert list(people.officials(store.connection)) == ["mayor"]


def with_body(body: bytes, kind: str = "official", record_id: str = "mayor") -> Change:
    return Change(FEED, 2, kind, record_id, msgspec.Raw(body))


def bad_dossier(**facts: Any) -> Change:
    good = dossier(document("report", version(b"1")))
    return change(2, dataclasses.replace(good, **facts))


GOOD_DOCUMENT = document("report", version(b"1"))
NAIVE = datetime(2026, 12, 12, 18, 30)  # noqa: DTZ001 that is the point
HOSTILE: dict[str, Change] = {
    "no such shape": with_body(b'{"official_id": 3}'),
    "another record": with_body(encode(MAYOR), record_id="other"),
    "a naive instant": bad_dossier(starts_at=NAIVE),
    "a negative revision": bad_dossier(revision=-1),
    "a number beyond the database": bad_dossier(revision=2**70),
    "no version at all": bad_dossier(documents=(document("report"),)),
    "a document twice": bad_dossier(documents=(GOOD_DOCUMENT, GOOD_DOCUMENT)),
    "no digest": bad_dossier(
        documents=(document("r", dataclasses.replace(version(b"1"), sha256="../../../etc/passwd")),)
    ),
    "versions that go back": bad_dossier(
        documents=(document("r", version(b"2", number=2), version(b"1", number=1)),)
    ),
    "a size below nothing": bad_dossier(
        documents=(document("r", dataclasses.replace(version(b"1"), size=-1)),)
    ),
    "a number that was given": change(1, MAYOR),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_record_costs_the_reply_and_nothing_else(store: Store, what: str) -> None:
    apply(store, change(1, MAYOR), cursor={FEED: 1})
    event = note()
    outbox.append(store.connection, event, subject_id="note")
    before = everything(store)
    sound = change(1, dossier(document("good", version(b"0")), sitting_id="good"))
    sent = reply(
        sound,
        HOSTILE[what],
        answers=(Answer(event.event_id, accepted=True),),
        cursor={FEED: 2},
    )
    with pytest.raises((InconsistentReplyError, UnreadableMessageError)):
        changes.apply(store, sent, lambda _sealed: None)
    assert everything(store) == before


@pytest.mark.parametrize(
    "facts",
    [{"cursor": {}}, {"cursor": {FEED: 1}}, {"cursor": {FEED: -5}}, {"cursor": {FEED: 2**60}}],
)
def test_a_cursor_that_does_not_fit_is_refused(store: Store, facts: dict[str, Any]) -> None:
    with pytest.raises(InconsistentReplyError):
        apply(store, change(2, MAYOR), **facts)
    assert cursor.load(store.connection).feeds == {}


def test_another_protocol_is_refused(store: Store) -> None:
    with pytest.raises(OtherProtocolError):
        apply(store, protocol=PROTOCOL + 1)


def test_a_failure_in_the_middle_keeps_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(store)
    real: Callable[..., None] = cursor.save

    def fails(*arguments: Any) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(cursor, "save", fails)
    with pytest.raises(KeyboardInterrupt):
        apply(store, change(1, MAYOR), change(2, COUNCIL))
    assert everything(store) == before


def test_a_device_never_goes_back_to_an_older_revision(store: Store) -> None:
    newer = dossier(document("report", version(b"1"), version(b"2", number=2)), revision=2)
    older = dossier(document("report", version(b"1")), revision=1)
    apply(store, change(1, newer))
    apply(store, change(2, older))
    assert dossiers.projected(store.connection)["sitting"].dossier.revision == 2
    assert [each.action for each in journal.latest(store.connection, 5)] == ["trust.went_back"]


def test_a_document_that_a_revision_drops_stays_out_of_force(store: Store) -> None:
    both = dossier(document("kept", version(b"1")), document("dropped", version(b"2")))
    apply(store, change(1, both))
    second = dossier(document("kept", version(b"1")), revision=2)
    apply(store, change(2, second, previous=both))
    rows = store.connection.execute("SELECT document_id, withdrawn FROM documents").fetchall()
    assert {row["document_id"]: row["withdrawn"] for row in rows} == {"kept": 0, "dropped": 1}
    assert {each.sha256 for each in wanted.missing(store.connection, "mayor")} == {
        version(b"1").sha256
    }


def test_only_versions_in_force_are_wanted(store: Store) -> None:
    convocation = document("c", version(b"c"), kind=DocumentKind.CONVOCATION)
    report = document("r", version(b"1"), version(b"22", number=2))
    gone = document("g", version(b"g"), withdrawn=True)
    apply(store, change(1, dossier(convocation, report, gone)))
    found = {each.sha256: each for each in wanted.missing(store.connection, "mayor")}
    assert set(found) == {version(b"c").sha256, version(b"22").sha256}
    assert found[version(b"c").sha256].convocation
    assert found[version(b"22").sha256].size == 2


def test_another_epoch_starts_over_and_keeps_what_is_here(store: Store) -> None:
    apply(store, change(7, MAYOR))
    applied = apply(store, change(1, COUNCIL), epoch="restored")
    assert applied.moved
    assert cursor.load(store.connection) == cursor.Cursor("restored", {FEED: 1})
    assert "mayor" in people.officials(store.connection)


def test_a_contact_is_remembered(store: Store) -> None:
    assert meta.last_contact(store.connection) is None
    apply(store)
    at = meta.last_contact(store.connection)
    assert at is not None
    assert clock.now() - at < timedelta(seconds=10)


# Leaving


def lost(assembly_id: str) -> Access:
    return Access(assembly_id, (), granted=False, immediate=True)


def two_assemblies(device: Local) -> tuple[Dossier, Dossier]:
    shared, own = b"the same report in both", b"only in the council"
    device.hold(shared, own)
    council = dossier(document("a", version(shared)), document("b", version(own)))
    bureau = dossier(document("c", version(shared)), sitting_id="bureau-1", assembly=BUREAU)
    device.tell(
        BUREAU, Access("bureau", (Role.MEMBER,), granted=True), mandate(MAYOR, Role.MEMBER, BUREAU)
    )
    device.tell(council, bureau, receipt(ReceiptKind.RECEIVED, MAYOR, council))
    return council, bureau


def test_leaving_takes_the_dossiers_and_the_keys_and_keeps_notes(device: Local) -> None:
    _, bureau = two_assemblies(device)
    connection = device.store.connection
    connection.execute(
        "INSERT INTO positions (document_id, sha256, page, top, zoom, at)"
        " VALUES ('b', 'x', 1, 0.0, 1.0, 't')"
    )
    event = NoteSealed("n1", clock.now(), "note", b"sealed")
    outbox.append(connection, event, subject_id="note", document_id="b", content=b"{}")
    device.seq += 2
    changes.apply(
        device.store,
        reply(
            change(device.seq - 1, SealedNote("old", (SealedVersion("v", b"sealed"),))),
            change(device.seq, lost("council")),
        ),
        lambda _sealed: None,
    )
    assert set(dossiers.projected(connection)) == {bureau.sitting_id}
    assert set(access.granted(connection)) == {"bureau"}
    assert documents.available(connection) == {version(b"the same report in both").sha256}
    assert connection.execute("SELECT count(*) FROM positions").fetchone()[0] == 0
    assert connection.execute("SELECT count(*) FROM notes_projected").fetchone()[0] == 2
    assert "assembly_left" in [each.action for each in journal.latest(connection, 9)]
    assert device.blobs.sweep() == 1
    assert device.blobs.read(version(b"the same report in both").sha256)


def test_leaving_makes_the_search_index_noise(device: Local) -> None:
    two_assemblies(device)
    with open_index(device.store) as index:
        index.put("x", ["un budget confidentiel"])
        assert index.find("confidentiel", 9)
    device.tell(lost("council"))
    assert meta.get(device.store.connection, INDEX_KEY) is None
    with open_index(device.store) as index:
        assert index.find("confidentiel", 9) == ()


def test_losing_the_office_takes_what_only_the_secretariat_sees(device: Local) -> None:
    council, _ = two_assemblies(device)
    device.tell(
        Access("council", (Role.SECRETARY_OFFICE, Role.MEMBER), granted=True),
        receipt(ReceiptKind.OPENED, OTHER, council, "a"),
    )
    assert receipts.of_sitting(device.store.connection, council.sitting_id)
    device.tell(Access("council", (Role.MEMBER,), granted=True))
    left = receipts.of_sitting(device.store.connection, council.sitting_id)
    assert {each.official_id for each in left} == {MAYOR.official_id}
    assert council.sitting_id in dossiers.projected(device.store.connection)


def test_a_file_that_still_has_to_be_sent_survives_leaving(device: Local) -> None:
    two_assemblies(device)
    own = version(b"only in the council")
    event = DeliberationSigned("e", clock.now(), "d", "Maire", "0" * 64, own.sha256, own.size)
    outbox.append(device.store.connection, event, subject_id="d")
    device.tell(lost("council"))
    assert device.blobs.read(own.sha256) == b"only in the council"


def test_access_that_is_gone_as_a_record_is_lost_too(device: Local) -> None:
    two_assemblies(device)
    device.seq += 1
    gone = Change(FEED, device.seq, "access", "council", GONE)
    applied = changes.apply(device.store, reply(gone), lambda _sealed: None)
    assert applied.left == ("council",)
    assert "sitting" not in dossiers.projected(device.store.connection)


def test_a_feed_that_is_missing_from_the_cursor_wipes_nothing(device: Local) -> None:
    two_assemblies(device)
    before = set(dossiers.projected(device.store.connection))
    changes.apply(device.store, reply(cursor={}), lambda _sealed: None)
    assert set(dossiers.projected(device.store.connection)) == before


def test_deliberations_and_receipts_are_queried_as_told(device: Local) -> None:
    council, _ = two_assemblies(device)
    got = receipts.of_sitting(device.store.connection, council.sitting_id)
    assert [each.kind for each in got] == [ReceiptKind.RECEIVED]
    assert deliberations.projected(device.store.connection) == ()


def test_documents_of_two_sittings_cannot_share_an_identifier(store: Store) -> None:
    one = dossier(document("same", version(b"1")))
    two = dossier(document("same", version(b"2")), sitting_id="other", starts_at=soon(9))
    apply(store, change(1, one))
    with pytest.raises(InconsistentReplyError):
        apply(store, change(2, two))
