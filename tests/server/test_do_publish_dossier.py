"""do_publish_dossier: who may send, what a revision must be, what it leaves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from boardpack.domain import clock, ids
from boardpack.domain.people import Role
from sync.server.access import today_in
from sync.server.actions.do_save_mandate import do_save_mandate
from sync.server.models import AuditLine, BlobGrant, DossierRevision, Mandate, Sitting
from tests.helpers import world as worlds
from tests.helpers.exchanging import Reader, send
from tests.helpers.server_state import contents


@pytest.fixture
def agent(world):
    return worlds.person(world.agent)


@pytest.fixture
def first(world, agent):
    dossier = worlds.dossier(world.council, worlds.document(worlds.keep(agent, b"%PDF first")))
    (answer,) = send(agent, worlds.published(dossier))
    assert answer.accepted, answer
    return current(dossier)


def current(dossier):
    from sync.server import records

    row = DossierRevision.objects.filter(sitting=dossier.sitting_id).latest("revision")
    return records.dossier(row)


def refused(person, dossier, code, what=None):
    before = contents()
    (answer,) = send(person, worlds.published(dossier))
    assert (answer.accepted, answer.code) == (False, code), answer
    if what:
        assert answer.parameters == {"what": what}
    assert contents() == before


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("agent", ""),
        ("mayor", "access.role_needed"),
        ("councillor", "access.role_needed"),
        ("other_agent", "access.unknown"),
        ("outsider", "access.unknown"),
        ("stranger", "access.unknown"),
    ],
)
def test_only_the_secretariat_of_that_assembly_sends(world, who, code) -> None:
    person = worlds.person(getattr(world, who))
    dossier = worlds.dossier(world.council)
    if code:
        refused(person, dossier, code)
        return
    (answer,) = send(person, worlds.published(dossier))
    assert answer.accepted
    assert Sitting.objects.get().revision == 1
    assert AuditLine.objects.filter(action="publish_dossier").count() == 1


@pytest.mark.parametrize(
    ("starts", "ends", "accepted"),
    [(-2, None, True), (0, None, True), (1, None, False), (-2, 0, False), (-2, 1, True)],
)
def test_the_mandate_must_run_today(world, starts, ends, accepted) -> None:
    today = today_in(world.council.timezone)
    day = timedelta(days=1)
    worlds.mandate(
        world.stranger,
        world.council,
        Role.SECRETARY_OFFICE,
        starts=today + starts * day,
        ends=None if ends is None else today + ends * day,
    )
    person = worlds.person(world.stranger)
    (answer,) = send(person, worlds.published(worlds.dossier(world.council)))
    assert answer.accepted is accepted


def test_who_lost_the_office_sends_no_more(world, agent, first) -> None:
    row = Mandate.objects.get(official=world.agent)
    row.ends = date(2026, 1, 1)
    do_save_mandate(worlds.IT, row)
    fresh = worlds.person(world.agent)
    refused(fresh, replace(first, revision=2), "access.unknown")


def test_a_corrected_version_keeps_the_old_one_readable(world, agent, first) -> None:
    second = worlds.keep(agent, b"%PDF second")
    document = first.documents[0]
    versions = (*document.versions, replace(second, number=2))
    revision = replace(first, revision=2, documents=(replace(document, versions=versions),))
    (answer,) = send(agent, worlds.published(revision))
    assert answer.accepted, answer
    reader = Reader(worlds.person(world.councillor))
    reader.sync()
    received = reader.of("dossier")[first.sitting_id]
    assert [each.number for each in received.documents[0].versions] == [1, 2]
    assert DossierRevision.objects.count() == 2
    feed = f"assembly:{world.council.id}"
    assert BlobGrant.objects.filter(feed=feed).count() == 2


def test_the_instants_of_sending_are_the_servers(world, agent, first) -> None:
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    assert abs(clock.now() - first.first_sent_at) < timedelta(minutes=1)
    forged = replace(first, revision=2, first_sent_at=earlier, revised_at=earlier)
    (answer,) = send(agent, worlds.published(forged))
    assert answer.accepted
    after = current(first)
    assert after.first_sent_at == first.first_sent_at
    assert after.revised_at > first.revised_at


@pytest.mark.parametrize("revision", [1, 3, 100])
def test_another_revision_than_the_next_is_stale(world, agent, first, revision) -> None:
    refused(agent, replace(first, revision=revision), "workflow.stale_base")


def test_the_first_revision_is_one(world, agent) -> None:
    refused(agent, worlds.dossier(world.council, revision=2), "workflow.stale_base")


def test_a_file_that_was_not_uploaded_is_named(world, agent) -> None:
    document = worlds.document(worlds.version(b"%PDF never sent"))
    refused(agent, worlds.dossier(world.council, document), "blob.missing")


def test_a_file_of_another_person_cannot_be_claimed(world, agent) -> None:
    theirs = worlds.keep(worlds.person(world.other_agent), b"%PDF theirs")
    refused(agent, worlds.dossier(world.council, worlds.document(theirs)), "blob.missing")


def test_a_size_that_is_not_the_files_is_refused(world, agent) -> None:
    held = replace(worlds.keep(agent, b"%PDF held"), size=3)
    dossier = worlds.dossier(world.council, worlds.document(held))
    refused(agent, dossier, "server.bad_event", "version.size")


def test_a_sent_document_cannot_vanish(world, agent, first) -> None:
    refused(agent, replace(first, revision=2, documents=()), "server.changed_history")


def test_a_sent_version_cannot_change(world, agent, first) -> None:
    document = first.documents[0]
    other = worlds.keep(agent, b"%PDF other")
    for versions in ((other,), (replace(document.versions[0], pages=9),)):
        altered = replace(document, versions=versions)
        revision = replace(first, revision=2, documents=(altered,))
        refused(agent, revision, "server.changed_history")


def test_a_document_may_be_withdrawn(world, agent, first) -> None:
    withdrawn = replace(first.documents[0], withdrawn=True)
    (answer,) = send(agent, worlds.published(replace(first, revision=2, documents=(withdrawn,))))
    assert answer.accepted


def test_a_sitting_cannot_move_to_another_assembly(world, agent, first) -> None:
    worlds.mandate(world.agent, world.bureau, Role.SECRETARY_OFFICE)
    moved = replace(first, revision=2, assembly_id=world.bureau.id)
    refused(worlds.person(world.agent), moved, "server.bad_event", "assembly_id")


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 what the test is about


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"sitting_id": "x"}, "sitting_id"),
        ({"sitting_id": "A" * 36}, "sitting_id"),
        ({"assembly_id": "' OR 1=1"}, "assembly_id"),
        ({"revision": 0}, "revision"),
        ({"revision": -1}, "revision"),
        ({"revision": 2**80}, "revision"),
        ({"title": ""}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"place": "\x07"}, "place"),
        ({"starts_at": NAIVE}, "starts_at"),
        ({"starts_at": datetime(1, 1, 1, tzinfo=UTC)}, "starts_at"),
        ({"starts_at": datetime(9999, 12, 31, tzinfo=UTC)}, "starts_at"),
    ],
)
def test_a_dossier_that_contradicts_itself_is_refused(world, agent, changes, what) -> None:
    dossier = replace(worlds.dossier(world.council), **changes)
    refused(agent, dossier, "server.bad_event", what)


def test_identifiers_stand_once(world, agent) -> None:
    dossier = worlds.dossier(world.council)
    twice = replace(dossier, items=dossier.items * 2)
    refused(agent, twice, "server.bad_event", "item_id")
    document = worlds.document(worlds.keep(agent, b"%PDF"))
    twice = replace(dossier, documents=(document, document))
    refused(agent, twice, "server.bad_event", "document_id")
    lost = replace(dossier, documents=(replace(document, item_id=ids.new_id()),))
    refused(agent, lost, "server.bad_event", "document.item_id")


def test_versions_rise(world, agent) -> None:
    held = worlds.keep(agent, b"%PDF")
    for versions in ((), (held, held), (replace(held, number=2), held), (replace(held, number=0),)):
        document = worlds.document(*versions)
        dossier = worlds.dossier(world.council, document)
        before = contents()
        (answer,) = send(agent, worlds.published(dossier))
        assert answer.code == "server.bad_event", versions
        assert contents() == before


def test_two_items_may_hold_the_same_bytes(world, agent) -> None:
    held = worlds.keep(agent, b"%PDF same")
    dossier = worlds.dossier(world.council, worlds.document(held), worlds.document(held))
    (answer,) = send(agent, worlds.published(dossier))
    assert answer.accepted
