"""Who signs a dossier: each attack is refused, and would pass if its protection were off."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from boardpack.domain.dossier import Dossier
from boardpack.domain.people import Role
from boardpack.domain.records import Access
from boardpack.domain.trust import AssemblyKey, Covered
from boardpack.store import (
    assembly_keys,
    changes,
    dossiers,
    doubts,
    journal,
    records,
    trusting,
)
from boardpack.store.errors import InconsistentReplyError
from boardpack.trust import dossiers as signatures, keys, statements
from boardpack.trust.errors import BadStatementError
from sync.protocol.codec import encode
from sync.protocol.messages import GONE, Change
from tests.helpers.local import (
    BUREAU,
    COUNCIL,
    MAYOR,
    PEOPLE,
    Local,
    document,
    dossier,
    enrol,
    local,
    version,
)
from tests.helpers.trusted import SERVER, Office, office
from tests.store.test_changes import FEED, reply

Patch = pytest.MonkeyPatch


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Local]:
    """A mayor's device that knows no key of the council yet, only the server's own."""
    with local(tmp_path, MAYOR) as made:
        made.store.connection.execute("DELETE FROM assembly_keys")
        yield made


@pytest.fixture
def council(device: Local) -> Office:
    """The council's secretariat, whose first key the device was told."""
    made = Office(COUNCIL.assembly_id, SERVER)
    device.tell(made.record)
    return made


def sitting(revision: int = 1, title: str = "Conseil municipal", name: str = "sitting") -> Dossier:
    report = document(f"report-{name}", version(b"1"), item=1)
    return dossier(report, sitting_id=name, revision=revision, title=title)


def held(device: Local, sitting_id: str = "sitting") -> Dossier | None:
    found = dossiers.one(device.store.connection, sitting_id)
    return found.dossier if found else None


def said(device: Local) -> dict[str, str]:
    return {each.subject_id: each.code for each in doubts.unread(device.store.connection)}


@dataclass(frozen=True)
class Attack:
    """What a hostile server tells after the device accepted revisions 1 and 2.

    Attributes:
        tell: returns the record.
        code: why it is refused.
        off: switches the protection off.
    """

    tell: Callable[[Office, Dossier], Dossier]
    code: str
    off: Callable[[Patch], None]


def third(before: Dossier, **changes: object) -> Dossier:
    return dataclasses.replace(before, revision=3, signature="", **changes)


def no_verification(patch: Patch) -> None:
    """Believe whatever a signature says of the dossier."""

    def believing(dossier: Dossier, _key: AssemblyKey) -> signatures.Manifest:
        return signatures.Manifest(1, "", "", 0, dossier.manifest_sha256(), "")

    patch.setattr(signatures, "verify", believing)
    patch.setattr(signatures, "key_id_of", _any_key)
    patch.setattr(trusting, "_refuse_going_back", lambda *_all: None)


def _any_key(dossier: Dossier) -> str:
    try:
        return statements.key_id_of(dossier.signature)
    except BadStatementError:
        return CURRENT[0]


def no_ratchet(patch: Patch) -> None:
    patch.setattr(trusting, "_held", lambda *_all: None)


def stolen(other: Office, before: Dossier) -> Dossier:
    return other.sign(third(before), before.manifest_sha256())


CURRENT: list[str] = []
ATTACKS = {
    "unsigned": Attack(lambda _, before: third(before), "trust.unsigned", no_verification),
    "not a signature": Attack(
        lambda _, before: dataclasses.replace(third(before), signature="a.b.c"),
        "trust.forged",
        no_verification,
    ),
    "a signature of another revision": Attack(
        lambda _, before: dataclasses.replace(before, revision=3), "trust.forged", no_verification
    ),
    "an altered title": Attack(
        lambda by, before: dataclasses.replace(
            by.sign(third(before), before.manifest_sha256()), title="Autre titre"
        ),
        "trust.forged",
        no_verification,
    ),
    "an altered date": Attack(
        lambda by, before: dataclasses.replace(
            by.sign(third(before), before.manifest_sha256()), place="Ailleurs"
        ),
        "trust.forged",
        no_verification,
    ),
    "a statement of another type": Attack(
        lambda by, before: dataclasses.replace(third(before), signature=by.key.proof),
        "trust.forged",
        no_verification,
    ),
    "by an unknown key": Attack(
        lambda _, before: stolen(Office(COUNCIL.assembly_id, SERVER), before),
        "trust.unknown_key",
        lambda patch: (no_verification(patch), patch.setattr(signatures, "key_id_of", _current))[1],
    ),
    "an older revision": Attack(
        lambda by, before: by.sign(sitting(1, before.title)), "trust.went_back", no_ratchet
    ),
    "another content of the same revision": Attack(
        lambda by, before: by.sign(dataclasses.replace(before, title="Autre")),
        "trust.forked",
        no_ratchet,
    ),
    "a revision after another past": Attack(
        lambda by, before: by.sign(third(before), "0" * 64), "trust.forked", no_ratchet
    ),
}


