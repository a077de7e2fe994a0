"""do_record_receipt: the first proof counts, and proves the very bytes that were sent."""

from dataclasses import replace

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.records import ReceiptKind
from sync.protocol.messages import ConvocationAcknowledged, DocumentOpened, DossierReceived
from sync.server.models import Receipt
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents


@pytest.fixture
def sent(world):
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, b"%PDF report")
    dossier = worlds.dossier(world.council, worlds.document(version))
    assert send(agent, worlds.published(dossier))[0].accepted
    return dossier


def proofs(sent):
    manifest = sent.manifest_sha256()
    base = {"sitting_id": sent.sitting_id, "revision": sent.revision}
    document = sent.documents[0]

    def new() -> dict:
        return {"event_id": ids.new_id(), "at": clock.now()} | base

    return {
        "received": DossierReceived(**new(), manifest_sha256=manifest),
        "acknowledged": ConvocationAcknowledged(**new(), manifest_sha256=manifest),
        "opened": DocumentOpened(
            **new(), document_id=document.document_id, sha256=document.current.sha256
        ),
    }


@pytest.mark.parametrize("kind", list(ReceiptKind))
@pytest.mark.parametrize(
    ("who", "accepted"),
    [
        ("mayor", True),
        ("councillor", True),
        ("agent", True),
        ("other_agent", False),
        ("outsider", False),
        ("stranger", False),
    ],
)
def test_only_the_assembly_proves(world, sent, who, kind, accepted) -> None:
    person = worlds.person(getattr(world, who))
    before = contents()
    (answer,) = send(person, proofs(sent)[kind])
    assert answer.accepted is accepted
    if accepted:
        row = Receipt.objects.get()
        assert (row.kind, row.official_id) == (kind.value, person.official.id)
        assert row.device_id == person.device.id
    else:
        assert answer.code == "access.unknown"
        assert contents() == before


def test_the_secretariat_sees_all_and_each_member_their_own(world, sent) -> None:
    for who in (world.mayor, world.councillor):
        assert all(each.accepted for each in send(worlds.person(who), *proofs(sent).values()))
    office = Reader(worlds.person(world.agent))
    office.sync()
    assert len(office.of("receipt")) == 6
    mine = Reader(worlds.person(world.mayor))
    mine.sync()
    assert {each.official_id for each in mine.of("receipt").values()} == {world.mayor.id}
    assert {each.kind for each in mine.of("receipt").values()} == set(ReceiptKind)


def test_the_first_proof_counts_and_repeats_are_accepted(world, sent) -> None:
    person = worlds.person(world.mayor)
    first = proofs(sent)["received"]
    assert send(person, first)[0].accepted
    row = Receipt.objects.get()
    repeat = DossierReceived(
        ids.new_id(), clock.now(), sent.sitting_id, sent.revision, sent.manifest_sha256()
    )
    assert send(person, repeat)[0].accepted
    assert Receipt.objects.get().at == row.at


@pytest.mark.parametrize("kind", ["received", "acknowledged", "opened"])
def test_other_bytes_than_those_sent_are_refused(world, sent, kind) -> None:
    person = worlds.person(world.mayor)
    proof = proofs(sent)[kind]
    import msgspec

    name = "sha256" if kind == "opened" else "manifest_sha256"
    before = contents()
    (answer,) = send(person, msgspec.structs.replace(proof, **{name: "0" * 64}))
    assert answer.code == "receipt.wrong_manifest"
    assert contents() == before


def test_a_document_of_another_sitting_is_refused(world, sent) -> None:
    import msgspec

    proof = msgspec.structs.replace(proofs(sent)["opened"], document_id=ids.new_id())
    (answer,) = send(worlds.person(world.mayor), proof)
    assert answer.code == "receipt.wrong_manifest"


@pytest.mark.parametrize("revision", [0, -1, 2, 2**70])
def test_a_revision_that_was_never_sent_is_unknown(world, sent, revision) -> None:
    import msgspec

    proof = msgspec.structs.replace(proofs(sent)["received"], revision=revision)
    (answer,) = send(worlds.person(world.mayor), proof)
    assert answer.code == "access.unknown"
    assert not Receipt.objects.exists()


def test_each_revision_is_proven_for_itself(world, sent) -> None:
    from sync.server import records
    from sync.server.models import DossierRevision

    agent, mayor = worlds.person(world.agent), worlds.person(world.mayor)
    assert send(mayor, proofs(sent)["received"])[0].accepted
    stored = records.dossier(DossierRevision.objects.get())
    second = replace(stored, revision=2)
    assert send(agent, worlds.published(second))[0].accepted
    assert send(mayor, proofs(second)["received"])[0].accepted
    # The device was offline: what it proves of the first revision still counts.
    late = proofs(sent)["acknowledged"]
    assert send(mayor, late)[0].accepted
    assert sorted(Receipt.objects.values_list("kind", "revision")) == [
        ("acknowledged", 1),
        ("received", 1),
        ("received", 2),
    ]
