"""Jobs: committed with what asked for them, done at least once, given up in plain sight."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connections, transaction
from django_tasks.base import TaskResultStatus

from boardpack.domain import clock
from sync.server.actions.do_drop_job import do_drop_job
from sync.server.actions.do_retry_job import do_retry_job
from sync.server.commands import examine
from sync.server.jobs import queue, worker
from sync.server.models import AuditLine, QueuedJob
from tests.helpers import jobs, world as worlds
from tests.helpers.serving import ROOT, Served, facts, run

STATES = TaskResultStatus


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_job_is_done_when_its_transaction_is_committed_and_only_then(db, tmp_path) -> None:
    file = tmp_path / "file"
    with transaction.atomic():
        jobs.write_line.enqueue(str(file), "never")
        transaction.set_rollback(True)
    with transaction.atomic():
        jobs.write_line.enqueue(str(file), line="once")
    assert worker.run_waiting() == 1
    assert lines(file) == ["once"]
    assert worker.run_waiting() == 0
    assert [row.status for row in QueuedJob.objects.all()] == [STATES.SUCCESSFUL]


def test_a_job_for_later_waits_for_its_time(db, tmp_path, later) -> None:
    file = tmp_path / "file"
    at = clock.now() + timedelta(hours=1)
    jobs.write_line.using(run_after=at).enqueue(str(file), "later")
    assert worker.run_waiting() == 0
    later(timedelta(hours=2))
    assert worker.run_waiting() == 1


def test_what_is_urgent_goes_first(db, tmp_path) -> None:
    file = tmp_path / "file"
    for line, priority in (("low", -5), ("high", 50), ("middle", 0)):
        jobs.write_line.using(priority=priority).enqueue(str(file), line)
    worker.run_waiting()
    assert lines(file) == ["high", "middle", "low"]


def test_a_failing_job_is_tried_again_later_and_later_then_given_up(
    db, tmp_path, later, caplog
) -> None:
    jobs.go_wrong.enqueue(str(tmp_path / "file"), "the reason")
    assert worker.run_waiting() == 1
    row = QueuedJob.objects.get()
    assert (row.status, len(row.worker_ids)) == (STATES.READY, 1)
    first = row.run_after - clock.now()
    assert timedelta(seconds=3) < first <= queue.FIRST_WAIT
    assert worker.run_waiting() == 0
    later(timedelta(hours=1))
    assert worker.run_waiting() == 1
    assert not [each for each in caplog.records if each.levelname == "ERROR"]
    later(timedelta(hours=2))
    assert worker.run_waiting() == 1
    row = queue.given_up().get()
    assert len(row.worker_ids) == 3
    assert row.failure == "ValueError: the reason"
    assert "the reason" not in caplog.text
    assert "go_wrong, attempt 3: ValueError" in caplog.text
    later(timedelta(days=30))
    assert worker.run_waiting() == 0


def test_waits_grow_differ_and_have_an_end() -> None:
    waits = [[queue.wait_before(tried) for _ in range(50)] for tried in range(1, 30)]
    assert all(len(set(each)) > 40 for each in waits)
    assert max(waits[0]) <= queue.FIRST_WAIT < min(waits[2])
    assert max(max(each) for each in waits) <= queue.LONGEST_WAIT
    total = sum((max(each) for each in waits[:9]), timedelta())
    assert timedelta(hours=1) < total < timedelta(hours=3)


@pytest.fixture
def given_up(world, tmp_path, later) -> QueuedJob:
    """A job that failed three times."""
    jobs.go_wrong.enqueue(str(tmp_path / "file"))
    for hours in (1, 2, 3):
        worker.run_waiting()
        later(timedelta(hours=hours))
    return queue.given_up().get()


def test_an_operator_tries_again_what_was_given_up(given_up, tmp_path, caplog) -> None:
    do_retry_job(worlds.IT, str(given_up.id))
    row = QueuedJob.objects.get()
    assert (row.status, row.worker_ids) == (STATES.READY, [])
    (tmp_path / "file").touch()
    assert worker.run_waiting() == 1
    assert QueuedJob.objects.get().status == STATES.SUCCESSFUL
    assert AuditLine.objects.filter(action="retry_job", subject_id=str(given_up.id)).exists()


def test_check_finds_what_was_given_up(given_up, caplog) -> None:
    problems = examine.run(deep=False).facts["problems"]
    assert any("boardpack-server jobs" in each for each in problems)


def test_check_finds_that_nobody_works(world, tmp_path, later) -> None:
    jobs.go_wrong.enqueue(str(tmp_path / "file"))
    asked_for_later = jobs.go_wrong.using(run_after=clock.now() + timedelta(hours=5))
    asked_for_later.enqueue(str(tmp_path / "file"))
    assert not queue.overdue().exists()
    later(queue.IDLE + timedelta(seconds=1))
    assert queue.overdue().count() == 1
    problems = examine.run(deep=False).facts["problems"]
    assert any("boardpack-server run" in each for each in problems)
    QueuedJob.objects.filter(run_after__gt=clock.now()).update(status=STATES.RUNNING)
    assert not queue.overdue().exists(), "somebody is at work"


def test_an_operator_drops_what_was_given_up(given_up, caplog) -> None:
    do_drop_job(worlds.IT, str(given_up.id))
    assert not QueuedJob.objects.exists()
    assert AuditLine.objects.get(action="drop_job").detail["job"] == "go_wrong"


@pytest.mark.parametrize("act", [do_retry_job, do_drop_job])
@pytest.mark.parametrize("given", ["x", "0190f0a4-0000-7000-8000-000000000000", "waiting"])
def test_only_what_was_given_up_is_tried_again_or_dropped(world, tmp_path, act, given) -> None:
    jobs.write_line.enqueue(str(tmp_path / "file"), "x")
    row = QueuedJob.objects.get()
    with pytest.raises(queue.NoSuchJobError):
        act(worlds.IT, str(row.id) if given == "waiting" else given)
    assert QueuedJob.objects.get().status == STATES.READY


@pytest.mark.parametrize(("action", "left"), [("retry", 1), ("drop", 0)])
def test_the_console_shows_why_and_acts(given_up, console, caplog, action, left) -> None:
    path = "/console/boardpack_server/queuedjob/"
    page = console.get(path).content.decode()
    assert "go_wrong" in page
    assert "ValueError: broken" in page
    assert "Abandonnée" in page
    console.post(path, {"action": action, "_selected_action": [str(given_up.id)]})
    assert QueuedJob.objects.count() == left
    assert not queue.given_up().exists()


def test_a_job_that_this_version_does_not_know_is_kept_for_one_that_does(db, later) -> None:
    QueuedJob.objects.create(
        task_path="sync.server.jobs.gone.do_it",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=clock.now(),
    )
    assert worker.run_waiting() == 1
    row = QueuedJob.objects.get()
    assert (row.status, row.name) == (STATES.READY, "do_it")
    assert "No module named" in row.failure


def test_a_holder_that_slept_too_long_cannot_end_the_job_of_another(db, tmp_path, later) -> None:
    jobs.write_line.enqueue(str(tmp_path / "file"), "x")
    asleep = queue.claim("first")
    assert asleep is not None
    queue.beat(asleep)
    assert queue.take_up() == 0
    later(queue.LEASE + timedelta(seconds=1))
    assert queue.take_up() == 1
    held = queue.claim("second")
    assert held is not None
    assert queue.succeed(asleep) is False
    queue.fail(asleep, ValueError())
    assert QueuedJob.objects.get().status == STATES.RUNNING
    assert queue.succeed(held) is True


def test_a_job_that_ends_its_process_every_time_is_given_up(db, tmp_path, later, caplog) -> None:
    jobs.write_line.enqueue(str(tmp_path / "file"), "x")
    for tried in range(1, 4):
        assert queue.claim(f"process {tried}") is not None
        later(tried * (queue.LEASE + timedelta(seconds=1)))
        queue.take_up()
    assert "JobAbandonedError" in queue.given_up().get().failure
    assert lines(tmp_path / "file") == []


def test_workers_beside_each_other_never_do_the_same_job(transactional_db, tmp_path) -> None:
    file = tmp_path / "file"
    for number in range(40):
        jobs.write_line.enqueue(str(file), str(number))

    def work() -> int:
        try:
            return worker.run_waiting()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        counts = [each.result() for each in [pool.submit(work) for _ in range(4)]]
    assert sum(counts) == 40
    assert sorted(map(int, lines(file))) == list(range(40))


@pytest.fixture
def other_worker(served: Served) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start workers beside a server."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sync.server.command", "work"],
            cwd=ROOT,
            env=os.environ | served.environment | {"BOARDPACK_DATA": str(served.folder)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def age_signs(served: Served) -> None:
    """Let every sign of a holder be two minutes old, instead of waiting for that."""
    url = served.environment["DATABASE_URL"]
    if url:
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(
                "UPDATE django_tasks_database_dbtaskresult"
                " SET started_at = started_at - interval '2 minutes'"
            )
        return
    with sqlite3.connect(served.folder / "boardpack.sqlite3", timeout=20) as file:
        file.execute(
            "UPDATE django_tasks_database_dbtaskresult"
            " SET started_at = datetime(started_at, '-2 minutes')"
        )
    file.close()


def test_a_job_survives_the_kill_of_its_worker(served, other_worker, tmp_path) -> None:
    """kill -9 of the process in the middle of a job: another process does it."""
    file = tmp_path / "file"
    jobs.enqueue_beside(served.folder, served.environment, "begin_then_wait", file)
    wait_for(lambda: lines(file) == ["began"])
    served.kill()
    time.sleep(1)
    assert lines(file) == ["began"]
    age_signs(served)
    other = other_worker()
    wait_for(lambda: lines(file) == ["began", "began"])
    Path(f"{file}.go").touch()

    def state() -> dict:
        return facts(run(served.folder, "jobs", "--json", environment=served.environment))

    wait_for(lambda: state()["waiting"] == 0)
    assert state()["given_up"] == []
    other.send_signal(signal.SIGTERM)
    assert other.wait(30) == 0


def test_run_works_and_its_worker_is_started_again(served, tmp_path) -> None:
    found = []
    for name in ("one", "two"):
        file = tmp_path / name
        jobs.enqueue_beside(served.folder, served.environment, "write_pid", file)
        wait_for(lambda file=file: bool(lines(file)))
        found.append(int(lines(file)[0]))
        os.kill(found[-1], signal.SIGKILL)
    assert found[0] != found[1] != served.process.pid
    assert served.stop() == 0


def test_work_once_ends_when_nothing_waits(served, tmp_path) -> None:
    served.stop()
    jobs.enqueue_beside(served.folder, served.environment, "write_line", tmp_path / "file", "x")
    assert served.command("work", "--once") == {"done": 1}
    assert lines(tmp_path / "file") == ["x"]