def _current(_dossier: Dossier) -> str:
    return CURRENT[0]


@pytest.mark.parametrize("protected", [True, False], ids=["protected", "protection off"])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_and_would_pass_without_its_protection(
    device: Local, council: Office, monkeypatch: Patch, name: str, *, protected: bool
) -> None:
    attack = ATTACKS[name]
    CURRENT[:] = [council.key.key_id]
    first = council.sign(sitting())
    second = council.sign(sitting(2), first.manifest_sha256())
    device.tell(first)
    device.tell(second)
    assert held(device) == second
    record = attack.tell(council, second)
    if not protected:
        attack.off(monkeypatch)
    tell_as_it_is(device, record)
    if protected:
        assert held(device) == second, "what was there stays readable"
        assert said(device) == {"sitting": attack.code}
        assert journal.latest(device.store.connection, 1)[0].action == attack.code
    else:
        assert held(device) == record
        assert said(device) == {}


def tell_as_it_is(device: Local, record: Dossier) -> None:
    device.seq += 1
    body = msgspec.Raw(encode(record))
    change = Change(FEED, device.seq, "dossier", record.sitting_id, body)
    changes.apply(device.store, reply(change), lambda _sealed: None)


def test_a_refusal_is_settled_by_the_right_revision(device: Local, council: Office) -> None:
    first = council.sign(sitting())
    device.tell(first)
    tell_as_it_is(device, third(first))
    assert said(device) == {"sitting": "trust.unsigned"}
    second = council.sign(sitting(2), first.manifest_sha256())
    device.tell(second)
    assert said(device) == {}
    assert held(device) == second


def test_the_same_refusal_is_said_once_and_stays_read(device: Local, council: Office) -> None:
    device.tell(council.sign(sitting()))
    for _ in range(2):
        tell_as_it_is(device, sitting(2))
        doubts.acknowledge(device.store.connection, "sitting")
    assert said(device) == {}
    (refused,) = doubts.refused(device.store.connection)
    assert refused.code == "trust.unsigned"


def test_a_signature_covers_everything_but_what_the_server_decides() -> None:
    by = Office(COUNCIL.assembly_id, SERVER)
    signed = by.sign(sitting())
    for field in dataclasses.fields(Dossier):
        value = getattr(signed, field.name)
        other: object = "other"
        if isinstance(value, tuple):
            other = value[:-1]
        elif isinstance(value, int):
            other = 9
        elif field.name.endswith("_at"):
            other = version(b"").created_at
        altered = dataclasses.replace(signed, **{field.name: other})
        outside = field.name in {
            "first_sent_at",
            "revised_at",
            "signature",
            "telling",
            "spread_s",
        }
        assert (altered.manifest_sha256() == signed.manifest_sha256()) is outside, field.name


def test_the_ratchet_takes_no_step_when_a_later_check_fails(device: Local, council: Office) -> None:
    """CVE-2025-2888: a step before all checks lets a bad revision lock the good one out."""
    device.tell(council.sign(sitting()), council.sign(sitting(name="other")))
    stranger = dataclasses.replace(
        sitting(2), documents=(document("report-other", version(b"1")),), items=()
    )
    before = device.store.connection.execute("SELECT * FROM ratchet").fetchall()
    with pytest.raises(InconsistentReplyError):
        device.tell(council.sign(stranger, held_digest(device)))
    assert device.store.connection.execute("SELECT * FROM ratchet").fetchall() == before


