"""What nothing names goes after its time of grace; what somebody names at that instant stays."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import TypeVar

import pytest
from django.db import connections, transaction
from django.db.models import CASCADE, PROTECT

from boardpack.domain import clock
from boardpack.domain.refusals import BlobMissingError
from sync.protocol.errors import BlobLostError
from sync.server import blobs, housekeeping, identity
from sync.server.actions.do_collect_files import Collected, do_collect_files
from sync.server.actions.do_forget_expired import do_forget_expired
from sync.server.actions.do_publish_dossier import do_publish_dossier
from sync.server.actions.do_receive_chunk import do_receive_chunk, upload_progress
from sync.server.jobs import worker
from sync.server.models import (
    AuditLine,
    Blob,
    BlobGrant,
    Delta,
    DeltaPair,
    FailedTry,
    QueuedJob,
    SeenProof,
    Token,
)
from sync.server.storage.chosen import store
from tests.helpers import jobs, world as worlds
from tests.helpers.server_state import contents
from tests.helpers.serving import facts, run

T = TypeVar("T")
DATA = b"a file"
GRACE = timedelta(days=31)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def collect() -> Collected:
    return do_collect_files(worlds.IT)


def test_an_upload_that_nothing_named_goes_after_its_grace(world, later) -> None:
    worlds.keep(worlds.person(world.agent), DATA)
    later(timedelta(days=29))
    assert collect() == Collected(0, 0)
    later(GRACE)
    before = contents()
    assert do_collect_files(worlds.IT, dry_run=True) == Collected(1, len(DATA))
    assert contents() == before
    assert store().size(sha256(DATA)) == len(DATA)
    assert collect() == Collected(1, len(DATA))
    assert not Blob.objects.exists()
    assert store().size(sha256(DATA)) is None
    line = AuditLine.objects.get(action="collect_file")
    assert (line.subject_id, line.detail) == (sha256(DATA)[:16], {"size": len(DATA)})


def test_what_a_dossier_named_stays_for_ever(world, later) -> None:
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, DATA)
    sent = worlds.dossier(world.council, worlds.document(version))
    do_publish_dossier(agent, worlds.published(sent))
    later(timedelta(days=4000))
    assert collect() == Collected(0, 0)
    assert blobs.read(version.sha256) == DATA


def test_who_uploaded_it_and_is_then_named_as_its_reader_keeps_it(world, later) -> None:
    agent = worlds.person(world.agent)
    version = worlds.keep(agent, DATA)
    blobs.grant([version.sha256], [f"official:{world.agent.id}"])
    later(GRACE)
    assert collect() == Collected(0, 0)
    worlds.keep(agent, DATA)
    assert BlobGrant.objects.get().uploaded is False


def test_a_delta_stays_as_long_as_its_pair(world, later) -> None:
    agent = worlds.person(world.agent)
    versions = [worlds.keep(agent, data) for data in (b"old", b"new")]
    blobs.grant([each.sha256 for each in versions], ["assembly:x"])
    blobs.put(sha256(b"delta"), b"delta")
    with transaction.atomic():
        blobs.record(sha256(b"delta"), 5)
    pair = DeltaPair.objects.create(
        new_id=versions[1].sha256, base_id=versions[0].sha256, planned_at=clock.now()
    )
    delta = Delta.objects.create(pair=pair, kind="recipe", artefact_id=sha256(b"delta"))
    later(GRACE)
    assert collect() == Collected(0, 0)
    delta.delete()
    assert collect() == Collected(1, 5)


def test_bytes_that_a_crash_left_without_a_row_go_too(world, later) -> None:
    blobs.put(sha256(b"stray"), b"stray")
    assert collect() == Collected(0, 0)
    later(GRACE)
    assert do_collect_files(worlds.IT, dry_run=True) == Collected(1, 5)
    assert collect() == Collected(1, 5)
    assert store().size(sha256(b"stray")) is None


def test_every_reference_to_a_file_is_known_to_the_collector() -> None:
    """Whoever adds one decides here: it names a file (PROTECT, `_unnamed`), or goes with it."""
    found = {
        (each.related_model.__name__, each.field.name): each.on_delete
        for each in Blob._meta.related_objects
        + tuple(
            field.remote_field
            for model in (Delta, DeltaPair)
            for field in model._meta.fields
            if field.related_model is Blob
        )
    }
    assert found == {
        ("BlobGrant", "blob"): CASCADE,
        ("PublishedVersion", "blob"): CASCADE,
        ("DeltaPair", "new"): CASCADE,
        ("DeltaPair", "base"): CASCADE,
        ("Delta", "artefact"): PROTECT,
        # Its feed names it as long as it is there.
        ("SealedPack", "blob"): PROTECT,
    }


@pytest.fixture
def shared(transactional_db: None, files: object) -> worlds.World:
    """A world that other threads see too."""
    identity.make_key()
    identity.ensure_state()
    made = worlds.build()
    worlds.give_keys(made)
    return made


def in_thread(act: Callable[[], T]) -> Callable[[], T]:
    def run_it() -> T:
        try:
            return act()
        finally:
            connections.close_all()

    return run_it


def test_a_publication_under_way_and_the_collector_never_lose_a_file(shared, later) -> None:
    """The publication holds its grant uncommitted while the collector looks."""
    agent = worlds.person(shared.agent)
    version = worlds.keep(agent, DATA)
    later(GRACE)
    named, go_on = Event(), Event()
    event = worlds.published(worlds.dossier(shared.council, worlds.document(version)))

    def publish() -> str:
        try:
            with transaction.atomic():
                do_publish_dossier(agent, event)
                named.set()
                go_on.wait(3)
        except Exception as error:  # noqa: BLE001 what it was is the result
            return type(error).__name__
        return "sent"

    with ThreadPoolExecutor(2) as pool:
        sending = pool.submit(in_thread(publish))
        assert named.wait(30)
        collecting = pool.submit(in_thread(collect))
        outcome, gone = sending.result(), collecting.result()
    go_on.set()
    there = store().size(version.sha256) == len(DATA)
    assert outcome in {"sent", "IntegrityError"}
    # Either it was sent, and the file is there, or it was not, and may be sent again.
    assert (outcome == "sent", gone.files, there) in {(True, 0, True), (False, 1, False)}
    assert BlobGrant.objects.filter(uploaded=False).exists() is (outcome == "sent")


def test_an_upload_whose_bytes_were_collected_before_it_was_recorded_starts_over(
    world, later
) -> None:
    agent = worlds.person(world.agent)
    worlds.keep(agent, DATA)
    later(GRACE)
    blobs.put(sha256(DATA), DATA)
    assert collect() == Collected(1, len(DATA))
    with pytest.raises(BlobLostError), transaction.atomic():
        blobs.keep(sha256(DATA), len(DATA), "official:x")
    assert not Blob.objects.exists()
    assert upload_progress(agent, sha256(DATA)).offset == 0
    assert do_receive_chunk(agent, sha256(DATA), 0, len(DATA), DATA).complete


def test_senders_and_the_collector_at_once_never_lose_a_file(shared, later) -> None:
    agent = worlds.person(shared.agent)
    files = [bytes([number]) * 1000 for number in range(24)]
    versions = [worlds.keep(agent, data) for data in files]
    later(GRACE)
    chance = random.Random(7)

    def send(numbers: list[int]) -> list[int]:
        sent = []
        for number in numbers:
            data, version = files[number], versions[number]
            for _ in range(20):
                if not upload_progress(agent, version.sha256).complete:
                    do_receive_chunk(agent, version.sha256, 0, len(data), data)
                event = worlds.published(worlds.dossier(shared.council, worlds.document(version)))
                try:
                    with transaction.atomic():
                        do_publish_dossier(agent, event)
                except BlobMissingError:
                    continue
                except Exception:  # noqa: BLE001, S112 a collision, which the exchange runs again
                    continue
                sent.append(number)
                break
        return sent

    order = list(range(len(files)))
    chance.shuffle(order)
    with ThreadPoolExecutor(4) as pool:
        sending = [pool.submit(in_thread(lambda part=order[i::3]: send(part))) for i in range(3)]
        collecting = pool.submit(in_thread(lambda: [collect() for _ in range(4)]))
        sent = sorted(number for each in sending for number in each.result())
        collecting.result()
    assert sent == list(range(len(files)))
    for data, version in zip(files, versions, strict=True):
        assert blobs.read(version.sha256) == data


def test_what_expired_is_forgotten(world, device_of, later) -> None:
    device = device_of(world.agent)
    device.upload(DATA)
    FailedTry.objects.create(kind="code", address="10.0.0.1", at=clock.now())
    jobs.write_line.enqueue("/dev/null", "x")
    worker.run_waiting()
    kept = do_forget_expired(worlds.IT, dry_run=True)
    assert set(kept.values()) == {0}
    later(timedelta(days=15))
    found = do_forget_expired(worlds.IT, dry_run=True)
    assert found["tokens"] >= 1
    assert found["proofs"] >= 1
    assert (found["tries"], found["jobs"]) == (1, 1)
    assert do_forget_expired(worlds.IT) == found
    assert not Token.objects.exists()
    assert not SeenProof.objects.exists()
    assert not QueuedJob.objects.exists()


def test_a_worker_tidies_up_once_a_day(world, later) -> None:
    worlds.keep(worlds.person(world.agent), DATA)
    for _ in range(2):
        housekeeping.ask()
    assert worker.run_waiting() == 1
    housekeeping.ask()
    assert worker.run_waiting() == 0
    later(GRACE)
    housekeeping.ask()
    assert worker.run_waiting() == 1
    assert not Blob.objects.exists()


def test_the_command_tells_and_does(served) -> None:
    done = run(served.folder, "cron", "--dry-run", "--json", environment=served.environment)
    assert done.returncode == 0, done.stderr
    assert facts(done)["dry_run"] is True
    assert served.command("cron")["files"] == {"files": 0, "size": 0}
    done = run(served.folder, "cron", environment=served.environment)
    assert done.stdout.splitlines()[0] == "Supprimés\u00a0:"
