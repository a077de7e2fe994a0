"""Deltas on the server: planned with the publication, made by a job, given to who may read both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from boardpack.domain import ids
from boardpack.domain.dossier import Document, Dossier
from boardpack.domain.people import Role
from boardpack.domain.transfers import DeltaKind
from sync.delta import artefacts, probe
from sync.delta.content import Memory
from sync.protocol import codec
from sync.protocol.messages import MAX_DELTA_FILES, DeltaSearch, DeltasFound, FoundDeltas
from sync.server import blobs, deltas
from sync.server.actions.delta_job import SERVER, compute_deltas
from sync.server.actions.do_forget_expired import do_forget_expired
from sync.server.actions.do_keep_deltas import do_keep_deltas
from sync.server.jobs import worker
from sync.server.models import Blob, BlobGrant, Delta, DeltaPair, QueuedJob
from sync.server.storage.port import relative_path
from tests.helpers import revisions, world as worlds
from tests.helpers.exchanging import send
from tests.helpers.local import sha256
from tests.helpers.wire_device import WireDevice
from tests.helpers.world import World

SEARCH = "/api/v1/deltas/search"
TEXTS = revisions.paragraphs(30, 1)
FIRST = revisions.report(TEXTS)
SECOND = revisions.report([TEXTS[0].replace(" ", " exactement ", 1), *TEXTS[1:]])
THIRD = revisions.stamped(SECOND)
EVERY = tuple(each.value for each in DeltaKind)


class Office:
    """A secretariat that publishes documents of one assembly."""

    def __init__(self, world: World, who: str = "agent", assembly: str = "council") -> None:
        self.person = worlds.person(getattr(world, who))
        self.assembly = getattr(world, assembly)

    def publish(self, *documents: Document, before: Dossier | None = None) -> Dossier:
        """Send a first or corrected dossier."""
        sent = worlds.dossier(self.assembly, *documents)
        if before is not None:
            sent = replace(before, documents=documents, revision=before.revision + 1)
        (answer,) = send(self.person, worlds.published(sent))
        assert answer.accepted, answer
        return sent

    def document(self, data: bytes, **facts: Any) -> Document:
        """Describe a document of one version with these bytes, which are uploaded."""
        return replace(worlds.document(worlds.keep(self.person, data)), **facts)

    def revise(self, dossier: Dossier, data: bytes) -> Dossier:
        """Publish another version of the only document of a dossier."""
        (document,) = dossier.documents
        version = worlds.keep(self.person, data)
        version = replace(version, number=document.current.number + 1)
        after = replace(document, versions=(*document.versions, version))
        return self.publish(after, before=dossier)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.fixture
def revised(office: Office) -> Dossier:
    """A document in its second version, its deltas made."""
    second = office.revise(office.publish(office.document(FIRST)), SECOND)
    worker.run_waiting()
    return second


def pairs() -> set[tuple[str, str]]:
    return set(DeltaPair.objects.values_list("base", "new"))


def search(
    device: WireDevice,
    wanted: list[bytes],
    held: list[bytes],
    kinds: tuple[str, ...] = EVERY,
    deflate: str = "",
) -> tuple[FoundDeltas, ...]:
    asked = DeltaSearch(
        tuple(map(sha256, wanted)), tuple(map(sha256, held)), kinds, deflate or probe.own()
    )
    response = device.call("POST", SEARCH, codec.encode(asked))
    assert response.status_code == 200, response.content
    return codec.decode(response.content, DeltasFound).found


def get(device: WireDevice, new: bytes, base: bytes, kind: str, **more: Any) -> Any:
    path = f"/api/v1/deltas/{sha256(new)}?from={sha256(base)}&kind={kind}"
    return device.call("GET", path, **more)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_new_version_gets_deltas_from_the_three_before_it(office: Office) -> None:
    contents = [FIRST, *(revisions.report([*TEXTS, f"Ajout {each}"]) for each in range(4))]
    dossier = office.publish(office.document(contents[0]))
    assert pairs() == set()
    for data in contents[1:]:
        dossier = office.revise(dossier, data)
    last = sha256(contents[4])
    assert {base for base, new in pairs() if new == last} == set(map(sha256, contents[1:4]))
    before = QueuedJob.objects.count()
    office.publish(*dossier.documents, before=dossier)
    assert QueuedJob.objects.count() == before, "nothing new, nothing to do"


def test_the_job_makes_what_is_worth_keeping(revised: Dossier) -> None:
    (pair,) = DeltaPair.objects.all()
    assert pair.computed_at is not None
    kinds = {row.kind: row for row in pair.deltas.all()}
    assert set(kinds) >= {"recipe", "pdf"}
    for kind, row in kinds.items():
        artefact = Memory(blobs.read(row.artefact_id))
        made = artefacts.apply(DeltaKind(kind), artefact, Memory(FIRST), len(SECOND))
        assert b"".join(made) == SECOND
        assert row.artefact.size == artefact.size
        assert (row.deflate == probe.own()) is (kind == "pdf")
        assert not BlobGrant.objects.filter(blob=row.artefact_id).exists()
    rows = Delta.objects.count()
    compute_deltas.call(sha256(SECOND))
    do_keep_deltas(SERVER, pair, artefacts.make(FIRST, SECOND))
    assert Delta.objects.count() == rows, "at least once changes nothing"


def test_files_that_have_nothing_in_common_are_done_without_a_delta(office: Office) -> None:
    office.revise(office.publish(office.document(revisions.scan(1, 1))), revisions.scan(1, 99))
    worker.run_waiting()
    assert DeltaPair.objects.get().computed_at is not None
    assert not Delta.objects.exists()


SIBLINGS = {
    "same title": ({"title": "01 - Débat d'orientation"}, {"title": "debat d’orientation."}, True),
    "same file name": ({"file_name": "2 rapport.pdf"}, {"file_name": "Rapport.PDF"}, True),
    "other names, other pages": ({"title": "a", "file_name": "a"}, {}, False),
}


@pytest.mark.parametrize("name", SIBLINGS)
def test_siblings_in_assemblies_that_share_a_person_get_deltas(
    world: World, office: Office, name: str
) -> None:
    mine, theirs, expected = SIBLINGS[name]
    facts = {"title": "x1", "file_name": "x2"}
    office.publish(office.document(FIRST, **facts | mine))
    other = Office(world, "other_agent", "community")
    other.publish(other.document(THIRD, **{"title": "y1", "file_name": "y2"} | theirs))
    assert ((sha256(FIRST), sha256(THIRD)) in pairs()) is expected


def test_a_sibling_is_found_by_its_pages_and_size(world: World, office: Office) -> None:
    office.publish(_paged(office, FIRST, 3, title="a", file_name="b"))
    other = Office(world, "other_agent", "community")
    other.publish(_paged(other, THIRD, 4, title="c", file_name="d"))
    assert pairs() == set()
    other.publish(_paged(other, SECOND, 3, title="e", file_name="f"))
    assert pairs() == {(sha256(FIRST), sha256(SECOND))}


def _paged(office: Office, data: bytes, pages: int, **facts: Any) -> Document:
    document = office.document(data, **facts)
    versions = tuple(replace(each, pages=pages) for each in document.versions)
    return replace(document, versions=versions)


def test_an_assembly_without_a_common_person_is_not_looked_at(world: World) -> None:
    worlds.mandate(world.agent, world.bureau, Role.SECRETARY_OFFICE)
    bureau, community = Office(world, "agent", "bureau"), Office(world, "other_agent", "community")
    bureau.publish(bureau.document(FIRST))
    community.publish(community.document(SECOND))
    assert pairs() == set()


# The wire


def test_a_device_is_offered_the_smallest_first_and_gets_it(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier
) -> None:
    device = device_of(world.councillor)
    (found,) = search(device, [SECOND], [FIRST, THIRD])
    assert (found.sha256, found.retry_after) == (sha256(SECOND), 0)
    sizes = [each.size for each in found.offers]
    assert sizes == sorted(sizes)
    assert found.offers[0].kind is DeltaKind.PDF
    for offer in found.offers:
        response = get(device, SECOND, FIRST, offer.kind)
        assert response.status_code == 200
        assert response["ETag"] == f'"{offer.sha256}"'
        assert "immutable" in response["Cache-Control"]
        data = body(response)
        assert (len(data), sha256(data)) == (offer.size, offer.sha256)
        rest = get(device, SECOND, FIRST, offer.kind, headers={"Range": "bytes=10-"})
        assert (rest.status_code, body(rest)) == (206, data[10:])


def test_nginx_sends_a_delta_in_production(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier, settings: Any
) -> None:
    settings.BLOB_REDIRECT = "/blob-files"
    response = get(device_of(world.councillor), SECOND, FIRST, "recipe")
    artefact = Delta.objects.get(kind="recipe").artefact_id
    assert response["X-Accel-Redirect"] == f"/blob-files/{relative_path(artefact)}"


def test_only_what_the_device_can_apply_is_offered(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier
) -> None:
    device = device_of(world.councillor)
    (found,) = search(device, [SECOND], [FIRST], kinds=("recipe", "of a later version"))
    assert {each.kind for each in found.offers} == {DeltaKind.RECIPE}
    (found,) = search(device, [SECOND], [FIRST], deflate="f" * 64)
    assert DeltaKind.PDF not in {each.kind for each in found.offers}


def test_what_is_being_computed_is_said_and_not_for_ever(
    world: World, device_of: Callable[..., WireDevice], office: Office, later: Any
) -> None:
    office.revise(office.publish(office.document(FIRST)), SECOND)
    device = device_of(world.councillor)
    (found,) = search(device, [SECOND], [FIRST])
    assert (found.offers, found.retry_after > 0) == ((), True)
    (found,) = search(device, [SECOND], [THIRD])
    assert found.retry_after == 0, "no such pair was planned"
    later(timedelta(minutes=11))
    asked = DeltaSearch((sha256(SECOND),), (sha256(FIRST),), EVERY)
    (found,) = deltas.search(worlds.person(world.councillor), asked).found
    assert found.retry_after == 0, "the job failed, or hangs: not waited for"


READERS = {
    "agent": True,
    "mayor": True,
    "councillor": True,
    "other_agent": False,
    "outsider": False,
    "stranger": False,
}


@pytest.mark.parametrize("who", READERS)
def test_only_who_may_read_both_files_learns_of_a_delta(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier, who: str
) -> None:
    device = device_of(getattr(world, who))
    (found,) = search(device, [SECOND], [FIRST])
    (unknown,) = search(device, [b"no such file"], [FIRST])
    response = get(device, SECOND, FIRST, "recipe")
    nothing = get(device, b"no such file", FIRST, "recipe")
    if READERS[who]:
        assert found.offers
        assert response.status_code == 200
    else:
        assert replace_digest(found, unknown) == unknown
        assert response.status_code == nothing.status_code == 404
        assert response.json()["code"] == nothing.json()["code"] == "blob.unknown"


def replace_digest(found: FoundDeltas, other: FoundDeltas) -> FoundDeltas:
    return FoundDeltas(other.sha256, found.offers, found.retry_after)


def test_a_base_of_another_assembly_is_not_told_to_who_may_not_read_it(
    world: World, device_of: Callable[..., WireDevice], office: Office
) -> None:
    """The mayor sits in both; the outsider, in the community only, holds no right to the base."""
    office.publish(office.document(FIRST, title="Budget"))
    other = Office(world, "other_agent", "community")
    other.publish(other.document(THIRD, title="Budget"))
    worker.run_waiting()
    assert pairs() == {(sha256(FIRST), sha256(THIRD))}
    (found,) = search(device_of(world.mayor), [THIRD], [FIRST])
    assert found.offers
    outsider = device_of(world.outsider)
    (found,) = search(outsider, [THIRD], [FIRST])
    assert found == FoundDeltas(sha256(THIRD))
    assert get(outsider, THIRD, FIRST, "recipe").status_code == 404


def test_an_artefact_is_no_file_that_anybody_may_ask_for(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier
) -> None:
    device = device_of(world.councillor)
    artefact = Delta.objects.get(kind="recipe").artefact_id
    assert device.call("GET", f"/api/v1/blobs/{artefact}").status_code == 404
    (found,) = search(device, [blobs.read(artefact)], [FIRST])
    assert found.offers == ()


@pytest.mark.parametrize(
    ("query", "new"),
    [
        ("", None),
        ("?from=x&kind=recipe", None),
        ("?from={base}&kind=other", None),
        ("?from={base}", None),
        ("?from={base}&kind=recipe", "short"),
        ("?from={new}&kind=recipe", None),
    ],
)
def test_nonsense_names_no_delta(
    world: World, device_of: Callable[..., WireDevice], revised: Dossier, query: str, new: str
) -> None:
    query = query.format(base=sha256(FIRST), new=sha256(SECOND))
    response = device_of(world.councillor).call(
        "GET", f"/api/v1/deltas/{new or sha256(SECOND)}{query}"
    )
    assert (response.status_code, response.json()["code"]) == (404, "blob.unknown")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"wanted": [1], "held": [], "kinds": []}', 400),
        (json.dumps({"wanted": ["x"] * (MAX_DELTA_FILES + 1), "held": [], "kinds": []}), 413),
        (json.dumps({"wanted": [], "held": ["x" * 1_100_000], "kinds": []}), 413),
    ],
)
def test_a_search_that_is_none_is_refused(
    world: World, device_of: Callable[..., WireDevice], data: bytes | str, status: int
) -> None:
    data = data.encode() if isinstance(data, str) else data
    assert device_of(world.councillor).call("POST", SEARCH, data).status_code == status


def test_a_signed_deliberation_gets_a_delta_from_what_was_signed(world: World) -> None:
    from sync.server.actions.delta_planning import plan_version

    person = worlds.person(world.agent)
    versions = [worlds.keep(person, data) for data in (FIRST, revisions.annotated(FIRST))]
    plan_version(tuple(versions))
    worker.run_waiting()
    assert Delta.objects.filter(pair__new=versions[1].sha256, kind="recipe").exists()


def test_a_file_and_its_deltas_go_together(revised: Dossier) -> None:
    BlobGrant.objects.all().delete()
    Blob.objects.filter(sha256=sha256(SECOND)).delete()
    assert not DeltaPair.objects.exists()
    assert not Delta.objects.exists()


def test_deltas_are_kept_for_half_a_year(revised: Dossier, later: Any) -> None:
    later(timedelta(days=179))
    assert do_forget_expired(worlds.IT)["deltas"] == 0
    later(timedelta(days=181))
    found = do_forget_expired(worlds.IT, dry_run=True)
    assert (found["deltas"], found["siblings"]) == (1, 0)
    do_forget_expired(worlds.IT)
    assert not Delta.objects.exists()
    later(timedelta(days=401))
    assert do_forget_expired(worlds.IT)["siblings"] == 2


def test_an_unknown_document_id_is_no_sibling_of_itself(office: Office) -> None:
    """The same bytes under two documents need no delta: the digest is enough."""
    office.publish(office.document(FIRST), office.document(FIRST, document_id=ids.new_id()))
    assert pairs() == set()


@pytest.mark.parametrize("name", ["", "x", "\0", "A" * 64, "0" * 65, "é" * 64])
def test_what_names_no_file_has_no_deltas(office, revised, device_of, world, name) -> None:
    """PostgreSQL would refuse to be asked for a NUL: found by schemathesis."""
    device = device_of(world.councillor)
    asked = DeltaSearch((name, sha256(SECOND)), (name, sha256(FIRST)), EVERY, probe.own())
    response = device.call("POST", SEARCH, codec.encode(asked))
    assert response.status_code == 200, response.content
    nothing, found = codec.decode(response.content, DeltasFound).found
    assert (nothing.sha256, nothing.offers) == (name, ())
    assert found.offers