def held_digest(device: Local) -> str:
    found = held(device)
    assert found is not None
    return found.manifest_sha256()


def test_leaving_and_coming_back_is_no_way_to_an_older_revision(
    device: Local, council: Office
) -> None:
    first = council.sign(sitting())
    second = council.sign(sitting(2), first.manifest_sha256())
    device.tell(first)
    device.tell(second)
    device.tell(Access(COUNCIL.assembly_id, (), granted=False, immediate=True))
    assert held(device) is None
    device.tell(*PEOPLE, Access(COUNCIL.assembly_id, (Role.MEMBER,), granted=True), first)
    assert held(device) is None
    assert said(device) == {"sitting": "trust.went_back"}
    device.tell(second)
    assert held(device) == second


@pytest.mark.parametrize("kind", ["dossier", "assembly_key"])
def test_what_is_signed_is_not_taken_away_by_the_server(
    device: Local, council: Office, kind: str
) -> None:
    device.tell(council.sign(sitting()))
    subject = "sitting" if kind == "dossier" else council.key.key_id
    device.seq += 1
    gone = Change(FEED, device.seq, kind, subject, GONE)
    changes.apply(device.store, reply(gone), lambda _sealed: None)
    assert held(device) is not None
    assert assembly_keys.in_force(device.store.connection, COUNCIL.assembly_id) is not None
    assert said(device) == {subject: "trust.removal_refused"}


# Keys


def altered(key: AssemblyKey, **facts: object) -> AssemblyKey:
    return dataclasses.replace(key, **facts)


def test_a_key_needs_the_pinned_server(device: Local) -> None:
    stranger = Office(COUNCIL.assembly_id, statements.new_key())
    device.tell(stranger.record, stranger.sign(sitting()))
    assert held(device) is None
    assert said(device) == {
        stranger.key.key_id: "trust.unendorsed_key",
        "sitting": "trust.unknown_key",
    }


def test_without_the_pin_a_strangers_key_would_pass(device: Local, monkeypatch: Patch) -> None:
    stranger = Office(COUNCIL.assembly_id, statements.new_key())
    monkeypatch.setattr(keys, "is_endorsed", lambda *_all: True)
    device.tell(stranger.record, stranger.sign(sitting()))
    assert held(device) is not None


def test_an_altered_key_is_refused(device: Local) -> None:
    made = Office(COUNCIL.assembly_id, SERVER)
    other = Office(COUNCIL.assembly_id, SERVER)
    covers = (Covered("sitting", 9, "0" * 64),)
    facts: tuple[dict[str, object], ...] = (
        {"jwk": other.key.jwk},
        {"number": 2},
        {"assembly_id": BUREAU.assembly_id},
        {"covers": covers},
        {"proof": ""},
        {"endorsed": ""},
        {"endorsed": made.record.proof},
    )
    for each in facts:
        device.tell(altered(made.record, **each))
        assert set(said(device).values()) == {"trust.unendorsed_key"}, each
        assert assembly_keys.in_force(device.store.connection, COUNCIL.assembly_id) is None, each
    device.tell(made.record)
    assert assembly_keys.in_force(device.store.connection, COUNCIL.assembly_id) == made.record


def test_the_next_key_counts_quietly_when_the_former_one_says_so(
    device: Local, council: Office
) -> None:
    first = council.sign(sitting())
    device.tell(first)
    after = council.replaced(first)
    device.tell(after.record)
    assert said(device) == {}
    second = after.sign(sitting(2), first.manifest_sha256())
    device.tell(second)
    assert held(device) == second


def test_a_replacement_on_the_servers_word_alone_is_said(device: Local, council: Office) -> None:
    first = council.sign(sitting())
    device.tell(first)
    after = council.replaced(first, vouched=False)
    device.tell(after.record)
    assert said(device) == {after.key.key_id: "trust.key_replaced"}
    assert journal.latest(device.store.connection, 1)[0].action == "trust.key_replaced"
    device.tell(after.sign(sitting(2), first.manifest_sha256()))
    assert held(device).revision == 2


def test_a_former_key_signs_nothing_new(device: Local, council: Office, tmp_path: Path) -> None:
    first = council.sign(sitting())
    device.tell(first)
    after = council.replaced(first)
    device.tell(after.record)
    device.tell(council.sign(sitting(2), first.manifest_sha256()))
    device.tell(council.sign(sitting(name="new")))
    assert held(device) == first
    assert held(device, "new") is None
    assert said(device) == {"sitting": "trust.replaced_key", "new": "trust.replaced_key"}
    # A device that enrols later reads what the new key answers for, and no more.
    store = tmp_path / "late"
    with local(store, MAYOR) as late:
        late.store.connection.execute("DELETE FROM assembly_keys")
        late.tell(council.record, first, after.record)
        assert held(late) == first
        late.tell(council.sign(sitting(name="new")))
        assert held(late, "new") is None


def test_an_older_key_does_not_come_back(device: Local, council: Office) -> None:
    after = council.replaced()
    device.tell(after.record, council.record)
    assert assembly_keys.in_force(device.store.connection, COUNCIL.assembly_id) == after.record
    other = council.replaced()
    device.tell(other.record)
    assert said(device) == {other.key.key_id: "trust.key_went_back"}


def test_a_new_key_recovers_from_a_fast_forward(device: Local, council: Office) -> None:
    """The key was stolen; revision 10⁹ of the thief would lock the secretariat out for ever."""
    first = council.sign(sitting())
    device.tell(first)
    forged = council.sign(sitting(10**9, "Du voleur"), first.manifest_sha256())
    device.tell(forged)
    assert held(device) == forged, "by the only key there is, this is in order"
    device.tell(council.sign(sitting(2), first.manifest_sha256()))
    assert said(device) == {"sitting": "trust.went_back"}
    after = council.replaced(first)
    device.tell(after.record)
    assert said(device) == {"sitting": "trust.replaced_key"}
    device.tell(first)
    assert held(device) == first
    assert said(device) == {}
    device.tell(forged)
    assert held(device) == first
    second = after.sign(sitting(2), first.manifest_sha256())
    device.tell(second)
    assert held(device) == second
    rows = device.store.connection.execute("SELECT number, withdrawn FROM documents, versions")
    assert {row["withdrawn"] for row in rows} == {0}


def test_a_new_key_that_disowns_what_is_here_has_the_feed_read_again(
    device: Local, council: Office
) -> None:
    first = council.sign(sitting())
    device.tell(first)
    device.tell(council.sign(sitting(10**9), first.manifest_sha256()))
    after = council.replaced(first)
    device.seq += 1
    body = msgspec.Raw(encode(after.record))
    change = Change(FEED, device.seq, "assembly_key", after.key.key_id, body)
    applied = changes.apply(device.store, reply(change), lambda _sealed: None)
    assert applied.more
    rows = device.store.connection.execute("SELECT feed FROM cursor").fetchall()
    assert FEED not in {row["feed"] for row in rows}


def test_without_an_account_no_key_counts(tmp_path: Path) -> None:
    with local(tmp_path, MAYOR) as made:
        made.store.connection.execute("DELETE FROM meta WHERE name = 'enrolled'")
        stranger = Office("nowhere", SERVER)
        made.tell(stranger.record)
        assert said(made) == {stranger.key.key_id: "trust.unendorsed_key"}
        enrol(made.store, MAYOR)
        made.tell(stranger.record)
        assert assembly_keys.in_force(made.store.connection, "nowhere") == stranger.record


def test_records_of_dossiers_enter_by_this_door_only() -> None:
    """`records.put` judges nothing: only `trusting` and the tests may call it with a dossier."""
    root = Path(records.__file__).parents[2]
    callers = {
        path.relative_to(root).as_posix()
        for path in (root / "boardpack").rglob("*.py")
        if "records.put(" in path.read_text(encoding="utf-8")
    }
    assert callers == {"boardpack/store/changes.py", "boardpack/store/trusting.py"}


def test_offices_are_the_same_in_one_process() -> None:
    assert office("council") is office("council")
